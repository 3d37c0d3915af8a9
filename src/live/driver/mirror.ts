/** Pods and nodes of the cluster as they were last heard of, and who is told of changes. */
import { readListedNode } from '../../cluster-kubernetes.ts';
import type { ListedNode } from '../../cluster-kubernetes.ts';
import type { Follower } from '../kubernetes/list-watch.ts';
import { readLivePod } from './live-pod.ts';
import type { LivePod, Ownership } from './live-pod.ts';

export interface MirrorListener {
  podSeen(pod: LivePod): void;
  podGone(pod: LivePod): void;
  /** Its object is held. It has been told to be gone, if it was known. */
  podHeld(pod: LivePod): void;
  nodeSeen(node: ListedNode): void;
  nodeGone(name: string): void;
  /** Whether all is heard that happens: nothing should be decided by what is old. */
  hearing(heard: boolean, trouble?: Error): void;
}

interface Named {
  readonly metadata: { readonly name?: string; readonly uid?: string };
}

export class Mirror {
  readonly pods = new Map<string, LivePod>();
  /** Those that are gone but for their objects. */
  readonly tombstones = new Map<string, LivePod>();
  readonly nodes = new Map<string, ListedNode>();
  readonly #ownership: Ownership;
  readonly #isHeard = { pods: false, nodes: false };
  /** Told of changes, from when on it is set. */
  listener: MirrorListener | undefined;
  #synced: (() => void) | undefined;
  /** Resolves when both have been listed. */
  readonly synced: Promise<void>;

  constructor(ownership: Ownership) {
    this.#ownership = ownership;
    this.synced = new Promise((resolve) => (this.#synced = resolve));
  }

  get isHearing(): boolean {
    return this.#isHeard.pods && this.#isHeard.nodes;
  }

  followPods(): Follower {
    return {
      listed: (items) => {
        const pods = items.map((item) => readLivePod(item, this.#ownership));
        const there = new Set(pods.map(({ uid }) => uid));
        for (const pod of [...this.pods.values(), ...this.tombstones.values()]) if (!there.has(pod.uid)) this.#podGone(pod);
        for (const pod of pods) this.#podSeen(pod);
      },
      changed: (kind, object) => {
        const pod = readLivePod(object, this.#ownership);
        if (kind === 'DELETED') this.#podGone(pod);
        else this.#podSeen(pod);
      },
      hearing: () => this.#heard('pods'),
      trouble: (error) => this.#unheard('pods', error),
    };
  }

  followNodes(): Follower {
    return {
      listed: (items) => {
        const there = new Set(items.map((item) => (item as Named).metadata.name));
        for (const name of [...this.nodes.keys()]) if (!there.has(name)) this.#nodeGone(name);
        for (const item of items) this.#nodeSeen(item);
      },
      changed: (kind, object) => {
        if (kind === 'DELETED') this.#nodeGone((object as Named).metadata.name ?? '');
        else this.#nodeSeen(object);
      },
      hearing: () => this.#heard('nodes'),
      trouble: (error) => this.#unheard('nodes', error),
    };
  }

  #podSeen(pod: LivePod): void {
    if (pod.isTombstone) return this.#podHeld(pod);
    this.pods.set(pod.uid, pod);
    this.listener?.podSeen(pod);
  }

  #podHeld(pod: LivePod): void {
    if (this.tombstones.has(pod.uid)) return;
    this.#podGone(pod);
    this.tombstones.set(pod.uid, pod);
    this.listener?.podHeld(pod);
  }

  /** `pod`: as it was last. */
  #podGone(pod: LivePod): void {
    this.tombstones.delete(pod.uid);
    if (this.pods.delete(pod.uid)) this.listener?.podGone(pod);
  }

  #nodeSeen(json: unknown): void {
    const node = readListedNode(json, 'node');
    this.nodes.set(node.node.name, node);
    this.listener?.nodeSeen(node);
  }

  #nodeGone(name: string): void {
    if (this.nodes.delete(name)) this.listener?.nodeGone(name);
  }

  #heard(what: 'pods' | 'nodes'): void {
    const was = this.isHearing;
    this.#isHeard[what] = true;
    if (!this.isHearing || was) return;
    this.#synced?.();
    this.listener?.hearing(true);
  }

  #unheard(what: 'pods' | 'nodes', error: Error): void {
    this.#isHeard[what] = false;
    this.listener?.hearing(false, error);
  }
}
