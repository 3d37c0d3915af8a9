/**
 * What nodes have free, and what is being given back to them, with the trials of a session counted in.
 * Source: pkg/scheduler/api/node_info/node_info.go (KAI-Scheduler v0.13.0). Shares of GPUs are summed up over a node, as
 * the engine's books are: a share fits where so much is free on all its devices together.
 */
import { GPU as GPU_NAME } from '../kube-default/cluster-nodes.ts';
import type { PodInfo } from '../kube-default/pod-info.ts';
import { PODS, CPU as SNAPSHOT_CPU, MEMORY as SNAPSHOT_MEMORY } from '../kube-default/snapshot.ts';
import type { Snapshot } from '../kube-default/snapshot.ts';
import { CPU, GPU, MEMORY } from './quantities.ts';
import type { Task, TaskStatus } from './task.ts';

/** In the table, GPUs are in thousandths. */
const THOUSANDTHS = 1000;

export class NodeTable {
  readonly #snapshot: Snapshot;
  readonly #gpu: number;
  /** By resource of the snapshot, then by row. */
  readonly #idle: Float64Array[] = [];
  readonly #releasing: Float64Array[] = [];
  /** Rows by the name of the node: equal scores go to the first. */
  readonly #byName: readonly number[];
  /** Grows whenever something may fit that did not. */
  growth = 0;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#gpu = snapshot.resources.id(GPU_NAME);
    const name = (row: number) => snapshot.node(row).name;
    this.#byName = [...snapshot.order].sort((a, b) => (name(a) < name(b) ? -1 : 1));
  }

  get rows(): readonly number[] {
    return this.#byName;
  }

  nameOf(row: number): string {
    return this.#snapshot.node(row).name;
  }

  /** A node that is down takes no pods. */
  isReady(row: number): boolean {
    return this.#snapshot.allocatable(PODS)[row] > 0;
  }

  /** The resources that queues share, as numbers of the snapshot. */
  shared(resource: number): number {
    return resource === CPU ? SNAPSHOT_CPU : resource === MEMORY ? SNAPSHOT_MEMORY : this.#gpu;
  }

  /** What a pod asks for on a node, and of what queues share. */
  demandOf({ class: { resources, amounts } }: PodInfo): Pick<Task, 'request' | 'demand'> {
    const demand = new Map<number, number>([[PODS, 1]]);
    resources.forEach((resource, i) => {
      if (amounts[i] > 0) demand.set(resource, this.#scaled(resource, amounts[i]));
    });
    const request = [CPU, MEMORY, GPU].map((resource) => demand.get(this.shared(resource)) ?? 0);
    return { request, demand };
  }

  /** What nodes have that are ready, of what queues share. */
  total(): number[] {
    return [CPU, MEMORY, GPU].map((resource) => {
      const all = this.allocatable(this.shared(resource));
      return this.#byName.reduce((sum, row) => sum + (this.isReady(row) ? all(row) : 0), 0);
    });
  }

  allocatable(resource: number): (row: number) => number {
    const column = this.#snapshot.allocatable(resource);
    return (row) => this.#scaled(resource, column[row]);
  }

  /** As the snapshot has it, with these tasks on their way out. */
  reset(releasing: Iterable<Task>): void {
    this.growth++;
    const resources = this.#snapshot.resources.size;
    for (let resource = 0; resource < resources; resource++) {
      const idle = this.#column(this.#idle, resource);
      this.#column(this.#releasing, resource).fill(0);
      const all = this.#snapshot.allocatable(resource);
      const taken = this.#snapshot.requested(resource);
      for (const row of this.#byName) {
        idle[row] = this.#scaled(resource, all[row]) - this.#scaled(resource, resource === PODS ? this.#pods(row) : taken[row]);
      }
    }
    for (const task of releasing) this.#shift(this.#releasing, task, task.row, 1);
  }

  /** Puts a task on a node, as far as it has come. */
  add(task: Task, row: number, status: TaskStatus): void {
    if (status === 'pipelined') this.#shift(this.#releasing, task, row, -1);
    else this.#shift(this.#idle, task, row, -1);
    if (status === 'releasing') this.#shift(this.#releasing, task, row, 1);
  }

  remove(task: Task, row: number, status: TaskStatus): void {
    this.growth++;
    if (status === 'pipelined') this.#shift(this.#releasing, task, row, 1);
    else this.#shift(this.#idle, task, row, 1);
    if (status === 'releasing') this.#shift(this.#releasing, task, row, -1);
  }

  /** A task that is on the node changes. */
  change(task: Task, row: number, from: TaskStatus, to: TaskStatus): void {
    this.remove(task, row, from);
    this.add(task, row, to);
  }

  /** It fits on what is free now. */
  fitsIdle(task: Task, row: number): boolean {
    for (const [resource, amount] of task.demand) {
      if (amount > this.#column(this.#idle, resource)[row]) return false;
    }
    return true;
  }

  /** It fits once what is being given back is there. */
  fits(task: Task, row: number): boolean {
    for (const [resource, amount] of task.demand) if (amount > this.left(resource, row)) return false;
    return true;
  }

  /** Free, or being given back and promised to nobody. */
  left(resource: number, row: number): number {
    return this.#column(this.#idle, resource)[row] + this.#column(this.#releasing, resource)[row];
  }

  idle(resource: number, row: number): number {
    return this.#column(this.#idle, resource)[row];
  }

  resourceName(resource: number): string {
    return this.#snapshot.resources.text(resource);
  }

  #pods(row: number): number {
    return this.#snapshot.pods[row].length;
  }

  #scaled(resource: number, amount: number): number {
    return resource === this.#gpu ? Math.round(amount * THOUSANDTHS) : amount;
  }

  #shift(columns: Float64Array[], { demand }: Task, row: number, sign: 1 | -1): void {
    for (const [resource, amount] of demand) this.#column(columns, resource)[row] += sign * amount;
  }

  #column(columns: Float64Array[], resource: number): Float64Array {
    while (columns.length <= resource) columns.push(new Float64Array(this.#byName.length));
    return columns[resource];
  }
}
