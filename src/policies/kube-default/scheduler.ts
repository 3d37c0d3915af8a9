/**
 * The scheduler's loop: takes one pod after the other out of the queue, finds a node for it, and binds it beside the
 * loop; or finds out why there is none, whom it may preempt, and puts it back.
 * Source: pkg/scheduler/schedule_one.go and eventhandlers.go (Kubernetes v1.36.2; v1.26.5 where Behaviour says so).
 * Departures: the API server's answers never fail, and its events are seen as soon as a call is over.
 */
import type { Cycle } from '../../policy.ts';
import { Agenda } from './agenda.ts';
import { ApiClient } from './api-client.ts';
import { attemptMessage } from './attempt.ts';
import { Bindings } from './bindings.ts';
import { compileBudgets } from './disruption-budgets.ts';
import type { Budget } from './disruption-budgets.ts';
import { Failures } from './failures.ts';
import { FilterRun } from './filter-run.ts';
import { JobPod, NO_ROW } from './job-pod.ts';
import { Nominating } from './nominating.ts';
import type { NodeChange, PodChanges, PodCluster } from './pod-cluster.ts';
import type { PodInfo } from './pod-info.ts';
import { preempt } from './post-filter.ts';
import type { PostFilter } from './post-filter.ts';
import { admissionTo } from './queue/node-admission.ts';
import { Nominator } from './queue/nominator.ts';
import { QUEUE_RULES } from './queue/rules.ts';
import { SchedulingQueue } from './queue/scheduling-queue.ts';
import type { ClusterEvent, QueuedPod } from './queue/scheduling-queue.ts';
import { schedulePod } from './schedule-pod.ts';
import type { CycleSetup, Found, Outcome } from './schedule-pod.ts';
import type { SchedulerExtension, SchedulerHandle } from './scheduler-extension.ts';
import type { Decisions, SchedulerSettings } from './scheduler-settings.ts';
import type { Snapshot } from './snapshot.ts';
import { unresolvable } from './status.ts';

const BY_CHANCE: Decisions = {
  schedule: schedulePod,
  candidate: (_, best, random) => best[random.integer(best.length)],
};

