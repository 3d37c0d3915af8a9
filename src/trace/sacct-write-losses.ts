/** What sacct does not record of jobs, with the number of jobs that have it. */
import type { SlurmOptions } from '../slurm-workload.ts';
import type { Workload } from '../workload.ts';
import { dateText } from './sacct-write-time.ts';
import type { Lost } from './sacct-write-time.ts';

/** Options of sbatch that have a column. */
const KEPT: ReadonlySet<string> = new Set([
  ...['minNodes', 'maxNodes', 'memoryPerNode', 'memoryPerCpu', 'partitions', 'constraint', 'reservation', 'licenses'],
]);

export class SacctLosses {
  readonly #jobs = new Map<string, Set<number>>();
  readonly #zero: number;
  readonly #workload: Workload;

  constructor(workload: Workload) {
    this.#workload = workload;
    this.#zero = workload.origin + (Number.isNaN(workload.epoch) ? 0 : workload.epoch);
  }

  add(what: string, job: number): void {
    const jobs = this.#jobs.get(what) ?? new Set();
    this.#jobs.set(what, jobs.add(job));
  }

  options(options: SlurmOptions, job: number): void {
    for (const name of Object.keys(options)) if (!KEPT.has(name)) this.add('options of sbatch that have no column', job);
  }

  /** A time of the simulation as a date. */
  dateText(time: number, job: number): string {
    const unix = this.#zero + time;
    if (unix % 1000 !== 0) this.add('fractions of a second in dates', job);
    return dateText(unix);
  }

  tell(lost: Lost): void {
    const { count, epoch, dependencies, checkpoints, speeds, slurm } = this.#workload;
    if (Number.isNaN(epoch)) lost('that dates are not known: time begins with 1970', 0);
    for (const [what, jobs] of this.#jobs) lost(what, jobs.size);
    if (dependencies !== undefined) lost('dependencies', ownersOf(dependencies.first));
    if (checkpoints !== undefined) lost('checkpoints', count);
    if (speeds !== undefined) lost('how fast jobs are on which GPUs and nodes', count);
    const late = slurm?.deadline?.reduce((jobs, deadline) => (Number.isNaN(deadline) ? jobs : jobs + 1), 0) ?? 0;
    if (late > 0) lost('deadlines', late);
    if (slurm?.arrays.some(({ limit }) => limit < Infinity) === true) lost('how many tasks of an array may run at once', 0);
  }
}

/** Jobs that have any edge [count]. */
function ownersOf(first: Int32Array): number {
  let owners = 0;
  for (let job = 0; job + 1 < first.length; job++) if (first[job + 1] > first[job]) owners++;
  return owners;
}
