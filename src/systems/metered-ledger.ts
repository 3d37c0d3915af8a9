import type { Cluster } from '../cluster.ts';
import { poolOfNodes } from '../cluster.ts';
import type { Ledger } from '../engine/ledger.ts';
import type { NodeLedger } from '../engine/nodes/ledger.ts';
import type { Eviction, WhatIf } from '../policy.ts';
import type { Requests } from '../workload.ts';
import type { Meter } from './meter.ts';

/** The books of one manager, with a meter that follows every change of them. */
export class MeteredLedger implements Ledger {
  readonly countsOnly = false;
  readonly books: NodeLedger;
  readonly #jobs: Requests;
  readonly #meter: Meter;
  readonly #cpuOfNode: Float64Array;
  readonly #suspended = new Set<number>();
  #capacity = 0;

  constructor(books: NodeLedger, jobs: Requests, cluster: Cluster, meter: Meter) {
    this.books = books;
    this.#jobs = jobs;
    this.#meter = meter;
    this.#cpuOfNode = Float64Array.from(poolOfNodes(cluster), (pool) => cluster.pools[pool].cpu);
    this.#capacity = this.#cpuOfNode.reduce((sum, cpu) => sum + cpu, 0);
    meter.capacity(this.#capacity);
  }

  get procs(): number {
    return this.books.procs;
  }

  get up(): number {
    return this.books.up;
  }

  /** Of one node [millicores]. */
  cpuOf(node: number): number {
    return this.#cpuOfNode[node];
  }

  isUp(node: number): boolean {
    return this.books.books.isUp(node);
  }

  fits(job: number, within?: WhatIf): boolean {
    return this.books.fits(job, within);
  }

  copy(nodes?: ReadonlySet<number>): WhatIf {
    return this.books.copy(nodes);
  }

  roomOn(job: number, group: number, node: number): number {
    return this.books.roomOn(job, group, node);
  }

  possible(job: number): boolean {
    return this.books.possible(job);
  }

  whyImpossible(job: number): string {
    return this.books.whyImpossible(job);
  }

  take(job: number, within?: WhatIf): void {
    this.books.take(job, within);
    this.#suspended.delete(job);
    this.#follow(job);
  }

  put(job: number, group: number, node: number, tasks: number): void {
    this.books.put(job, group, node, tasks);
    this.#follow(job);
  }

  takeOff(eviction: Eviction): void {
    this.books.takeOff(eviction);
    this.#follow(eviction.job);
  }

  tasksOn(job: number, group: number, node: number): number {
    return this.books.tasksOn(job, group, node);
  }

  spare(job: number, group: number): number {
    return this.books.spare(job, group);
  }

  ready(job: number): boolean {
    return this.books.ready(job);
  }

  holds(job: number): boolean {
    return this.books.holds(job);
  }

  give(job: number): void {
    this.books.give(job);
    this.#suspended.delete(job);
    this.#follow(job);
  }

  suspend(job: number): void {
    this.books.suspend(job);
    this.#suspended.add(job);
    this.#follow(job);
  }

  holders(node: number, into: number[]): void {
    this.books.holders(node, into);
  }

  nodeDown(node: number): boolean {
    const wasUp = this.books.nodeDown(node);
    if (wasUp) this.#meter.capacity((this.#capacity -= this.#cpuOfNode[node]));
    return wasUp;
  }

  nodeUp(node: number): boolean {
    const isUp = this.books.nodeUp(node);
    if (isUp) this.#meter.capacity((this.#capacity += this.#cpuOfNode[node]));
    return isUp;
  }

  eachPart(job: number, visit: Parameters<Ledger['eachPart']>[1]): void {
    this.books.eachPart(job, visit);
  }

  /** The nodes that the job holds something on, in the order in which it got them. */
  nodesOf(job: number): number[] {
    const nodes: number[] = [];
    this.books.eachPart(job, (node) => {
      if (!nodes.includes(node)) nodes.push(node);
    });
    return nodes;
  }

  /** What the job holds by the books [millicores]; nothing while it is suspended and keeps but memory. */
  heldBy(job: number): number {
    if (this.#suspended.has(job)) return 0;
    const { firstGroup, groupRequest, requests } = this.#jobs;
    let millicores = 0;
    this.books.eachPart(job, (_, group, tasks) => {
      millicores += tasks * requests[groupRequest[firstGroup[job] + group]].cpu;
    });
    return millicores;
  }

  audit(): void {
    this.books.audit();
    for (let job = 0; job < this.#jobs.firstGroup.length - 1; job++) {
      if (this.heldBy(job) === this.#meter.heldBy(job)) continue;
      throw new Error(`job ${job} holds ${this.heldBy(job)} millicores, but its meter says ${this.#meter.heldBy(job)}`);
    }
  }

  #follow(job: number): void {
    this.#meter.hold(job, this.heldBy(job));
  }
}