export class KubeScheduler implements SchedulerHandle {
  readonly snapshot: Snapshot;
  readonly #cluster: PodCluster;
  readonly #settings: SchedulerSettings;
  readonly #decisions: Decisions;
  readonly #extension: SchedulerExtension | undefined;
  readonly #queue: SchedulingQueue;
  readonly #nominator = new Nominator();
  readonly #nominating: Nominating;
  readonly #agenda = new Agenda();
  readonly #bindings: Bindings;
  readonly #failures: Failures;
  /** By the name of the scheduler that pods ask for. */
  readonly #setups: ReadonlyMap<string, CycleSetup>;
  readonly #budgets: readonly Budget[];
  #cycle: Cycle | undefined;
  /** [ms] */
  now = 0;
  /** When the loop can take the next pod; Infinity while it waits for a call [ms]. */
  #freeAt = -Infinity;
  readonly #goOn = (): void => {
    this.#freeAt = this.now;
  };
  /** When it has asked to be woken [ms]. */
  #wakeAt = -Infinity;

  constructor(cluster: PodCluster, settings: SchedulerSettings) {
    const { behaviour, configuration, extension, costs, random, started } = settings;
    this.snapshot = cluster.snapshot;
    this.#cluster = cluster;
    this.#settings = settings;
    this.#decisions = settings.decisions ?? BY_CHANCE;
    this.#extension = extension;
    this.#queue = new SchedulingQueue({
      behaviour,
      initialBackoff: configuration.initialBackoff,
      maxBackoff: configuration.maxBackoff,
      less: extension?.less,
      hints: extension?.hints,
      preEnqueue: (pod) => this.#gate(pod),
      started,
    });
    this.#nominating = new Nominating(this.#nominator, this.#queue, QUEUE_RULES[behaviour.version].hints);
    const client = new ApiClient(costs, this.#agenda);
    const now = () => this.now;
    this.#failures = new Failures({
      settings,
      queue: this.#queue,
      nominator: this.#nominator,
      nominating: this.#nominating,
      client,
      now,
      explain: (pod, message) => this.#engine.explain(pod.job, message),
      evict: (victim) => this.#evict(victim),
    });
    this.#bindings = new Bindings({
      queue: this.#queue,
      client,
      failures: this.#failures,
      extension,
      now,
      later: (at, action) => this.later(at, action),
      bind: (pod, at) => cluster.bind(this.#engine, pod, at),
      forget: (pod) => cluster.forget(pod),
      tell: (kind, pod) => this.event({ kind, pod, exceptItself: true }),
      hold: () => this.#hold(),
    });
    const start = { next: 0 };
    const shared = { snapshot: this.snapshot, nominations: this.#nominator, start, random };
    this.#setups = new Map(configuration.profiles.map((profile) => [profile.schedulerName, { profile, ...shared }]));
    this.#budgets = compileBudgets(settings.budgets);
    extension?.attach?.(this);
  }

  /** Does all that can be done at this instant. */
  schedule(cycle: Cycle): void {
    this.#cycle = cycle;
    this.now = cycle.now;
    this.#notice(this.#cluster.apply(cycle));
    this.#agenda.carryOut(this.now);
    this.#queue.flush(this.now);
    this.#work();
    this.#sleep(cycle);
  }

  get #engine(): Cycle {
    if (this.#cycle === undefined) throw new Error('the scheduler acted before its first cycle');
    return this.#cycle;
  }

  #work(): void {
    while (this.#freeAt <= this.now) {
      const queued = this.#queue.pop(this.now);
      if (queued === undefined) return;
      this.#try(queued);
    }
  }

  /** The loop waits until what is answered is called. */
  #hold(): () => void {
    this.#freeAt = Infinity;
    return this.#goOn;
  }

  #sleep(cycle: Cycle): void {
    const next = this.#freeAt > this.now ? this.#freeAt : this.#queue.nextWake(this.now);
    // The queue may have come to something that is due by now, which the next instant carries out.
    const wake = Math.max(this.now + 1, Math.ceil(Math.min(next, this.#agenda.next)));
    if (wake === Infinity || wake === this.#wakeAt) return;
    this.#wakeAt = wake;
    cycle.wakeAt(wake);
  }

  // What has happened in the cluster.

  #notice({ gone, nodes, created }: PodChanges): void {
    for (const pod of gone) this.#lose(pod);
    for (const change of nodes) this.#noticeNode(change);
    for (const pod of created) this.#welcome(pod);
  }

  #lose(pod: JobPod): void {
    if (!pod.placed) {
      this.#queue.remove(pod);
      this.#bindings.lose(pod);
    }
    if (pod.row !== NO_ROW) this.event({ kind: 'AssignedPodDelete', pod });
    else this.#nominating.gone(pod, this.now);
    this.#extension?.gone?.(pod);
  }

  #noticeNode({ row, old, node }: NodeChange): void {
    this.event({ kind: 'NodeUpdate', old, node, admits: admissionTo(this.snapshot, row) });
    this.#bindings.rejectOn(row);
  }

  #welcome(pod: JobPod): void {
    this.#extension?.created?.(pod);
    const { schedulerName } = pod.class.spec;
    if (pod.placed) this.event({ kind: 'AssignedPodAdd', pod });
    else if (this.#setups.has(schedulerName)) this.#queue.add(pod, this.now);
    else this.#engine.explain(pod.job, `no profile is named "${schedulerName}", which the pod asks for`);
  }

  #gate(pod: PodInfo): string | undefined {
    if (this.#failures.isPreempting(pod)) return 'DefaultPreemption';
    return this.#extension?.preEnqueue?.(jobPodOf(pod)) === false ? this.#extension.name : undefined;
  }

  // One attempt.

  #try(queued: QueuedPod): void {
    const pod = jobPodOf(queued.pod);
    const setup = this.#setupOf(pod);
    const outcome = this.#findNode(pod, setup);
    if (!outcome.placed) return this.#reportMisfit(queued, pod, outcome, setup);
    this.#settings.onAttempt?.({ at: this.now, pod, setup, outcome });
    this.#cluster.assume(pod, outcome.row);
    this.#nominating.assumed(pod);
    const end = this.now + this.#settings.costs.attempt;
    this.#freeAt = end;
    this.#bindings.permit(queued, pod, end);
  }

  #setupOf(pod: JobPod): CycleSetup {
    const setup = this.#setups.get(pod.class.spec.schedulerName);
    if (setup === undefined) throw new Error(`pod ${pod.pod.name} was queued without a profile`);
    return setup;
  }

  #findNode(pod: JobPod, setup: CycleSetup): Outcome {
    const reason = this.#extension?.preFilter?.(pod);
    if (reason === undefined || this.#extension === undefined) return this.#decisions.schedule(pod, setup);
    const run = FilterRun.start([], pod, this.snapshot);
    const rejectors = new Set([this.#extension.name]);
    const none = { feasible: new Int32Array(0), statuses: new Map(), rejectors };
    return { placed: false, run, ...none, absent: unresolvable(reason), preFilter: reason };
  }

  #reportMisfit(queued: QueuedPod, pod: JobPod, outcome: Outcome, setup: CycleSetup): void {
    const postFilter = this.#postFilter(pod, outcome, setup);
    this.#settings.onAttempt?.({ at: this.now, pod, setup, outcome, postFilter });
    const message = attemptMessage({ setup, outcome, postFilter });
    const goOn = this.#hold();
    const { rejectors } = outcome;
    this.later(this.now + this.#settings.costs.attempt, () => {
      this.#failures.misfit({ queued, pod, rejectors, postFilter, message }, goOn);
    });
  }

  #postFilter(pod: JobPod, found: Found, setup: CycleSetup): PostFilter {
    const { profile } = setup;
    const { random } = this.#settings;
    let answer: PostFilter | undefined;
    if (profile.preemption !== undefined) {
      const choose = (best: Parameters<Decisions['candidate']>[1]) => this.#decisions.candidate(pod, best, random);
      const parts = { snapshot: this.snapshot, run: found.run, nominations: this.#nominator, budgets: this.#budgets, choose };
      answer = preempt(pod, found, parts, profile.preemption, random, this.now);
      if (answer.status.code === 'Success') return answer;
    }
    return this.#extension?.postFilter?.(pod, found) ?? answer ?? { status: unresolvable(), nominatedNodeName: '' };
  }

  #evict(victim: JobPod): void {
    if (victim.isGone || victim.isTerminating) return;
    if (this.#bindings.isWaiting(victim)) return this.reject(victim, 'preempted');
    const old = { pod: { ...victim.pod }, class: victim.class };
    const grace = this.#settings.grace(victim);
    this.#cluster.evict(this.#engine, victim, grace);
    this.event({ kind: 'AssignedPodUpdate', old, pod: victim });
    // The engine tells of it at its next cycle only.
    if (grace === 0) this.later(this.now + 1, () => undefined);
  }

  // What extensions ask for.

  waiting(): Iterable<JobPod> {
    return this.#bindings.waiting();
  }

  allow(pod: JobPod): void {
    this.#bindings.allow(pod);
  }

  reject(pod: JobPod, reason: string): void {
    this.#bindings.reject(pod, reason);
  }

  activate(pods: Iterable<JobPod>): void {
    this.#queue.activate(pods, this.now);
  }

  event(event: ClusterEvent): void {
    this.#queue.event(event, this.now);
  }

  later(at: number, action: () => void): void {
    if (at <= this.now) action();
    else this.#agenda.add(at, action);
  }
}

function jobPodOf(pod: PodInfo): JobPod {
  if (!(pod instanceof JobPod)) throw new Error(`pod ${pod.pod.name} is none of a job`);
  return pod;
}
