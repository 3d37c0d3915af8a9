/**
 * The coscheduling plugin: gangs on the extension points of kube-scheduler.
 * Source: kubernetes-sigs/scheduler-plugins, pkg/coscheduling (coscheduling.go, core/core.go), v0.31.8.
 * Departures: PodGroups state no minResources, so that check never takes place; a PodGroup is there as soon as its first
 * pod is.
 */
import { jobPodOf } from '../kube-default/job-pod.ts';
import type { JobPod } from '../kube-default/job-pod.ts';
import type { PostFilter } from '../kube-default/post-filter.ts';
import type { PluginHints } from '../kube-default/queue/hint.ts';
import type { QueuedPod } from '../kube-default/queue/queued-pod.ts';
import type { PermitAnswer, SchedulerExtension, SchedulerHandle } from '../kube-default/scheduler-extension.ts';
import { unschedulable } from '../kube-default/status.ts';
import type { PodGang, PodGangs } from '../kube-gangs/pod-gangs.ts';

const NAME = 'Coscheduling';
/** A gang that lacks no more than this share of its minimum keeps its room when a pod of it fits nowhere. */
const ALMOST_COMPLETE = 0.1;

export interface CoschedulingSettings {
  /** [ms] */
  readonly timeout: number;
  /** [ms] */
  readonly backoff: number;
}

export class CoschedulingPlugin implements SchedulerExtension {
  readonly name = NAME;
  readonly hints: readonly PluginHints[] = [
    {
      plugin: NAME,
      registered: {
        '1.26': [{ resource: 'AssignedPod', actions: ['Add'] }],
        '1.36': [{ resource: 'AssignedPod', actions: ['Add'] }],
      },
    },
  ];
  readonly #gangs: PodGangs;
  readonly #settings: CoschedulingSettings;
  /** Until when gangs that were turned down are not tried, by name [ms]. */
  readonly #backedOff = new Map<string, number>();
  /** Numbers gangs, and pods that belong to none, as they came. */
  readonly #serials = new WeakMap<PodGang | JobPod, number>();
  #came = 0;
  #scheduler: SchedulerHandle | undefined;

  constructor(gangs: PodGangs, settings: CoschedulingSettings) {
    this.#gangs = gangs;
    this.#settings = settings;
  }

  attach(scheduler: SchedulerHandle): void {
    this.#scheduler = scheduler;
  }

  created(pod: JobPod): void {
    this.#gangs.add(pod);
    const key = this.#gangs.of(pod) ?? pod;
    if (!this.#serials.has(key)) this.#serials.set(key, this.#came++);
    // Pods of its gang may have been turned down for want of this one. In the source any new pod wakes them.
    const gang = this.#gangs.of(pod);
    if (gang !== undefined && gang.members.size === gang.minimum) this.#handle.activate(gang.members);
  }

  gone(pod: JobPod): void {
    this.#gangs.remove(pod);
  }

  /**
   * Priority, then the gang that is older: pods of a gang stand together. What comes at one instant goes by its place
   * in the workload, where the source takes names.
   */
  readonly less = (one: QueuedPod, other: QueuedPod): boolean => {
    const [first, second] = [one.pod.class.spec.priority, other.pod.class.spec.priority];
    if (first !== second) return first > second;
    const [a, b] = [this.#placeOf(one), this.#placeOf(other)];
    return a.since === b.since ? a.serial < b.serial : a.since < b.since;
  };

  preFilter(pod: JobPod): string | undefined {
    const gang = this.#gangs.of(pod);
    if (gang === undefined) return undefined;
    if ((this.#backedOff.get(gang.name) ?? -Infinity) > this.#handle.now) return `podGroup ${gang.name} failed recently`;
    if (gang.members.size >= gang.minimum) return undefined;
    const counts = `current pods number: ${gang.members.size}, minMember of group: ${gang.minimum}`;
    return `pre-filter pod ${pod.pod.name} cannot find enough sibling pods, ${counts}`;
  }

  postFilter(pod: JobPod): PostFilter | undefined {
    const gang = this.#gangs.of(pod);
    if (gang === undefined) return undefined;
    const { assigned, minimum } = gang;
    const failed = { status: unschedulable(), nominatedNodeName: '' };
    if (assigned >= minimum || (minimum - assigned) / minimum <= ALMOST_COMPLETE) return failed;
    // If this one fits nowhere, others of its gang are not likely to.
    for (const other of this.#waitingOf(gang)) this.#handle.reject(other, 'optimistic rejection in PostFilter');
    const { backoff } = this.#settings;
    if (backoff > 0 && gang.members.size >= minimum) this.#backOff(gang, backoff);
    const why = `PodGroup ${gang.name} gets rejected due to Pod ${pod.pod.name} is unschedulable even after PostFilter`;
    return { status: unschedulable(why), nominatedNodeName: '' };
  }

  permit(pod: JobPod): PermitAnswer {
    const gang = this.#gangs.of(pod);
    if (gang === undefined) return { verdict: 'allow' };
    if (gang.assigned >= gang.minimum) {
      for (const other of this.#waitingOf(gang)) this.#handle.allow(other);
      return { verdict: 'allow' };
    }
    this.#handle.activate([...gang.members].filter((other) => other !== pod));
    return { verdict: 'wait', until: this.#handle.now + (gang.timeout ?? this.#settings.timeout) };
  }

  /** One that gives up takes the others that wait with it. */
  unreserve(pod: JobPod): void {
    const gang = this.#gangs.of(pod);
    if (gang === undefined) return;
    for (const other of this.#waitingOf(gang)) this.#handle.reject(other, 'rejection in Unreserve');
  }

  get #handle(): SchedulerHandle {
    if (this.#scheduler === undefined) throw new Error('the plugin was asked before it was attached to a scheduler');
    return this.#scheduler;
  }

  #placeOf({ pod: info, initialAttempt }: QueuedPod): { since: number; serial: number } {
    const pod = jobPodOf(info);
    const gang = this.#gangs.of(pod);
    const serial = this.#serials.get(gang ?? pod) ?? 0;
    return { since: gang?.created ?? initialAttempt ?? pod.pod.created ?? 0, serial };
  }

  #waitingOf(gang: PodGang): JobPod[] {
    return [...this.#handle.waiting()].filter((other) => gang.members.has(other));
  }

  #backOff(gang: PodGang, backoff: number): void {
    const until = this.#handle.now + backoff;
    this.#backedOff.set(gang.name, until);
    // In the source pods come back by their own backoff; those that were turned down by this one would sleep for minutes.
    this.#handle.later(until, () => this.#handle.activate(gang.members));
  }
}
