/**
 * The cluster as the scheduler sees it: nodes as rows, with the pods on them added up in columns. It is kept up to
 * date by adding and removing pods and nodes; nothing is worked out anew.
 * Source: pkg/scheduler/framework/types.go (NodeInfo), pkg/scheduler/backend/cache (Kubernetes v1.36.2).
 */
import type { Namespace, Node, Pod } from '../../kubernetes.ts';
import type { Behaviour } from './behaviour.ts';
import { grownFloats } from './growing.ts';
import { ImageStates } from './image-states.ts';
import { countsAlike, Journal } from './journal.ts';
import { NodeOrder } from './node-order.ts';
import { hasPodAffinity, PodClasses } from './pod-info.ts';
import type { PodInfo } from './pod-info.ts';
import { StringIds } from './string-ids.ts';
import { Topologies } from './topologies.ts';
import type { Topology } from './topologies.ts';

/** Numbers of the resources that every scheduler knows. */
export const CPU = 0;
export const MEMORY = 1;
export const EPHEMERAL_STORAGE = 2;
export const PODS = 3;
const KNOWN_RESOURCES = ['cpu', 'memory', 'ephemeral-storage', 'pods'];

/** A node before a trial, to be put back as it was. */
export interface NodeContents {
  readonly pods: PodInfo[];
  readonly podsWithAffinity: PodInfo[];
  readonly podsWithRequiredAntiAffinity: PodInfo[];
  readonly version: number;
  /** By resource: what is requested. */
  readonly requested: readonly number[];
  readonly nonZeroCpu: number;
  readonly nonZeroMemory: number;
}

export class Snapshot {
  readonly behaviour: Behaviour;
  readonly resources = new StringIds(KNOWN_RESOURCES);
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly images = new ImageStates();
  /** By row: pods in the order in which the scheduler's cache keeps them; one that goes is replaced by the last. */
  readonly pods: PodInfo[][] = [];
  readonly podsWithAffinity: PodInfo[][] = [];
  readonly podsWithRequiredAntiAffinity: PodInfo[][] = [];
  /** By row: grows whenever the node or its pods change; a number is never used for two contents. */
  versions = new Float64Array(0);
  /** By row: grows when the node object changes. */
  nodeVersions = new Float64Array(0);
  /** For counts of pods over many nodes: what happened since they were last asked for. */
  readonly journal = new Journal();
  /** Requests as true, and with defaults for containers that request nothing: cpu [millicores], memory [B]. */
  nonZeroCpu = new Float64Array(0);
  nonZeroMemory = new Float64Array(0);
  readonly #nodes: (Node | undefined)[] = [];
  readonly #rows = new Map<string, number>();
  readonly #spare: number[] = [];
  readonly #order = new NodeOrder();
  readonly #topologies = new Topologies();
  /** By resource, then by row. */
  readonly #allocatable: Float64Array<ArrayBuffer>[] = [];
  readonly #requested: Float64Array<ArrayBuffer>[] = [];
  readonly #classes: PodClasses;
  readonly #affinityRows = new Set<number>();
  readonly #antiAffinityRows = new Set<number>();
  #changes = 0;
  #imageVersion = 0;
  /** Trials that are going on, one inside the other. */
  #trials = 0;

  constructor(behaviour: Behaviour, namespaces: readonly Namespace[] = []) {
    this.behaviour = behaviour;
    this.namespaces = new Map(namespaces.map((one) => [one.name, one]));
    this.#classes = new PodClasses(behaviour, this.resources, this.namespaces);
  }

  /** How many nodes there are. */
  get nodeCount(): number {
    return this.#rows.size;
  }

  /** The rows of the nodes, zones interleaved. */
  get order(): Int32Array {
    return this.#order.rows;
  }

  /** Grows when it changes which images are on what share of the nodes. */
  get imageVersion(): number {
    return this.#imageVersion;
  }

  /** Rows that have pods with terms of pod affinity or anti-affinity. */
  get affinityRows(): ReadonlySet<number> {
    return this.#affinityRows;
  }

