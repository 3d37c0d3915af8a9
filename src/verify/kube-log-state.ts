/** The cluster of a record as its scheduler saw it, event by event. */
import { JsonField } from '../kubernetes-json.ts';
import type { Pod } from '../kubernetes.ts';
import { BEHAVIOURS } from '../policies/kube-default/behaviour.ts';
import type { KubeVersion } from '../policies/kube-default/behaviour.ts';
import { readSchedulerConfiguration } from '../policies/kube-default/configuration.ts';
import type { PodInfo } from '../policies/kube-default/pod-info.ts';
import type { Profile } from '../policies/kube-default/profile.ts';
import { Nominator } from '../policies/kube-default/queue/nominator.ts';
import { Snapshot } from '../policies/kube-default/snapshot.ts';
import type { KubeLog, LogEvent } from './kube-log-record.ts';

export class LogState {
  readonly snapshot: Snapshot;
  readonly profile: Profile;
  readonly nominator = new Nominator();
  /** By name. */
  readonly #pods = new Map<string, PodInfo>();
  /** By name: where pods count. */
  readonly #rows = new Map<string, number>();

  constructor({ nodes, profile }: KubeLog, version: KubeVersion, where: string) {
    const behaviour = BEHAVIOURS[version];
    const configuration = readSchedulerConfiguration(
      new JsonField({ profiles: [profile ?? {}] }, `${where}, profile`),
      behaviour,
    );
    this.profile = configuration.profiles[0];
    this.snapshot = new Snapshot(behaviour);
    for (const node of nodes) this.snapshot.addNode(node);
  }

  create(pod: Pod): void {
    this.#pods.set(pod.name, this.snapshot.podInfo(pod));
  }

  pod(name: string): PodInfo | undefined {
    return this.#pods.get(name);
  }

  isPlaced(name: string): boolean {
    return this.#rows.has(name);
  }

  /** The pod counts on the node from now on. */
  place(name: string, node: string): void {
    const pod = this.#pods.get(name);
    const row = this.snapshot.rowOf(node);
    if (pod === undefined || row === undefined || this.#rows.has(name)) return;
    this.nominator.remove(pod);
    this.snapshot.addPod(pod, row);
    this.#rows.set(name, row);
  }

  apply(event: LogEvent): void {
    const { kind, pod: name, node, nominatedNode, condition, at } = event;
    if (kind === 'bind' && node !== undefined) this.place(name, node);
    else if (kind === 'gone') this.#remove(name);
    else if (kind === 'delete') this.#change(name, { deletionTimestamp: at, preempted: true });
    else if (condition?.startsWith('DisruptionTarget')) this.#change(name, { preempted: true });
    else if (nominatedNode !== undefined) this.#nominate(name, nominatedNode ?? undefined);
  }

  #nominate(name: string, node: string | undefined): void {
    this.#change(name, { nominatedNodeName: node });
    const pod = this.#pods.get(name);
    if (pod !== undefined) this.nominator.add(pod, node ?? '');
  }

  #change(name: string, changed: Partial<Pod>): void {
    const old = this.#pods.get(name);
    if (old === undefined) return;
    const pod = { ...old.pod, ...changed };
    const row = this.#rows.get(name);
    this.#pods.set(name, row === undefined ? this.snapshot.podInfo(pod) : this.snapshot.updatePod(old, pod, row));
  }

  #remove(name: string): void {
    const pod = this.#pods.get(name);
    const row = this.#rows.get(name);
    if (pod !== undefined && row !== undefined) this.snapshot.removePod(pod, row);
    if (pod !== undefined) this.nominator.remove(pod);
    this.#pods.delete(name);
    this.#rows.delete(name);
  }
}
