/**
 * What became of jobs whose pods somebody else schedules: told of pods as they are seen, it ends in a `Schedule`. A job
 * starts when each of its groups has as many pods up as it needs, and ends when all of its pods have. Times are those at
 * which it was seen, as in a run that we schedule ourselves.
 */
import type { Cluster } from '../../cluster.ts';
import { nodeCount, nodeName, processorCount } from '../../cluster.ts';
import { COMPLETED, FAILED, PREEMPTED } from '../../schedule.ts';
import type { Placements, Schedule } from '../../schedule.ts';
import { COMPLETES } from '../../workload.ts';
import type { Workload } from '../../workload.ts';
import type { LivePod } from '../driver/live-pod.ts';
import { isFinished, isUp } from '../driver/live-pod.ts';
import { TaskTable } from '../driver/tasks.ts';
import type { Task } from '../driver/tasks.ts';

export class ObservedJobs {
  readonly tasks: TaskTable;
  readonly #workload: Workload;
  readonly #cluster: Cluster;
  readonly #start: Float64Array;
  readonly #lastStart: Float64Array;
  readonly #end: Float64Array;
  readonly #state: Uint8Array;
  readonly #attempts: { job: number; start: number; end: number }[] = [];
  /** Nodes of the last run of each job. */
  readonly #placed: (readonly { node: number; group: number }[] | undefined)[] = [];
  readonly #nodeOf: ReadonlyMap<string, number>;
  #over = 0;

  constructor(workload: Workload, cluster: Cluster) {
    const { count } = workload;
    this.#workload = workload;
    this.#cluster = cluster;
    this.tasks = new TaskTable(workload, count);
    this.#start = new Float64Array(count).fill(NaN);
    this.#lastStart = new Float64Array(count).fill(NaN);
    this.#end = new Float64Array(count).fill(NaN);
    this.#state = new Uint8Array(count);
    this.#nodeOf = new Map(Array.from({ length: nodeCount(cluster) }, (_, node) => [nodeName(cluster, node), node]));
  }

  /** Jobs that are over [count]. */
  get over(): number {
    return this.#over;
  }

  /** A pod is like this at this time [ms]. */
  see(pod: LivePod, now: number): void {
    const task = this.#taskOf(pod);
    if (task === undefined || pod.mark === undefined || pod.mark.generation < task.generation) return;
    task.pod = pod;
    task.generation = pod.mark.generation;
    task.isComing = false;
    this.#look(task.job, now);
  }

  /** A pod is gone. Answers the task that needs another one: its controller would make it. */
  gone(pod: LivePod, now: number): Task | undefined {
    const task = this.#taskOf(pod);
    if (task?.pod?.uid !== pod.uid || isFinished(task.pod) || this.#isOver(task.job)) return undefined;
    task.pod = undefined;
    this.#look(task.job, now);
    return task;
  }

  #taskOf({ mark }: LivePod): Task | undefined {
    return mark === undefined ? undefined : this.tasks.find(mark);
  }

  #isOver(job: number): boolean {
    return !Number.isNaN(this.#end[job]);
  }

  #look(job: number, now: number): void {
    if (this.#isOver(job)) return;
    const tasks = this.tasks.of(job);
    const isRunning = !Number.isNaN(this.#lastStart[job]);
    const areUp = this.tasks.enough(job, ({ pod }) => pod !== undefined && isUp(pod));
    if (areUp && !isRunning) this.#begin(job, now);
    else if (!areUp && isRunning) this.#interrupt(job, now);
    if (!tasks.every(({ pod }) => pod !== undefined && isFinished(pod))) return;
    this.#end[job] = now;
    const isWell = this.#workload.outcome[job] === COMPLETES && tasks.every(({ pod }) => pod?.phase === 'Succeeded');
    this.#state[job] = isWell ? COMPLETED : FAILED;
    this.#over++;
  }

  #begin(job: number, now: number): void {
    if (Number.isNaN(this.#start[job])) this.#start[job] = now;
    this.#lastStart[job] = now;
    this.#placed[job] = this.tasks.of(job).flatMap(({ pod, group }) => {
      const node = this.#nodeOf.get(pod?.nodeName ?? '');
      return node === undefined ? [] : [{ node, group }];
    });
  }

  #interrupt(job: number, now: number): void {
    this.#attempts.push({ job, start: this.#lastStart[job], end: now });
    this.#lastStart[job] = NaN;
  }

  finish(policy: string, until: number): Schedule {
    const attempts = this.#attempts;
    const column = (value: (attempt: (typeof attempts)[number]) => number) => Float64Array.from(attempts, value);
    return {
      policy,
      count: this.#workload.count,
      submit: this.#workload.submit,
      start: this.#start,
      end: this.#end,
      lastStart: this.#lastStart,
      state: this.#state,
      attempts: {
        count: attempts.length,
        job: Int32Array.from(attempts, ({ job }) => job),
        start: column(({ start }) => start),
        end: column(({ end }) => end),
        why: new Uint8Array(attempts.length).fill(PREEMPTED),
        kept: new Float64Array(attempts.length),
      },
      placements: this.#placements(),
      capacity: { time: Float64Array.of(0), value: Float64Array.of(processorCount(this.#cluster)) },
      until,
      explanations: [],
    };
  }

  #placements(): Placements {
    const { count } = this.#workload;
    const first = new Int32Array(count + 1);
    const entries: { node: number; group: number; tasks: number }[] = [];
    for (let job = 0; job < count; job++) {
      const found = new Map<string, { node: number; group: number; tasks: number }>();
      for (const { node, group } of this.#placed[job] ?? []) {
        const key = `${group}/${node}`;
        const entry = found.get(key) ?? { node, group, tasks: 0 };
        entry.tasks++;
        found.set(key, entry);
      }
      entries.push(...[...found.values()].sort((a, b) => a.group - b.group || a.node - b.node));
      first[job + 1] = entries.length;
    }
    return {
      first,
      node: Int32Array.from(entries, ({ node }) => node),
      group: Int32Array.from(entries, ({ group }) => group),
      tasks: Int32Array.from(entries, ({ tasks }) => tasks),
    };
  }
}