  get antiAffinityRows(): ReadonlySet<number> {
    return this.#antiAffinityRows;
  }

  node(row: number): Node {
    const node = this.#nodes[row];
    if (node === undefined) throw new Error(`there is no node in row ${row}`);
    return node;
  }

  /** The row of a node by name. */
  rowOf(name: string): number | undefined {
    return this.#rows.get(name);
  }

  /** By row: how much of a resource pods may request. */
  allocatable(resource: number): Float64Array {
    return this.#column(this.#allocatable, resource);
  }

  /** By row: how much of it the pods on the node request. */
  requested(resource: number): Float64Array {
    return this.#column(this.#requested, resource);
  }

  topology(key: string): Topology {
    return this.#topologies.of(key, this.#nodes);
  }

  podInfo(pod: Pod): PodInfo {
    return { pod, class: this.#classes.of(pod) };
  }

  addNode(node: Node): number {
    if (this.#rows.has(node.name)) throw new Error(`node ${node.name} is in the snapshot already`);
    const row = this.#spare.pop() ?? this.#nodes.length;
    this.#rows.set(node.name, row);
    this.pods[row] = [];
    this.podsWithAffinity[row] = [];
    this.podsWithRequiredAntiAffinity[row] = [];
    this.#grow(row);
    this.#order.add(row, node);
    this.#write(row, node);
    this.journal.turnPage();
    return row;
  }

  /** The pods on it stay where they are. */
  updateNode(node: Node): void {
    const row = this.#existing(node.name);
    const old = this.node(row);
    this.#dropImages(row, old);
    this.#order.update(row, node);
    this.#write(row, node);
    if (!countsAlike(old, node)) this.journal.turnPage();
  }

  /** A node goes, with all pods on it. */
  removeNode(name: string): void {
    const row = this.#existing(name);
    for (const pod of [...this.pods[row]]) this.removePod(pod, row);
    this.#dropImages(row, this.node(row));
    this.#order.remove(row);
    this.#rows.delete(name);
    this.#nodes[row] = undefined;
    this.#topologies.set(row, undefined);
    for (const column of this.#allocatable) column[row] = 0;
    this.versions[row] = ++this.#changes;
    this.#spare.push(row);
    this.journal.turnPage();
  }

  /** A pod counts on a node from the moment it is assumed there until its object is gone. */
  addPod(pod: PodInfo, row: number): void {
    this.pods[row].push(pod);
    if (hasPodAffinity(pod.class)) {
      this.podsWithAffinity[row].push(pod);
      this.#affinityRows.add(row);
      if (pod.class.antiAffinity.required.length > 0) {
        this.podsWithRequiredAntiAffinity[row].push(pod);
        this.#antiAffinityRows.add(row);
      }
    }
    this.#account(pod, row, 1);
  }

  removePod(pod: PodInfo, row: number): void {
    if (!swapOut(this.pods[row], pod)) throw new Error(`pod ${pod.pod.name} is not on node ${this.node(row).name}`);
    if (hasPodAffinity(pod.class)) {
      swapOut(this.podsWithAffinity[row], pod);
      swapOut(this.podsWithRequiredAntiAffinity[row], pod);
      this.#noteAffinity(row);
    }
    this.#account(pod, row, -1);
  }

  /** Another version of a pod that is there (terminating, say). It moves to the end, as in the scheduler's cache. */
  updatePod(old: PodInfo, pod: Pod, row: number): PodInfo {
    const made = this.podInfo(pod);
    this.removePod(old, row);
    this.addPod(made, row);
    return made;
  }

  /** From here on pods come and go on this node for trial only, until `endTrial`. Trials may be nested. */
  startTrial(row: number): NodeContents {
    const before: NodeContents = {
      pods: this.pods[row],
      podsWithAffinity: this.podsWithAffinity[row],
      podsWithRequiredAntiAffinity: this.podsWithRequiredAntiAffinity[row],
      version: this.versions[row],
      requested: this.#requested.map((column) => column[row]),
      nonZeroCpu: this.nonZeroCpu[row],
      nonZeroMemory: this.nonZeroMemory[row],
    };
    this.pods[row] = before.pods.slice();
    this.podsWithAffinity[row] = before.podsWithAffinity.slice();
    this.podsWithRequiredAntiAffinity[row] = before.podsWithRequiredAntiAffinity.slice();
    this.#trials++;
    return before;
  }

  /** Puts a node back as it was before the trial. */
  endTrial(row: number, before: NodeContents): void {
    this.#trials--;
    this.pods[row] = before.pods;
    this.podsWithAffinity[row] = before.podsWithAffinity;
    this.podsWithRequiredAntiAffinity[row] = before.podsWithRequiredAntiAffinity;
    this.#noteAffinity(row);
    this.versions[row] = before.version;
    // A resource that nobody asked for before the trial was not requested.
    for (let i = 0; i < this.#requested.length; i++) this.#requested[i][row] = before.requested[i] ?? 0;
    this.nonZeroCpu[row] = before.nonZeroCpu;
    this.nonZeroMemory[row] = before.nonZeroMemory;
  }

  #noteAffinity(row: number): void {
    if (this.podsWithAffinity[row].length === 0) this.#affinityRows.delete(row);
    else this.#affinityRows.add(row);
    if (this.podsWithRequiredAntiAffinity[row].length === 0) this.#antiAffinityRows.delete(row);
    else this.#antiAffinityRows.add(row);
  }

  #existing(name: string): number {
    const row = this.#rows.get(name);
    if (row === undefined) throw new Error(`node ${name} is not in the snapshot`);
    return row;
  }

  #write(row: number, node: Node): void {
    this.#nodes[row] = node;
    this.images.add(row, node);
    if (!this.images.empty) this.#imageVersion++;
    this.#topologies.set(row, node);
    for (const column of this.#allocatable) column[row] = 0;
    for (const [name, amount] of node.allocatable) this.allocatable(this.resources.id(name))[row] = amount;
    this.versions[row] = ++this.#changes;
    this.nodeVersions[row] = this.#changes;
  }

  #dropImages(row: number, node: Node): void {
    // Without images the share of the nodes that have them is 0, however many nodes there are.
    if (!this.images.empty) this.#imageVersion++;
    this.images.remove(row, node);
  }

  #account(pod: PodInfo, row: number, sign: 1 | -1): void {
    if (this.#trials === 0) this.journal.record(pod, row, sign);
    const { resources, amounts, requests } = pod.class;
    for (let i = 0; i < resources.length; i++) this.requested(resources[i])[row] += sign * amounts[i];
    this.nonZeroCpu[row] += sign * requests.nonZero.cpu;
    this.nonZeroMemory[row] += sign * requests.nonZero.memory;
    this.versions[row] = ++this.#changes;
  }

  #column(columns: Float64Array<ArrayBuffer>[], resource: number): Float64Array {
    while (columns.length <= resource) columns.push(new Float64Array(this.nonZeroCpu.length));
    return columns[resource];
  }

  #grow(row: number): void {
    if (row < this.nonZeroCpu.length) return;
    this.nonZeroCpu = grownFloats(this.nonZeroCpu, row + 1);
    this.nonZeroMemory = grownFloats(this.nonZeroMemory, row + 1);
    this.versions = grownFloats(this.versions, row + 1);
    this.nodeVersions = grownFloats(this.nodeVersions, row + 1);
    for (const columns of [this.#allocatable, this.#requested]) {
      for (let i = 0; i < columns.length; i++) columns[i] = grownFloats(columns[i], row + 1);
    }
  }
}

/** Takes a pod out by putting the last one in its place, as the scheduler's cache does. */
function swapOut(pods: PodInfo[], pod: PodInfo): boolean {
  const place = pods.indexOf(pod);
  if (place < 0) return false;
  const last = pods.pop();
  if (last !== undefined && place < pods.length) pods[place] = last;
  return true;
}
