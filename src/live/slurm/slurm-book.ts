/** What became of each job of a run, from what was seen of it, as a schedule. */
import { nodeCount, nodeName, processorCount } from '../../cluster.ts';
import type { Cluster } from '../../cluster.ts';
import { Rejections } from '../../engine/rejections.ts';
import { CANCELLED, COMPLETED, FAILED, KILLED, NODE_FAILED, PREEMPTED, REJECTED, UNFINISHED } from '../../schedule.ts';
import type { Explanation, Placements, Schedule } from '../../schedule.ts';
import type { Workload } from '../../workload.ts';
import type { RunClock } from '../driver/run-clock.ts';
import type { JobSight } from './job-sight.ts';
import { tasksOn } from './task-layout.ts';

/** One job of the run. */
export interface BookedJob {
  /** When sbatch was called, and when it had answered [ms of the workload]; NaN = it was not. */
  sent: number;
  answered: number;
  /** Calls of sbatch [count]. */
  tries: number;
  /** Slurm's id; empty until it is known. */
  id: string;
  /** The last that was seen of it. */
  sight?: JobSight;
  /** When it was first submitted, and first ran [ms of the workload]. */
  submit: number;
  start: number;
  /** UNFINISHED until it is over. */
  state: number;
  /** Why it never got to Slurm, or will never start there. */
  trouble?: string;
}

interface Attempt {
  readonly job: number;
  readonly start: number;
  readonly end: number;
  readonly why: number;
}

/** Slurm's words for jobs that are over. */
const ENDS: Readonly<Record<string, number>> = {
  COMPLETED,
  FAILED,
  NODE_FAIL: FAILED,
  BOOT_FAIL: FAILED,
  OUT_OF_MEMORY: FAILED,
  TIMEOUT: KILLED,
  DEADLINE: KILLED,
  CANCELLED,
  PREEMPTED: CANCELLED,
  REVOKED: CANCELLED,
};

/** Reasons that do not pass while nobody changes the job or the cluster, and what the job counts as. */
const NEVER: readonly (readonly [RegExp, number])[] = [
  [/^(PartitionNodeLimit|PartitionTimeLimit|PartitionConfig|BadConstraints|AccountNotAllowed|QOSNotAllowed)$/, REJECTED],
  [/^(InvalidAccount|InvalidQOS|(Assoc|QOS)Max\w*PerJob\w*|(Assoc|QOS)Max\w*PerNode\w*)$/, REJECTED],
  [/^DependencyNeverSatisfied$/, CANCELLED],
  [/^(JobHeldUser|JobHeldAdmin|launch_failed_requeued_held)$/, UNFINISHED],
];

export class SlurmBook {
  readonly jobs: readonly BookedJob[];
  readonly #workload: Workload;
  readonly #cluster: Cluster;
  readonly #time: RunClock;
  readonly #attempts: Attempt[] = [];
  readonly #explanations: Explanation[] = [];
  /** Slurm's ids of jobs that were submitted a second time, as an answer was lost: they do not count. */
  readonly #doubles = new Set<string>();
  readonly #toldDoubles = new Set<string>();

  constructor(workload: Workload, cluster: Cluster, time: RunClock) {
    this.#workload = workload;
    this.#cluster = cluster;
    this.#time = time;
    this.jobs = Array.from({ length: workload.count }, () => ({
      ...{ sent: NaN, answered: NaN, tries: 0, id: '', submit: NaN, start: NaN, state: UNFINISHED },
    }));
  }

  /** Jobs that are there and not over [count]. */
  get there(): number {
    return this.jobs.filter(({ sight, state }) => sight !== undefined && state === UNFINISHED).length;
  }

  get over(): number {
    return this.jobs.filter(({ state }) => state !== UNFINISHED).length;
  }

  /** It never gets to Slurm. */
  refuse(job: number, state: number, why: string): void {
    const booked = this.jobs[job];
    booked.state = state;
    booked.trouble = why;
    this.#explanations.push({ job, time: this.#time.now(), reason: why });
  }

  see(sights: readonly JobSight[]): void {
    for (const sight of sights) this.#see(sight, this.jobs[sight.job]);
  }

