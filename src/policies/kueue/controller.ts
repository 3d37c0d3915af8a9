/**
 * Kueue as a whole: notices jobs that come and go, runs scheduling cycles, starts the pods of admitted workloads and stops
 * those of evicted ones.
 * Source: pkg/controller/core/workload_controller.go, pkg/controller/jobframework/reconciler.go (Kueue v0.19.2).
 * Departures: controllers act at once. An evicted job that is admitted again while its old pods still stop starts when
 * they are gone.
 */
import type { Cycle } from '../../policy.ts';
import type { JobPod } from '../kube-default/job-pod.ts';
import { Admission } from './admission.ts';
import type { AdmissionHost, AdmissionParts, CycleOutcome } from './admission.ts';
import type { KueueConfiguration } from './configuration.ts';
import { directivesOf } from './directives.ts';
import type { DirectiveSource } from './directives.ts';
import { evictionMessage, preemptionMessage } from './messages.ts';
import type { PendingQueue } from './pending-queue.ts';
import type { Target } from './preemption-trial.ts';
import type { QuotaNode } from './quota-node.ts';
import { backoffAfter, Readiness } from './readiness.ts';
import type { Stamp } from './stamp.ts';
import type { SuspendedPods } from './suspended-pods.ts';
import { Timers } from './timers.ts';
import { Workload } from './workload.ts';
import type { WorkloadMaker } from './workload-maker.ts';

export interface ControllerSettings {
  readonly configuration: KueueConfiguration;
  readonly stamp: Stamp;
  /** Time of a scheduling cycle [ms]. */
  readonly cycle: number;
  /** From an eviction until the quota is free [ms]. */
  readonly release: number;
  /** From when quota becomes free until workloads that stand aside are tried again [ms]. */
  readonly retry: number;
  /** How long a pod may take to stop [ms]. */
  readonly grace: (pod: JobPod) => number;
  /** Most flavors that one resource can have [count]: cycles without any other result that can follow each other. */
  readonly flavors: number;
}

export interface ControllerParts extends Omit<AdmissionParts, 'host' | 'configuration'> {
  readonly maker: WorkloadMaker;
  readonly pods: SuspendedPods;
  readonly directives: DirectiveSource;
}

export class KueueController implements AdmissionHost {
  readonly #settings: ControllerSettings;
  readonly #parts: ControllerParts;
  readonly #queues: readonly PendingQueue[];
  readonly #admission: Admission;
  readonly #readiness: Readiness;
  /** By job; the text of those that wait for good. */
  readonly #workloads = new Map<number, Workload | 'unmanaged' | 'refused'>();
  /** Trees of queues in which workloads that stand aside are to be tried again. */
  readonly #retries = new Timers<QuotaNode>();
  readonly #releases = new Timers<Workload>();
  readonly #backoffs = new Timers<Workload>();
  /** Deactivated: they will never be queued again. */
  readonly #inactive = new Set<Workload>();
  #running: Generator<void, CycleOutcome> | undefined = undefined;
  #engine: Cycle | undefined = undefined;
  #freeAt = -Infinity;
  #idle = 0;
  #isDirty = false;
  #wakeAt = -Infinity;

