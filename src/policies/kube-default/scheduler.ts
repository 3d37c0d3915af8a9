/**
 * The scheduler's loop: takes one pod after the other out of the queue, finds a node for it, and binds it beside the
 * loop; or puts it back, after it has evicted those whom the pod preempts.
 * Source: pkg/scheduler/schedule_one.go and eventhandlers.go (Kubernetes v1.36.2; v1.26.5 where Behaviour says so).
 * Departures: the API server's answers never fail, its events are seen as soon as a call is over, and see PATIENCE.
 */
import type { Cycle } from '../../policy.ts';
import { Agenda } from './agenda.ts';
import { ApiClient } from './api-client.ts';
import { Attempts } from './attempts.ts';
import { Bindings } from './bindings.ts';
import { Failures } from './failures.ts';
import { GroupCycles } from './group-cycles.ts';
import type { Member } from './group-trial.ts';
import { jobPodOf, NO_ROW } from './job-pod.ts';
import type { JobPod } from './job-pod.ts';
import { Nominating } from './nominating.ts';
import type { NodeChange, PodChanges, PodCluster } from './pod-cluster.ts';
import type { PodGroup } from './pod-group.ts';
import type { PodInfo } from './pod-info.ts';
import { admissionTo } from './queue/node-admission.ts';
import { Nominator } from './queue/nominator.ts';
import { QUEUE_RULES } from './queue/rules.ts';
import type { ClusterEvent, QueuedPod, SchedulingQueue } from './queue/scheduling-queue.ts';
import type { SchedulerExtension, SchedulerHandle } from './scheduler-extension.ts';
import { makeQueue } from './scheduler-queue.ts';
import type { SchedulerSettings } from './scheduler-settings.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Pods that fit nowhere are tried again every five minutes for ever. After so many times at which nothing else happened
 * that would find what it found before, and would keep the simulation busy: they wait for something to happen.
 */
const PATIENCE = 50;

