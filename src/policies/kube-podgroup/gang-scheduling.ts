/**
 * The plugin GangScheduling of kube-scheduler itself: pods of a PodGroup are not queued before enough of them are there,
 * and not bound before enough of them have a node.
 * Source: pkg/scheduler/framework/plugins/gangscheduling (Kubernetes v1.36.2, alpha: gates GenericWorkload and
 * GangScheduling, API scheduling.k8s.io/v1alpha2).
 * Departures: a PodGroup is there as soon as its first pod is. Pods that wait for permission do not activate the others,
 * since their cycle has taken all of them that can be tried.
 */
import { NO_ROW } from '../kube-default/job-pod.ts';
import type { JobPod } from '../kube-default/job-pod.ts';
import type { PodGroup } from '../kube-default/pod-group.ts';
import type { PodInfo } from '../kube-default/pod-info.ts';
import type { Incident } from '../kube-default/queue/events.ts';
import type { PluginHints } from '../kube-default/queue/hint.ts';
import type { PermitAnswer, SchedulerExtension, SchedulerHandle } from '../kube-default/scheduler-extension.ts';
import type { PodGang, PodGangs } from '../kube-gangs/pod-gangs.ts';
import { MINUTE } from '../../units.ts';

const NAME = 'GangScheduling';
const NEW_POD = 'UnscheduledPod';
/** How long pods may wait for permission. No PodGroup can say otherwise. */
const TIMEOUT = 5 * MINUTE;

export class GangScheduling implements SchedulerExtension {
  readonly name = NAME;
  readonly hints: readonly PluginHints[] = [
    {
      plugin: NAME,
      registered: {
        '1.26': [],
        '1.36': [
          { resource: NEW_POD, actions: ['Add'], hint: (pod, incident) => this.#isOfSameGang(pod, incident) },
          { resource: 'AssignedPod', actions: ['Add'], hint: (pod, incident) => this.#isOfSameGang(pod, incident) },
        ],
      },
    },
  ];
  readonly #gangs: PodGangs;
  readonly #groups = new WeakMap<PodGang, SchedulingGroup>();
  #scheduler: SchedulerHandle | undefined;

  constructor(gangs: PodGangs) {
    this.#gangs = gangs;
  }

  attach(scheduler: SchedulerHandle): void {
    this.#scheduler = scheduler;
  }

  created(pod: JobPod): void {
    this.#gangs.add(pod);
  }

  /** Wakes those that were waiting for this one. In the source any new pod is an event; others open no gate. */
  queued(pod: JobPod): void {
    const gang = this.#gangs.of(pod);
    if (gang === undefined || gang.members.size !== gang.minimum) return;
    this.#handle.event({ kind: 'Other', resource: NEW_POD, action: 'Add', object: gang });
  }

  gone(pod: JobPod): void {
    this.#gangs.remove(pod);
  }

  preEnqueue(pod: JobPod): boolean {
    const gang = this.#gangs.of(pod);
    if (gang === undefined || gang.members.size >= gang.minimum) return true;
    this.#handle.explain(pod, 'waiting for minCount pods from a gang to appear in scheduling queue');
    return false;
  }

  group(pod: JobPod): PodGroup | undefined {
    const gang = this.#gangs.of(pod);
    if (gang === undefined) return undefined;
    let group = this.#groups.get(gang);
    if (group === undefined) this.#groups.set(gang, (group = new SchedulingGroup(gang)));
    return group;
  }

  permit(pod: JobPod): PermitAnswer {
    const gang = this.#gangs.of(pod);
    if (gang === undefined) return { verdict: 'allow' };
    if (gang.assigned < gang.minimum) return { verdict: 'wait', until: this.#handle.now + TIMEOUT };
    for (const other of [...this.#handle.waiting()]) if (gang.members.has(other)) this.#handle.allow(other);
    return { verdict: 'allow' };
  }

  get #handle(): SchedulerHandle {
    if (this.#scheduler === undefined) throw new Error('the plugin was asked before it was attached to a scheduler');
    return this.#scheduler;
  }

  #isOfSameGang(pod: PodInfo, { object, newPod }: Incident): boolean {
    const gang = this.#gangs.of(pod as JobPod);
    return gang !== undefined && (gang === object || (newPod !== undefined && gang === this.#gangs.of(newPod as JobPod)));
  }
}

/** A gang, as its cycle sees it. */
class SchedulingGroup implements PodGroup {
  readonly name: string;
  readonly #gang: PodGang;

  constructor(gang: PodGang) {
    this.name = gang.name;
    this.#gang = gang;
  }

  *unscheduled(): Generator<JobPod> {
    for (const pod of this.#gang.members) if (pod.row === NO_ROW) yield pod;
  }

  lack(): string | undefined {
    return this.#gang.assigned < this.#gang.minimum ? 'waiting for minCount pods from a gang to be scheduled' : undefined;
  }
}