  constructor(settings: ControllerSettings, parts: ControllerParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#queues = parts.queues;
    this.#readiness = new Readiness(settings.configuration.podsReady);
    this.#admission = new Admission({ ...parts, configuration: settings.configuration, host: this });
    parts.pods.whenNoticed((news, cycle) => this.#notice(news.created, news.gone, cycle));
  }

  /** A pod is there. */
  podBound({ job }: JobPod): void {
    const isReady = this.#readiness.podBound(job);
    const cycle = this.#engine;
    if (isReady && this.#running !== undefined && cycle !== undefined) cycle.wakeAt(cycle.now + 1);
  }

  get #cycle(): Cycle {
    if (this.#engine === undefined) throw new Error('Kueue acted before its first cycle');
    return this.#engine;
  }

  #notice(created: readonly JobPod[], gone: readonly JobPod[], cycle: Cycle): void {
    this.#engine = cycle;
    for (const pod of gone) if (pod.placed) this.#readiness.podGone(pod.job, cycle.now);
    for (const job of cycle.changed.ended) if (!cycle.pending.has(job)) this.#finish(job);
    for (const pod of created) this.#welcome(pod);
    this.#carryOut(cycle.now);
    this.#work(cycle.now);
    this.#sleep(cycle);
  }

  /** The job is over. */
  #finish(job: number): void {
    const workload = this.#workloads.get(job);
    this.#workloads.delete(job);
    if (!(workload instanceof Workload)) return;
    this.#readiness.released(job);
    this.#releases.remove(workload);
    this.#backoffs.remove(workload);
    this.#inactive.delete(workload);
    if (workload.usage !== undefined) this.#giveBack(workload);
    else this.#queues[workload.queue.number].remove(workload);
    this.#retryLater(workload);
  }