export class KubeScheduler implements SchedulerHandle {
  readonly snapshot: Snapshot;
  readonly #cluster: PodCluster;
  readonly #settings: SchedulerSettings;
  readonly #attempts: Attempts;
  readonly #extension: SchedulerExtension | undefined;
  readonly #queue: SchedulingQueue;
  readonly nominating: Nominating;
  readonly #agenda = new Agenda();
  readonly #bindings: Bindings;
  readonly #failures: Failures;
  readonly #groups: GroupCycles;
  /** The state of things on which groups rest that were tried in vain. */
  #restingOn = 0;
  #cycle: Cycle | undefined;
  /** [ms] */
  now = 0;
  /** When the loop can take the next pod; Infinity while it waits for a call [ms]. */
  #freeAt = -Infinity;
  readonly #goOn = (): void => {
    this.#freeAt = this.now;
  };
  /** Instants at which pods were tried, and in vain, since anything happened [count]. */
  #quiet = 0;
  /** When it has asked to be woken [ms]. */
  #wakeAt = -Infinity;

  constructor(cluster: PodCluster, settings: SchedulerSettings) {
    const { behaviour, extension, costs } = settings;
    this.snapshot = cluster.snapshot;
    this.#cluster = cluster;
    this.#settings = settings;
    const nominator = new Nominator(settings.nominates ? 'counted' : 'unseen');
    this.#attempts = new Attempts(settings, this.snapshot, nominator);
    this.#extension = extension;
    this.#queue = makeQueue(settings, {
      preEnqueue: (pod) => this.#gate(pod),
      comesBack: (pod) => this.#groupOf(pod) !== undefined,
      rests: (pod) => this.#rests(pod),
    });
    this.nominating = new Nominating(nominator, this.#queue, QUEUE_RULES[behaviour.version].hints, () => this.#attempts.forget());
    const client = new ApiClient(costs, this.#agenda);
    const now = () => this.now;
    this.#failures = new Failures({
      settings,
      queue: this.#queue,
      nominator,
      nominating: this.nominating,
      client,
      now,
      explain: (pod, message) => this.explain(pod, message),
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
      forget: (pod) => {
        this.#attempts.forget();
        cluster.forget(pod);
      },
      tell: (kind, pod) => this.event({ kind, pod, exceptItself: true }),
      hold: () => this.#hold(),
    });
    this.#groups = new GroupCycles({
      attempts: this.#attempts,
      cluster,
      nominator,
      queue: this.#queue,
      failures: this.#failures,
      client,
      attempt: costs.attempt,
      now,
      later: (at, action) => this.later(at, action),
      place: (member, row, end) => this.#place(member, row, end),
      hold: () => this.#hold(),
    });
    extension?.attach?.(this);
  }

  /** Does all that can be done at this instant. */
  schedule(cycle: Cycle): void {
    this.#cycle = cycle;
    this.now = cycle.now;
    const changes = this.#cluster.apply(cycle);
    if (changes.gone.length + changes.nodes.length + changes.created.length + changes.strangers.length > 0) {
      this.#quiet = 0;
      this.#attempts.forget();
    }
    this.#notice(changes);
    this.#agenda.carryOut(this.now);
    this.#queue.flush(this.now);
    this.#work();
    this.#noticeReplacements(changes.created);
    this.#sleep(cycle);
  }

  get #engine(): Cycle {
    if (this.#cycle === undefined) throw new Error('the scheduler acted before its first cycle');
    return this.#cycle;
  }

  #work(): void {
    for (let tried = 0; this.#freeAt <= this.now; tried++) {
      this.#rouse();
      const queued = this.#queue.pop(this.now);
      if (queued === undefined) return;
      if (tried === 0) this.#quiet++;
      this.#try(queued);
    }
  }

  #rouse(): void {
    if (this.#restingOn === this.#attempts.version) return;
    this.#restingOn = this.#attempts.version;
    this.#queue.rouse();
  }

  #groupOf(pod: PodInfo): PodGroup | undefined {
    return this.#extension?.group?.(jobPodOf(pod));
  }

  #rests(pod: PodInfo): boolean {
    const group = this.#groupOf(pod);
    return group !== undefined && this.#groups.isInVain(group);
  }

  /** The loop waits until what is answered is called. */
  #hold(): () => void {
    this.#freeAt = Infinity;
    return this.#goOn;
  }

  #sleep(cycle: Cycle): void {
    const queue = this.#quiet < PATIENCE ? this.#queue.nextWake(this.now) : Infinity;
    const next = this.#freeAt > this.now ? this.#freeAt : queue;
    // The queue may have come to something that is due by now, which the next instant carries out.
    const wake = Math.max(this.now + 1, Math.ceil(Math.min(next, this.#agenda.next)));
    if (wake === Infinity || wake === this.#wakeAt) return;
    this.#wakeAt = wake;
    cycle.wakeAt(wake);
  }

  // What has happened in the cluster.

  #notice({ gone, nodes, created, strangers }: PodChanges): void {
    for (const pod of gone) this.#lose(pod);
    for (const { pod, there } of strangers) this.event({ kind: there ? 'AssignedPodAdd' : 'AssignedPodDelete', pod });
    for (const change of nodes) this.#noticeNode(change);
    for (const pod of created) if (!pod.isReplacement) this.#welcome(pod);
  }

  /**
   * Controllers learn of a deletion when the scheduler does, and then need a call to make another pod: by then it has tried
   * those whom the deletion helps.
   */
  #noticeReplacements(created: readonly JobPod[]): void {
    for (const pod of created) if (pod.isReplacement) this.#welcome(pod);
    this.#work();
  }

  #lose(pod: JobPod): void {
    if (!pod.placed) {
      this.#queue.remove(pod);
      this.#bindings.lose(pod);
    }
    if (pod.row !== NO_ROW) this.event({ kind: 'AssignedPodDelete', pod });
    else this.nominating.gone(pod, this.now);
    this.#extension?.gone?.(pod);
  }

  #noticeNode({ row, old, node }: NodeChange): void {
    this.event({ kind: 'NodeUpdate', old, node, admits: admissionTo(this.snapshot, row) });
    this.#bindings.rejectOn(row);
  }

  #welcome(pod: JobPod): void {
    this.#extension?.created?.(pod);
    if (!pod.placed) this.nominating.seen(pod, this.snapshot, this.now);
    if (pod.placed) this.event({ kind: 'AssignedPodAdd', pod });
    else if (this.#attempts.isResponsibleFor(pod)) this.#queue.add(pod, this.now);
    else this.explain(pod, this.#attempts.refuse(pod));
    if (!pod.placed) this.#extension?.queued?.(pod);
  }

  #gate(pod: PodInfo): string | undefined {
    if (this.#failures.isPreempting(pod)) return 'DefaultPreemption';
    return this.#extension?.preEnqueue?.(jobPodOf(pod)) === false ? this.#extension.name : undefined;
  }

  // One attempt.

  #try(queued: QueuedPod): void {
    const pod = jobPodOf(queued.pod);
    const group = this.#groupOf(pod);
    if (group !== undefined) return this.#groups.run({ queued, pod }, group);
    const answer = this.#attempts.make(pod, this.now);
    const end = this.now + this.#settings.costs.attempt;
    if (!('row' in answer)) {
      const { outcome, postFilter, message } = answer;
      const goOn = this.#hold();
      const failed = { queued, pod, rejectors: outcome.rejectors, postFilter, message };
      return this.later(end, () => this.#failures.handle(failed, goOn));
    }
    this.#freeAt = end;
    this.#place({ queued, pod }, answer.row, end);
  }

  #place({ queued, pod }: Member, row: number, end: number): void {
    this.#quiet = 0;
    this.#attempts.forget();
    this.#cluster.assume(pod, row);
    this.nominating.assumed(pod);
    this.#bindings.permit(queued, pod, end);
  }

  #evict(victim: JobPod): void {
    // One that waits beside others of its gang may have been given up together with them.
    if (victim.isGone || victim.isTerminating || victim.row === NO_ROW) return;
    if (this.#bindings.isWaiting(victim)) return this.reject(victim, 'preempted');
    const old = { pod: { ...victim.pod }, class: victim.class };
    const grace = this.#settings.grace(victim);
    this.#attempts.forget();
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

  explain(pod: JobPod, reason: string): void {
    this.#engine.explain(pod.job, reason);
  }

  later(at: number, action: () => void): void {
    if (at <= this.now) action();
    else this.#agenda.add(at, action);
  }
}
