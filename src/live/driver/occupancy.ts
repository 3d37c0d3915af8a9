/** What of the nodes is not ours: pods of others, nodes that take no more pods, and capacity that is less than it was. */
import { nodeCount, nodeName, poolOfNodes } from '../../cluster.ts';
import type { Cluster } from '../../cluster.ts';
import type { LiveCore } from '../../engine/live-core.ts';
import { totalRequests } from '../../kubernetes-pod-requests.ts';
import { readPod } from '../../kubernetes-read-pod.ts';
import type { Node, Pod, Resources } from '../../kubernetes.ts';
import type { LivePod } from './live-pod.ts';
import type { Unit, WithStrangers } from './stranger-rows.ts';

const GPU = 'nvidia.com/gpu';
const MOST_TASKS = 2 ** 31 - 1;

interface Stranger {
  readonly pod: Pod;
  readonly node: number;
  readonly requests: Resources;
}

export class Occupancy {
  readonly #core: LiveCore;
  readonly #rows: WithStrangers;
  readonly #strangers = new Map<string, Stranger>();
  /** Of each node and unit: what strangers request, and what the node has less than when the run began. */
  readonly #used: Float64Array;
  readonly #missing: Float64Array;
  readonly #closed: Uint8Array;
  /** Nodes whose books do not say yet what is so; those that are closed or short stay in it. */
  readonly #unsettled = new Set<number>();
  readonly #numbers = new Map<string, number>();
  readonly #procs: Int32Array;
  #closedProcs = 0;
  #allProcs = 0;

  constructor(core: LiveCore, rows: WithStrangers, cluster: Cluster) {
    this.#core = core;
    this.#rows = rows;
    const nodes = nodeCount(cluster);
    this.#used = new Float64Array(nodes * rows.units.length);
    this.#missing = new Float64Array(nodes * rows.units.length);
    this.#closed = new Uint8Array(nodes);
    this.#procs = poolOfNodes(cluster).map((pool) => Math.floor(cluster.pools[pool].cpu / 1000));
    for (let node = 0; node < nodes; node++) {
      this.#numbers.set(nodeName(cluster, node), node);
      this.#allProcs += this.#procs[node];
    }
    // Policies that read Kubernetes objects may place a pod on a node that is closed to others: it tolerates what closes it.
    core.onPlace = (node) => {
      if (this.#closed[node] === 1) this.#settle(node, 'open');
    };
  }

  /** The number of a node; undefined for one that the run does not know. */
  nodeOf(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  rename(node: number, from: string, to: string): void {
    this.#numbers.delete(from);
    this.#numbers.set(to, node);
  }

  /** A pod that is not counted as ours is there, or has changed. */
  see(pod: LivePod): void {
    const node = pod.nodeName === undefined ? undefined : this.#numbers.get(pod.nodeName);
    const known = this.#strangers.get(pod.uid);
    if (node === undefined || known?.node === node) return;
    const read = readPod(pod.json, `pod ${pod.namespace}/${pod.name}`);
    const stranger = { pod: read, node, requests: totalRequests(read.spec, { podLevelResources: true }) };
    this.#strangers.set(pod.uid, stranger);
    this.#count(stranger, 1);
    this.#core.strangerChanged({ pod: read, node, there: true });
  }

  /** It is gone, has ended, or is counted as ours from now on. */
  forget(uid: string): void {
    const stranger = this.#strangers.get(uid);
    if (stranger === undefined) return;
    this.#strangers.delete(uid);
    this.#count(stranger, -1);
    this.#core.strangerChanged({ pod: stranger.pod, node: stranger.node, there: false });
  }

  /** Whether the node takes pods. */
  close(node: number, closed: boolean): void {
    if (closed === (this.#closed[node] === 1)) return;
    this.#closed[node] = closed ? 1 : 0;
    this.#closedProcs += closed ? this.#procs[node] : -this.#procs[node];
    this.#core.capacityIs(this.#allProcs - this.#closedProcs);
    this.#unsettled.add(node);
  }

  /** What a node has now, and what it had when the run began. */
  shrink(node: number, then: Node, now: Node): void {
    const { units } = this.#rows;
    units.forEach((unit, index) => {
      const less = amountOf(then.allocatable, unit) - amountOf(now.allocatable, unit);
      this.#missing[node * units.length + index] = Math.max(0, less);
    });
    this.#unsettled.add(node);
  }

  /** Brings the books up to date. Call it when everything that has happened has been told to the core. */
  settle(): void {
    for (const node of [...this.#unsettled]) {
      const isShort = this.#settle(node, this.#closed[node] === 1 ? 'closed' : 'open');
      if (!isShort && this.#closed[node] === 0) this.#unsettled.delete(node);
    }
  }

  /** Answers whether more is used than the node has left: then it is tried again when something is given back. */
  #settle(node: number, how: 'open' | 'closed'): boolean {
    const { units, firstRow } = this.#rows;
    let short = 0;
    units.forEach((unit, group) => {
      const at = node * units.length + group;
      const used = Math.ceil((this.#used[at] + this.#missing[at]) / unit.amount);
      const tasks = how === 'closed' ? MOST_TASKS : Math.min(MOST_TASKS, used);
      short += this.#core.occupy(firstRow + node, group, node, tasks, unit.request);
    });
    return short > 0;
  }

  #count({ node, requests }: Stranger, sign: 1 | -1): void {
    const { units } = this.#rows;
    units.forEach((unit, index) => (this.#used[node * units.length + index] += sign * amountOf(requests, unit)));
    this.#unsettled.add(node);
  }
}

/** In the terms of the books. */
function amountOf(resources: Resources, { resource }: Unit): number {
  if (resource === 'gpu') return (resources.get(GPU) ?? 0) * 1000;
  return resources.get(resource) ?? 0;
}
