/**
 * What became of each pod of a run and when, in the file `pods.csv` beside the results: what a comparison of a live run with
 * a simulation reads beside `jobs.csv`. All times are seconds of the workload, on the time base of `jobs.csv`: the time by
 * the driver's clock since the workload began, times the time scale. What did not happen is empty.
 *
 * job, group, task    the job's own id; its task group and the task in it, counted from 0
 * generation          the how-manieth pod of the task it was, counted from 0
 * pod, uid, node      its name and uid, and where it was bound
 * seen_s              when the driver first saw it
 * decided_s           when its node was decided on
 * sent_s, bound_s     when the call that bound it was sent, and when it was known to be bound
 * running_s, ended_s  when the driver saw it run, and saw it end by itself
 * deleting_s, gone_s  when its deletion was asked for by the driver, and when the driver saw it gone
 * why                 why it was deleted
 * phase               its last phase
 * tries               calls that were made to bind it [count]
 */
import { csvSeconds, csvText } from '../../results/csv.ts';
import { jobId } from '../../workload.ts';
import type { Workload } from '../../workload.ts';
import type { LivePod } from './live-pod.ts';
import { isFinished, isUp } from './live-pod.ts';

export const POD_TIMES_FILE = 'pods.csv';
export const POD_TIMES_HEADER =
  'job,group,task,generation,pod,uid,node,seen_s,decided_s,sent_s,bound_s,running_s,ended_s,deleting_s,gone_s,why,phase,tries';

/** Times [ms of the workload]; absent = it did not happen. */
export interface PodTimes {
  pod: LivePod;
  readonly seen: number;
  decided?: number;
  sent?: number;
  bound?: number;
  running?: number;
  ended?: number;
  deleting?: number;
  gone?: number;
  why?: string;
  tries: number;
}

export class PodTimesBook {
  readonly #now: () => number;
  readonly #times = new Map<string, PodTimes>();

  constructor(now: () => number) {
    this.#now = now;
  }

  all(): Iterable<PodTimes> {
    return this.#times.values();
  }

  see(pod: LivePod): void {
    if (pod.mark === undefined) return;
    const now = this.#now();
    const times = this.#of(pod);
    times.pod = pod;
    if (pod.nodeName !== undefined) times.bound ??= now;
    if (isUp(pod)) times.running ??= now;
    if (isFinished(pod)) times.ended ??= now;
  }

  gone(pod: LivePod): void {
    if (pod.mark !== undefined) this.#of(pod).gone ??= this.#now();
  }

  decided(pod: LivePod): void {
    this.#of(pod).decided = this.#now();
  }

  sent(pod: LivePod): void {
    this.#of(pod).sent ??= this.#now();
  }

  answered(pod: LivePod, tries: number, isBound: boolean): void {
    const times = this.#of(pod);
    times.tries += tries;
    if (isBound) times.bound ??= this.#now();
  }

  deleting(pod: LivePod, why: string): void {
    const times = this.#of(pod);
    times.deleting ??= this.#now();
    times.why ??= why;
  }

  #of(pod: LivePod): PodTimes {
    let times = this.#times.get(pod.uid);
    if (times === undefined) this.#times.set(pod.uid, (times = { pod, seen: this.#now(), tries: 0 }));
    return times;
  }
}

/** The lines of the file, in the order in which the pods were seen. */
export function* podTimesCsv(workload: Workload, times: Iterable<PodTimes>): Generator<string> {
  yield `${POD_TIMES_HEADER}\n`;
  for (const one of times) {
    const { mark, name, uid, nodeName = '', phase } = one.pod;
    if (mark === undefined) continue;
    const at = (time: number | undefined) => (time === undefined ? '' : csvSeconds(time + workload.origin));
    const cells = [
      ...[csvText(jobId(workload, mark.job)), mark.group, mark.index, mark.generation, name, uid, nodeName],
      ...[at(one.seen), at(one.decided), at(one.sent), at(one.bound), at(one.running), at(one.ended)],
      ...[at(one.deleting), at(one.gone), one.why ?? '', phase, one.tries],
    ];
    yield `${cells.join(',')}\n`;
  }
}