  /** All pods of a job are there before the first is looked at. */
  #welcome(pod: JobPod): void {
    const { job } = pod;
    const now = this.#cycle.now;
    let known = this.#workloads.get(job);
    if (known === undefined) this.#workloads.set(job, (known = this.#make(job)));
    if (known === 'unmanaged') this.#parts.pods.release(pod, undefined, now);
    else if (known instanceof Workload && known.usage !== undefined && !known.isEvicted) this.#start(known, pod);
  }

  #make(job: number): Workload | 'unmanaged' | 'refused' {
    const pods = this.#parts.pods.podsOf(job);
    if (pods.some(({ placed }) => placed)) return 'unmanaged';
    const made = this.#parts.maker.make(job, pods, this.#cycle.now);
    if (made === 'unmanaged') return made;
    if (made instanceof Workload) {
      this.#enqueue(made);
      return made;
    }
    this.#cycle.explain(job, made.waits);
    return 'refused';
  }

  #enqueue(workload: Workload): void {
    this.#isDirty = true;
    const reason = this.#queues[workload.queue.number].add(workload);
    if (reason !== undefined) this.explain(workload, reason);
  }

  // What is due.

  #carryOut(now: number): void {
    for (const workload of this.#readiness.late(now)) this.#timeOut(workload, now);
    for (const workload of this.#releases.take(now)) this.#requeue(workload);
    for (const root of this.#retries.take(now)) {
      for (const pending of this.#queues) if (pending.queue.node.root === root && pending.retry(now)) this.#isDirty = true;
    }
    for (const workload of this.#backoffs.take(now)) this.#enqueue(workload);
  }

  /** Its pods were not ready in time. */
  #timeOut(workload: Workload, now: number): void {
    const settings = this.#settings.configuration.podsReady;
    if (settings === undefined) return;
    if (workload.requeues + 1 > settings.backoffLimit) {
      this.#inactive.add(workload);
    } else {
      workload.requeues++;
      workload.requeueAt = this.#settings.stamp.time(now + backoffAfter(workload.requeues, settings));
      if (settings.ordersByEviction) workload.queuedAt = this.#settings.stamp.time(now);
    }
    this.#evict(workload, evictionMessage(workload));
  }

  /** Pods are deleted at once; the quota is free when the controllers have seen that. */
  #evict(workload: Workload, message: string): void {
    workload.isEvicted = true;
    this.#readiness.released(workload.job);
    this.explain(workload, message);
    const waitsForEnd = this.#stop(workload);
    if (!waitsForEnd) this.#releases.addIfAbsent(workload, this.#cycle.now + this.#settings.release);
  }

  /** Answers whether the job is over when its pods are. */
  #stop({ job }: Workload): boolean {
    const cycle = this.#cycle;
    const { pods } = this.#parts;
    const all = pods.podsOf(job);
    for (const pod of all) if (!pod.placed) pods.withdraw(pod);
    const placed = all.filter((pod) => pod.placed && !pod.isTerminating);
    const grace = placed.reduce((longest, pod) => Math.max(longest, this.#settings.grace(pod)), 0);
    if (cycle.running.mayPreempt(job)) pods.stopRunning(cycle, job, grace);
    else if (cycle.pending.has(job)) for (const pod of placed) pods.evict(cycle, pod, this.#settings.grace(pod));
    // The engine tells of what is gone at once at its next cycle only.
    if (grace === 0 && placed.length > 0) cycle.wakeAt(cycle.now + 1);
    return !cycle.pending.has(job) && !pods.jobPods.isReplaced(job, 0);
  }

  #requeue(workload: Workload): void {
    this.#giveBack(workload);
    this.#retryLater(workload);
    if (this.#inactive.has(workload))
      this.explain(workload, 'The workload is deactivated due to exceeding the maximum number of re-queuing retries');
    else if (workload.requeueAt > this.#cycle.now) this.#backoffs.addIfAbsent(workload, workload.requeueAt);
    else this.#enqueue(workload);
  }

  #giveBack(workload: Workload): void {
    this.#parts.books.remove({ queue: workload.queue, usage: workload.queue.release(workload), grants: workload.grants });
    workload.isEvicted = false;
    workload.grants = [];
    this.#isDirty = true;
  }

  #retryLater({ queue }: Workload): void {
    this.#retries.addIfAbsent(queue.node.root, this.#cycle.now + this.#settings.retry);
  }

  // Cycles.

  /** As many cycles as change something, if they take no time; else one. */
  #work(now: number): void {
    while (now >= this.#freeAt && (this.#running !== undefined || this.#hasWork())) {
      this.#running ??= this.#admission.cycle(now);
      const step = this.#running.next();
      if (step.done !== true) return;
      this.#running = undefined;
      this.#isDirty = step.value.progressed;
      this.#idle = step.value.progressed ? 0 : this.#idle + 1;
      if (!step.value.progressed && step.value.searches && this.#idle <= this.#settings.flavors) this.#isDirty = true;
      for (const workload of this.#releases.take(now)) this.#requeue(workload);
      this.#freeAt = this.#settings.cycle > 0 ? now + this.#settings.cycle : -Infinity;
    }
  }

  /** Without news, another cycle would come to the same. */
  #hasWork(): boolean {
    return this.#isDirty && this.#queues.some(({ active, queue }) => active > 0 && !queue.isStopped);
  }

  admitted(workload: Workload): void {
    const { now } = this.#cycle;
    this.#queues[workload.queue.number].remove(workload);
    workload.reservedAt = this.#settings.stamp.time(now);
    workload.requeueAt = -Infinity;
    workload.queue.admitted.add(workload);
    this.#readiness.admitted(workload, now);
    if (workload.grants.some(({ topology }) => topology !== undefined)) this.#parts.rooms?.admitted(workload.job);
    for (const pod of this.#parts.pods.podsOf(workload.job)) if (!pod.placed) this.#start(workload, pod);
  }

  #start(workload: Workload, pod: JobPod): void {
    const grant = workload.grants[pod.group];
    if (pod.index >= grant.count) return;
    this.#parts.pods.release(pod, directivesOf(grant, pod.index, this.#parts.directives), this.#cycle.now);
  }

  preempted({ workload, reason }: Target, preemptor: Workload): void {
    this.#evict(workload, preemptionMessage(workload, preemptor, reason));
  }

  explain({ job }: Workload, message: string): void {
    this.#cycle.explain(job, message);
  }

  mayAdmit(): boolean {
    return !(this.#settings.configuration.podsReady?.blocksAdmission ?? false) || this.#readiness.allReady;
  }

  #sleep(cycle: Cycle): void {
    const busy = this.#freeAt > cycle.now && this.#hasWork() ? this.#freeAt : Infinity;
    const next = Math.min(busy, this.#readiness.next, this.#releases.next, this.#retries.next, this.#backoffs.next);
    if (next === Infinity || next === this.#wakeAt) return;
    this.#wakeAt = next;
    cycle.wakeAt(Math.max(cycle.now + 1, next));
  }
}