  #see(sight: JobSight, booked: BookedJob | undefined): void {
    if (booked === undefined || booked.state !== UNFINISHED) return;
    const before = booked.sight;
    if (booked.id !== '' && booked.id !== sight.id) {
      this.#doubles.add(sight.id);
      return;
    }
    booked.id = sight.id;
    // The record of one that was requeued before it was ever seen says when that was, and not when it came.
    if (before === undefined) booked.submit = sight.restarts > 0 ? booked.answered : this.#time.ofUnix(sight.submit);
    if (sight.restarts > (before?.restarts ?? 0)) this.#interrupt(sight, before);
    booked.sight = sight;
    const hasStarted = sight.nodes.length > 0 && !Number.isNaN(sight.start);
    if (hasStarted && Number.isNaN(booked.start)) booked.start = this.#time.ofUnix(sight.start);
    if (sight.state === 'PENDING' && sight.reason !== before?.reason && sight.reason !== 'None') {
      this.#explanations.push({ job: sight.job, time: this.#time.now(), reason: sight.reason });
    }
    const end = ENDS[sight.state] ?? UNFINISHED;
    booked.state = sight.state === 'DEADLINE' && Number.isNaN(booked.start) ? REJECTED : end;
  }

  /** Jobs that must be cancelled [ids of Slurm]; each is told once. */
  takeDoubles(): string[] {
    const ids = [...this.#doubles].filter((id) => !this.#toldDoubles.has(id));
    for (const id of ids) this.#toldDoubles.add(id);
    return ids;
  }

  /**
   * It was taken off and waits again: its record begins anew. A run that began and ended between two looks is known by
   * the number of restarts alone, and is taken to have had no length.
   */
  #interrupt({ job, submit, restarts }: JobSight, before: JobSight | undefined): void {
    const end = this.#time.ofUnix(submit);
    const start = before === undefined || before.nodes.length === 0 ? NaN : this.#time.ofUnix(before.start);
    const why = before?.state === 'NODE_FAIL' ? NODE_FAILED : PREEMPTED;
    const count = restarts - (before?.restarts ?? 0);
    const starts = Array.from({ length: count }, (_, index) => (index === 0 && !Number.isNaN(start) ? start : end));
    for (const one of starts) this.#attempts.push({ job, start: one, end, why });
  }

  /** Whether all that are left will wait for ever. */
  get isStuck(): boolean {
    const left = this.jobs.filter(({ state }) => state === UNFINISHED);
    return left.length > 0 && left.every(({ sight }) => sight?.state === 'PENDING' && whyNever(sight.reason) !== undefined);
  }

  /** What those are that will wait for ever, as nothing else is left. */
  settle(): void {
    for (const booked of this.jobs) {
      const { sight, state } = booked;
      if (state !== UNFINISHED || sight?.state !== 'PENDING') continue;
      booked.state = whyNever(sight.reason) ?? UNFINISHED;
      booked.trouble = sight.reason;
    }
  }

  /** When the job ended [ms of the workload]; NaN = it has not, or never began to. */
  endOf(job: number): number {
    const { sight, state } = this.jobs[job];
    const isOpen = state === UNFINISHED || state === REJECTED || sight === undefined || sight.state === 'PENDING';
    return isOpen ? NaN : this.#time.ofUnix(sight.end);
  }

  finish(policy: string): Schedule {
    const { count, submit } = this.#workload;
    const of = (value: (job: BookedJob, row: number) => number) => Float64Array.from(this.jobs, value);
    const attempts = this.#attempts;
    const column = (value: (attempt: Attempt) => number) => Float64Array.from(attempts, value);
    return {
      ...{ policy, count },
      submit: of((job, row) => (Number.isNaN(job.submit) ? submit[row] : job.submit)),
      start: of((job) => job.start),
      end: of((_, row) => this.endOf(row)),
      lastStart: of(({ sight }) => (sight === undefined || sight.nodes.length === 0 ? NaN : this.#time.ofUnix(sight.start))),
      state: Uint8Array.from(this.jobs, ({ state }) => state),
      attempts: {
        count: attempts.length,
        job: Int32Array.from(attempts, ({ job }) => job),
        start: column(({ start }) => start),
        end: column(({ end }) => end),
        why: Uint8Array.from(attempts, ({ why }) => why),
        kept: new Float64Array(attempts.length),
      },
      placements: this.#placements(),
      capacity: { time: Float64Array.of(0), value: Float64Array.of(processorCount(this.#cluster)) },
      until: this.#time.now(),
      explanations: this.#explanations,
      ...this.#rejections(),
    };
  }

  #rejections(): Pick<Schedule, 'rejections'> {
    const rejections = new Rejections();
    this.jobs.forEach(({ state, trouble, sight }, job) => {
      if (state === REJECTED) rejections.add(job, trouble ?? sight?.state ?? '');
    });
    const counted = rejections.counted();
    return counted.length === 0 ? {} : { rejections: counted };
  }

  #placements(): Placements {
    const names = Array.from({ length: nodeCount(this.#cluster) }, (_, node) => [nodeName(this.#cluster, node), node] as const);
    const numberOf = new Map(names);
    const first = new Int32Array(this.jobs.length + 1);
    const entries: { node: number; tasks: number }[] = [];
    this.jobs.forEach(({ sight }, job) => {
      for (const { name, tasks } of sight === undefined ? [] : tasksOn(this.#workload, job, sight.nodes)) {
        const node = numberOf.get(name);
        if (node !== undefined && tasks > 0) entries.push({ node, tasks });
      }
      first[job + 1] = entries.length;
    });
    return {
      first,
      node: Int32Array.from(entries, ({ node }) => node),
      group: new Int32Array(entries.length),
      tasks: Int32Array.from(entries, ({ tasks }) => tasks),
    };
  }
}

function whyNever(reason: string): number | undefined {
  return NEVER.find(([pattern]) => pattern.test(reason))?.[1];
}
