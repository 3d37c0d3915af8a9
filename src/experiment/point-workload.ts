/** The jobs of a point: those of its trace or model, with all that the scenario does to them. */
import { processorCount } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import { generatorNamed } from '../trace/generate/index.ts';
import { scaleArrivals, scaleRuntimes, scaleSizes } from '../trace/scale.ts';
import { sliceByRow, sliceByTime } from '../trace/slice.ts';
import type { Changed } from '../trace/slice.ts';
import { parseWalltimeRule } from '../trace/walltimes.ts';
import type { Workload } from '../workload.ts';
import type { Point } from './point.ts';
import { markInteractive } from './interactive-jobs.ts';
import type { PointInputs } from './point-inputs.ts';
import { applyWalltimes } from './walltimes.ts';

/** Workloads that are kept for the points to come [count]: neighbours in the plan have the same. */
const KEPT = 4;

/** Makes workloads, and keeps the last few. */
export class PointWorkloads {
  readonly #inputs: PointInputs;
  readonly #kept = new Map<string, Changed>();

  constructor(inputs: PointInputs) {
    this.#inputs = inputs;
  }

  /** The jobs, and what was done to them. */
  of(point: Point, cluster: Cluster): Changed {
    const { trace, model, changes } = point.workload;
    const procs = processorCount(cluster);
    const drawn = model !== undefined || changes.interactive !== undefined;
    const key = JSON.stringify([trace, model, changes, drawn && point.seed, procs, point.cluster.cluster, this.#isSystem(point)]);
    const found = this.#kept.get(key);
    if (found !== undefined) return found;
    const made = limited(this.#changed(point, procs), point, cluster, this.#isSystem(point));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= KEPT && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, made);
    return made;
  }

  #changed({ workload: { trace, model, changes }, seed }: Point, procs: number): Changed {
    const notes: string[] = [];
    let workload =
      model === undefined ? this.#trace(trace) : generatorNamed(model.name, 'generate').generate(model.parameters, seed);
    for (const step of stepsOf(changes, procs, seed)) {
      const changed = step(workload);
      workload = changed.workload;
      notes.push(...changed.notes);
    }
    return { workload, notes };
  }

  #isSystem({ policy: { policy } }: Point): boolean {
    return this.#inputs.policies[policy].system !== undefined;
  }

  #trace(index: number): Workload {
    const workload = this.#inputs.traces[index];
    if (workload === undefined) throw new Error(`there is no trace ${index} among the inputs of the experiment`);
    return workload;
  }
}

type Step = (workload: Workload) => Changed;

/** In the order that `WorkloadChanges` states. */
function stepsOf(changes: Point['workload']['changes'], procs: number, seed: number): Step[] {
  const { from, until, limit, load, runtimes, sizes, interactive } = changes;
  const steps: Step[] = [];
  if (from !== undefined || until !== undefined)
    steps.push((jobs) => sliceByTime(jobs, { from, until, clock: 'first-submission' }));
  if (limit !== undefined) steps.push((jobs) => sliceByRow(jobs, 0, limit));
  if (load !== undefined) steps.push((jobs) => scaleArrivals(jobs, load));
  if (runtimes !== undefined) steps.push((jobs) => scaleRuntimes(jobs, runtimes));
  if (sizes !== undefined) steps.push((jobs) => scaleSizes(jobs, sizes, procs));
  if (interactive !== undefined) steps.push((jobs) => markInteractive(jobs, interactive, seed));
  return steps;
}

const WORDS = { estimates: 'estimates:', overrun: 'overrun:', cluster: 'clusters: [{ file: slurm.conf }]' };

/** Systems take time to start jobs: a perfect estimate would have all of them killed, so those without a limit keep none. */
function limited({ workload, notes }: Changed, { workload: { changes } }: Point, cluster: Cluster, isSystem: boolean): Changed {
  const { estimates = isSystem ? 'none' : undefined, overrun } = changes;
  const rule =
    estimates === undefined ? 'default' : estimates === 'partition' ? estimates : parseWalltimeRule(estimates, 'estimates');
  const done = applyWalltimes(workload, { estimates: rule, overrun }, cluster, WORDS);
  return { workload: done.workload, notes: [...notes, ...done.notes] };
}
