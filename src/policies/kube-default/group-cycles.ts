/**
 * The cycle of a group: when one of its pods is to be tried, all that wait are. Either those that fit are bound, once
 * enough of the group have a node, or all go back into the queue.
 * Source: pkg/scheduler/schedule_one_podgroup.go (Kubernetes v1.36.2 with the gate GenericWorkload;
 * TopologyAwareWorkloadScheduling and WorkloadAwarePreemption off, as by default).
 * Departure: a scheduler that has nothing else to do tries a group again and again without a pause, since its pods back
 * off at once and are popped before their time. Here it rests after one try in vain, until anything that counts changes.
 */
import type { ApiClient } from './api-client.ts';
import type { FailedPod, Failures } from './failures.ts';
import { tryGroup } from './group-trial.ts';
import type { GroupTrial, Member, Trial, TrialParts } from './group-trial.ts';
import { NO_ROW } from './job-pod.ts';
import type { JobPod } from './job-pod.ts';
import type { PodGroup } from './pod-group.ts';
import { NO_PLUGINS } from './queue/queued-pod.ts';
import type { QueuedPod, SchedulingQueue } from './queue/scheduling-queue.ts';
import { unresolvable } from './status.ts';

/** What the scheduler lends for it. */
export interface GroupCycleParts extends TrialParts {
  readonly queue: SchedulingQueue;
  readonly failures: Failures;
  readonly client: ApiClient;
  /** What an attempt to place one pod takes [ms]. */
  readonly attempt: number;
  now(): number;
  later(at: number, action: () => void): void;
  /** Gives the pod its node at the end of the cycle [ms]. */
  place(member: Member, row: number, end: number): void;
  /** The loop waits until what is answered is called. */
  hold(): () => void;
}

const UNSCHEDULABLE = 'pod group is unschedulable';
const PREEMPTING = 'pod group is waiting for preemption to complete';
const SCHEDULED = '';

export class GroupCycles {
  readonly #parts: GroupCycleParts;
  /** What each group was last told of itself, in its status. */
  readonly #told = new WeakMap<PodGroup, string>();
  /** Which state of things it was last tried on. */
  readonly #triedOn = new WeakMap<PodGroup, number>();

  constructor(parts: GroupCycleParts) {
    this.#parts = parts;
  }

  /** Nothing has changed since it was last tried. */
  isInVain(group: PodGroup): boolean {
    return this.#triedOn.get(group) === this.#parts.attempts.version;
  }

  /** `queued` was popped: it takes the others along. */
  run(first: Member, group: PodGroup): void {
    const { attempts, attempt, now, later, hold } = this.#parts;
    this.#triedOn.set(group, attempts.version);
    const members = this.#gather(first, group);
    const end = now() + attempt * members.length;
    const goOn = hold();
    const names = new Set(members.map(({ pod }) => pod.class.spec.schedulerName));
    if (names.size > 1)
      return later(end, () =>
        this.#fail(
          members.map((member) => undecided(member, names)),
          goOn,
        ),
      );
    const result = tryGroup(members, group, this.#parts, now());
    if (result.verdict === 'placed') this.#place(result, end);
    const failed = failuresOf(result, ({ row }) => this.#nameOf(row));
    later(end, () => this.#fail(failed, () => this.#tell(group, result, goOn)));
  }

  /** All that wait, by priority, then in the order in which they could be tried for the first time. */
  #gather(first: Member, group: PodGroup): Member[] {
    const { queue, now } = this.#parts;
    const members = [first];
    for (const pod of group.unscheduled()) {
      const queued = pod === first.pod ? undefined : queue.take(pod, now());
      if (queued !== undefined) members.push({ pod, queued });
    }
    return members.sort((one, other) => byPriority(one.pod, other.pod) || byFirstAttempt(one.queued, other.queued));
  }

  #place({ trials }: GroupTrial, end: number): void {
    for (const trial of trials) if (trial.row !== NO_ROW) this.#parts.place(trial, trial.row, end);
  }

  #nameOf(row: number): string {
    return this.#parts.cluster.snapshot.node(row).name;
  }

  /** One after the other: each is told why. */
  #fail(failed: readonly FailedPod[], goOn: () => void): void {
    const { failures } = this.#parts;
    const next = (index: number): void => {
      if (index === failed.length) goOn();
      else failures.handle(failed[index], () => next(index + 1));
    };
    next(0);
  }

  /** Writes the group's status. One that was scheduled once stays so, whatever becomes of further pods. */
  #tell(group: PodGroup, { verdict }: GroupTrial, goOn: () => void): void {
    const { client, now } = this.#parts;
    const message = verdict === 'placed' ? SCHEDULED : verdict === 'preempting' ? PREEMPTING : UNSCHEDULABLE;
    const told = this.#told.get(group);
    if (told === SCHEDULED || told === message) return goOn();
    this.#told.set(group, message);
    client.call(now(), goOn);
  }
}

function byPriority(one: JobPod, other: JobPod): number {
  return other.class.spec.priority - one.class.spec.priority;
}

function byFirstAttempt(one: QueuedPod, other: QueuedPod): number {
  return one.initialSerial - other.initialSerial;
}

/** The pods that go back into the queue, and what they are told. */
function failuresOf({ trials, verdict, lack = '' }: GroupTrial, nameOf: (trial: Trial) => string): FailedPod[] {
  const failed = trials.filter(({ answer }) => verdict !== 'placed' || !('row' in answer));
  if (verdict === 'placed') return failed.map((trial) => failureOf(trial));
  const misfit = trials.find(({ row }) => row === NO_ROW);
  const why = misfit === undefined || 'row' in misfit.answer ? lack : misfit.answer.message;
  const reason = verdict === 'preempting' ? PREEMPTING : `${UNSCHEDULABLE}: ${why}`;
  return failed.map((trial) => {
    if (trial.row === NO_ROW) return { ...failureOf(trial), reason };
    if (verdict === 'unschedulable') return { ...failureOf(trial), ...forGroup(lack, ''), reason };
    // What one that preempts is told is its own matter; those that fit keep their nodes as a nomination.
    return 'row' in trial.answer
      ? { ...failureOf(trial), ...forGroup(PREEMPTING, nameOf(trial)), reason }
      : { ...failureOf(trial), reason };
  });
}

/** No plugin has rejected it: its backoff is that of an error, and is not cut short. */
function forGroup(message: string, nominate: string): Pick<FailedPod, 'rejectors' | 'message' | 'nominate'> {
  return { rejectors: NO_PLUGINS, message, nominate };
}

function failureOf({ queued, pod, answer }: Trial): FailedPod {
  if (!('row' in answer)) {
    const { outcome, postFilter, message } = answer;
    return { queued, pod, rejectors: outcome.rejectors, postFilter, message };
  }
  return { queued, pod, rejectors: NO_PLUGINS, postFilter: NOTHING, message: '' };
}

const NOTHING = { status: unresolvable(), nominatedNodeName: '' };

function undecided({ queued, pod }: Member, names: ReadonlySet<string>): FailedPod {
  const [one, other] = [...names].map((name) => `"${name}"`);
  const rule = 'all pods in a single pod group should have the same .spec.schedulerName set';
  return { queued, pod, rejectors: NO_PLUGINS, postFilter: NOTHING, message: `${rule}, got: ${one} and ${other}` };
}
