/**
 * Judges a run by every version of every pod that the store of a real control plane was given, and by nothing that the
 * driver says: what must not happen is noted.
 */
import { isFinished, readLivePod } from '../../src/live/driver/live-pod.ts';
import type { LivePod } from '../../src/live/driver/live-pod.ts';
import type { Written } from './etcd.ts';

/** Processors of a node; each pod takes one. */
const PROCS = 2;

export interface JudgedRun {
  readonly run: string;
  /** Pods of each job [count]. */
  readonly sizes: readonly number[];
  /** The scheduler gives a job all its nodes at once. */
  readonly gangs: boolean;
  /** Jobs that run for longer than they may, and after what time [ms by the clock]. */
  readonly limits: ReadonlyMap<number, number>;
}

export class PodJudge {
  readonly #judged: JudgedRun;
  /** By key, as they are. */
  readonly #pods = new Map<string, LivePod>();
  /** By pod: where it was bound first. */
  readonly #nodeOf = new Map<string, string>();
  readonly #completed = new Set<string>();
  /** By pod: since when it has run, of jobs with limits. */
  readonly #runsSince = new Map<string, number>();
  /** Of jobs with limits: tasks that have run until then. */
  readonly #killed = new Set<string>();
  /** By job: since when some of its pods but not all are on nodes, or have been. */
  readonly #halfSince = new Map<number, number>();
  /** By job: all that was written of its pods, for people. */
  readonly #stories = new Map<number, string[]>();
  readonly violations: string[] = [];
  bindings = 0;
  /** The longest that a gang was half on its nodes [ms]. */
  longestHalf = 0;

  constructor(judged: JudgedRun) {
    this.#judged = judged;
  }

  see({ key, object }: Written): void {
    const before = this.#pods.get(key);
    const owner = { run: this.#judged.run, namespace: 'default', schedulerName: 'yardmaster' };
    const seen = object === undefined ? undefined : readLivePod(object, owner);
    // Nothing is left of it but what it says.
    const pod = seen?.isTombstone === true ? undefined : seen;
    if (seen?.mark !== undefined) this.#lookAtLimit(seen);
    if (seen?.mark !== undefined && seen.phase === 'Succeeded') this.#completed.add(`${seen.mark.job}/${seen.mark.index}`);
    if (pod === undefined) this.#pods.delete(key);
    else this.#pods.set(key, pod);
    if (pod?.mark !== undefined) this.#judge(pod);
    const job = (pod ?? before)?.mark?.job;
    if (job !== undefined) this.#tell(job, pod ?? before, pod === undefined ? 'removed' : '');
    if (job !== undefined && this.#judged.gangs) this.#lookAtGang(job);
  }

  /** Tasks that have not completed, as `job/task`. */
  get missing(): string[] {
    const { sizes, limits } = this.#judged;
    const tasks = sizes.flatMap((size, job) =>
      Array.from({ length: size }, (_, index) => `${job}/${index}`).filter(() => !limits.has(job)),
    );
    return tasks.filter((task) => !this.#completed.has(task));
  }

  /** To be called when the driver says that all is over. */
  finish(): void {
    for (const task of this.missing) this.#note(`task ${task} has not completed`);
    for (const job of this.#halfSince.keys()) this.#note(`job ${job} is left half bound`);
  }

  #judge(pod: LivePod): void {
    const { mark, nodeName, uid, name } = pod;
    if (mark === undefined || nodeName === undefined) return;
    const known = this.#nodeOf.get(uid);
    if (known === undefined) {
      this.#nodeOf.set(uid, nodeName);
      this.bindings++;
      const { sizes } = this.#judged;
      const isOver = Array.from({ length: sizes[mark.job] }, (_, index) => index).every((index) =>
        this.#completed.has(`${mark.job}/${index}`),
      );
      if (isOver) this.#note(`pod ${name} was bound although its job was over: ${this.#stories.get(mark.job)?.join(', ') ?? ''}`);
    } else if (known !== nodeName) this.#note(`pod ${name} was bound to ${known} and then to ${nodeName}`);
    if (isFinished(pod)) return;
    const others = [...this.#pods.values()].filter((other) => other.nodeName !== undefined && !isFinished(other));
    const twins = others.filter((other) => other.mark?.job === mark.job && other.mark.index === mark.index);
    if (twins.length > 1) this.#note(`task ${mark.index} of job ${mark.job} has ${twins.length} pods on nodes`);
    const there = others.filter((other) => other.nodeName === nodeName);
    if (there.length > PROCS) this.#note(`node ${nodeName} has ${there.length} pods of one processor each`);
  }

  /** A job that has run until its limit was killed: it must not run for so long again. */
  #lookAtLimit({ mark, uid, name, phase, terminating }: LivePod): void {
    const limit = this.#judged.limits.get(mark?.job ?? -1);
    if (mark === undefined || limit === undefined) return;
    if (phase === 'Running' && !terminating && !this.#runsSince.has(uid)) this.#runsSince.set(uid, Date.now());
    const since = this.#runsSince.get(uid);
    // What it is given to stop is no part of it.
    if (!terminating || since === undefined) return;
    this.#runsSince.delete(uid);
    if (Date.now() - since < limit) return;
    const task = `${mark.job}/${mark.index}`;
    if (this.#killed.has(task))
      this.#note(`pod ${name} ran until its limit, as one before it had: ${this.#stories.get(mark.job)?.join(', ') ?? ''}`);
    this.#killed.add(task);
  }

  #lookAtGang(job: number): void {
    const now = Date.now();
    const pods = [...this.#pods.values()].filter(({ mark }) => mark?.job === job);
    const holds = pods.filter((pod) => pod.nodeName !== undefined && !isFinished(pod) && !pod.terminating).length;
    const placed = pods.filter((pod) => pod.nodeName !== undefined && !pod.terminating).length;
    const isHalf = holds > 0 && placed < this.#judged.sizes[job];
    const since = this.#halfSince.get(job);
    if (isHalf && since === undefined) this.#halfSince.set(job, now);
    if (isHalf || since === undefined) return;
    this.longestHalf = Math.max(this.longestHalf, now - since);
    this.#halfSince.delete(job);
  }

  #tell(job: number, pod: LivePod | undefined, what: string): void {
    const story = this.#stories.get(job) ?? [];
    this.#stories.set(job, story);
    const at = new Date().toISOString().slice(14, 23);
    const facts = [pod?.name, pod?.nodeName, pod?.phase, pod?.terminating === true ? 'terminating' : '', what];
    story.push(`${at} ${facts.filter((fact) => fact !== undefined && fact !== '').join(' ')}`);
  }

  #note(what: string): void {
    if (!this.violations.includes(what)) this.violations.push(what);
  }
}
