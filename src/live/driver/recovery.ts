/**
 * What a driver finds when it begins: the pods of its run that a driver before it has made and bound. Nothing else is known
 * of that one. The rules:
 *
 * - A job of which as many pods as it needs are on nodes goes on there. One that has ended counts, whatever has become of
 *   its node since.
 * - A job all of whose pods have ended is over, and so is one that was written down as over. Pods count that have ended
 *   and were deleted since, as long as their objects are held.
 * - A job that is bound in part, with less than it needs, loses what it has: its pods are deleted and made anew, and it waits.
 * - All other jobs wait, or come when it is their time.
 */
import type { Eviction } from '../../policy.ts';
import { COMPLETED, FAILED } from '../../schedule.ts';
import { failedByNode, isFinished, isUp } from './live-pod.ts';
import type { LivePod } from './live-pod.ts';
import type { OverEntry } from './over-book.ts';
import type { Session } from './session.ts';
import { finish } from './tasks.ts';
import type { Task } from './tasks.ts';

/** When something happened to a pod, in the workload's time [ms]. */
export interface PodClock {
  created(pod: LivePod): number;
  started(pod: LivePod): number;
  ended(pod: LivePod): number;
  /** Whether it had ended before somebody deleted it, so far as that is sure. */
  endedFirst(pod: LivePod): boolean;
}

/** What is there of a run. */
export interface Remains {
  readonly pods: Iterable<LivePod>;
  /** Pods that are gone but for their objects. */
  readonly tombstones: Iterable<LivePod>;
  /** Jobs that were written down as over, by their rows. */
  readonly over: ReadonlyMap<number, OverEntry>;
}

export interface Recovered {
  /** Jobs that go on, that are over, and that lost the part that was bound [count]. */
  running: number;
  over: number;
  undone: number;
}

/** Tells a session of all that is there, before its first step. */
export function recover(session: Session, { pods, tombstones, over }: Remains, clock: PodClock): Recovered {
  const recovered: Recovered = { running: 0, over: 0, undone: 0 };
  const byJob = new Map<number, Map<Task, LivePod>>();
  const held = [...tombstones];
  const all = [...pods];
  for (const pod of [...all, ...held.filter((one) => clock.endedFirst(one))]) {
    const task = pod.mark && session.tasks.find(pod.mark);
    if (task === undefined) continue;
    let own = byJob.get(task.job);
    if (own === undefined) byJob.set(task.job, (own = new Map()));
    const other = own.get(task);
    if (other === undefined || rank(pod) > rank(other)) own.set(task, pod);
  }
  for (const [job, entry] of over) {
    if (job >= session.jobs || hasCompleted(session, job, byJob.get(job))) continue;
    byJob.delete(job);
    session.core.wasOver(job, entry.submit, entry);
    recovered.over++;
  }
  for (const job of [...byJob.keys()].sort((a, b) => a - b)) recoverJob(session, job, byJob.get(job)!, clock, recovered);
  for (const pod of held) {
    session.see(pod);
    session.gone(pod);
  }
  // Those that were not taken over are told as any pod is: what is on a node without a decision is taken off.
  for (const pod of all) session.see(pod);
  session.recall();
  return recovered;
}

/** A limit that was to kill it came too late. */
function hasCompleted(session: Session, job: number, pods: Map<Task, LivePod> | undefined): boolean {
  return session.tasks.of(job).every((task) => pods?.get(task)?.phase === 'Succeeded');
}

/** Of two pods of a task, the one that is of more use. */
function rank(pod: LivePod): number {
  if (isFinished(pod)) return failedByNode(pod) ? 0 : 3;
  if (pod.terminating) return 1;
  return pod.nodeName === undefined ? 2 : 4;
}

function recoverJob(session: Session, job: number, pods: Map<Task, LivePod>, clock: PodClock, recovered: Recovered): void {
  const { tasks } = session;
  const onNode = (task: Task) => {
    const pod = pods.get(task);
    if (pod?.nodeName === undefined || rank(pod) < 3) return false;
    return isFinished(pod) || session.occupancy.nodeOf(pod.nodeName) !== undefined;
  };
  const all = tasks.of(job);
  if (!tasks.enough(job, onNode)) {
    if (all.some(onNode)) recovered.undone++;
    return;
  }
  const used = all.filter(onNode);
  const own = used.map((task) => pods.get(task)!);
  const submit = Math.max(...own.map((pod) => clock.created(pod)));
  const start = Math.max(...own.map((pod) => clock.started(pod)));
  for (const task of used) adoptTask(session, task, pods.get(task)!);
  if (own.every(isFinished)) {
    const end = Math.max(...own.map((pod) => clock.ended(pod)));
    const state = own.every(({ phase }) => phase === 'Succeeded') ? COMPLETED : FAILED;
    session.core.wasOver(job, submit, { start, end, state });
    recovered.over++;
    return;
  }
  const parts: Eviction[] = used.filter(({ node }) => node >= 0).map(({ group, node }) => ({ job, group, node, tasks: 1 }));
  session.adopt(job, parts, { submit, start, hasBegun: tasks.enough(job, (task) => onNode(task) && isUp(pods.get(task)!)) });
  recovered.running++;
}

function adoptTask(session: Session, task: Task, pod: LivePod): void {
  task.pod = pod;
  task.generation = pod.mark?.generation ?? 0;
  task.node = session.occupancy.nodeOf(pod.nodeName ?? '') ?? -1;
  if (isFinished(pod)) finish(task, pod);
  else task.state = 'bound';
}
