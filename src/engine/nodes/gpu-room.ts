import type { NodeDemand } from './demand.ts';
import { DeviceBooks } from './device-books.ts';

/** The part of a node's books that tells GPUs apart; empty in runs that only count them. */
export class GpuRoom {
  readonly demand: NodeDemand;
  /** What is free of each GPU; undefined where they are only counted. */
  readonly gpus: DeviceBooks | undefined;
  /** Of each node: a number of the demand that stands for what is free there. */
  readonly #stamps: Float64Array | undefined;

  constructor(demand: NodeDemand) {
    this.demand = demand;
    if (!demand.tellsDevices) return;
    this.gpus = new DeviceBooks(demand);
    this.#stamps = new Float64Array(demand.nodes);
  }

  devices(node: number): number {
    return this.gpus?.count(node) ?? 0;
  }

  deviceFree(node: number, device: number): number {
    return this.gpus?.free(node, device) ?? 0;
  }

  tasksAlike(node: number, request: number): number {
    return this.gpus?.tasksAlike(node, request) ?? 0;
  }

  kindsOfTasks(node: number): number {
    return this.gpus?.kindsOfTasks(node) ?? 0;
  }

  stamp(node: number): number {
    return this.#stamps === undefined ? NaN : this.#stamps[node];
  }

  /** Makes one node's GPUs what is free both here and there, as they are throughout a time. */
  narrowGpus(node: number, other: DeviceBooks): void {
    this.gpus?.narrowNode(other, node);
    this.changed(node);
  }

  /** Makes them what they are in other books. */
  rewriteGpus(node: number, other: DeviceBooks): void {
    this.gpus?.copyNode(other, node);
    this.changed(node);
  }

  /** Something on the node is no longer as it was. */
  protected changed(node: number): void {
    if (this.#stamps !== undefined) this.#stamps[node] = this.demand.nextStamp();
  }

  protected copyGpus(other: GpuRoom): void {
    if (other.gpus) this.gpus?.copyFrom(other.gpus);
    if (other.#stamps) this.#stamps?.set(other.#stamps);
  }
}
