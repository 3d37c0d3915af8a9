/**
 * What is idle, used, being released and promised on each node.
 * Source: pkg/scheduler/api/node_info.go (Volcano v1.15.1).
 */
import type { Resources } from '../../kubernetes.ts';
import { add, lessEqual, subtract } from './resource.ts';
import type { Resource, ResourceTable } from './resource.ts';
import { PIPELINED, RELEASING } from './task.ts';
import type { Task } from './task.ts';

export class NodeBooks {
  readonly allocatable: Resource[] = [];
  readonly idle: Resource[] = [];
  /** What will be there once all that is being released is gone and all that is promised is taken. */
  readonly future: Resource[] = [];
  readonly used: Resource[] = [];
  /** By row, in the order in which they came; Volcano keeps them in no order. */
  readonly tasks: Set<Task>[] = [];
  /** Of all nodes. */
  readonly total: Resource;
  /** Used on all nodes. */
  readonly totalUsed: Resource;
  readonly #table: ResourceTable;
  constructor(table: ResourceTable) {
    this.#table = table;
    this.total = table.nothing();
    this.totalUsed = table.nothing();
  }

  get count(): number {
    return this.idle.length;
  }

  addNode(allocatable: Resources): void {
    const resource = this.#table.of(allocatable);
    this.allocatable.push(resource);
    this.idle.push(resource.slice());
    this.used.push(this.#table.nothing());
    this.future.push(resource.slice());
    this.tasks.push(new Set());
    add(this.total, resource);
  }

  /** The node is another one now, with the same pods on it. */
  updateNode(row: number, allocatable: Resources): void {
    const resource = this.#table.of(allocatable);
    subtract(this.total, this.allocatable[row]);
    add(this.total, resource);
    this.allocatable[row] = resource;
    const promised = subtract(this.future[row], this.idle[row]);
    this.idle[row] = subtract(resource.slice(), this.used[row]);
    this.future[row] = add(promised, this.idle[row]);
  }

  /** By its status. */
  add(task: Task): void {
    const { row, request, status } = task;
    this.tasks[row].add(task);
    if (status !== RELEASING) subtract(this.future[row], request);
    if (status === PIPELINED) return;
    subtract(this.idle[row], request);
    add(this.used[row], request);
    add(this.totalUsed, request);
  }

  /** With the status with which it was added. */
  remove(task: Task): void {
    const { row, request, status } = task;
    this.tasks[row].delete(task);
    if (status !== RELEASING) add(this.future[row], request);
    if (status === PIPELINED) return;
    add(this.idle[row], request);
    subtract(this.used[row], request);
    subtract(this.totalUsed, request);
  }

  fitsIdle(request: Resource, row: number): boolean {
    return lessEqual(request, this.idle[row]);
  }

  fitsFuture(request: Resource, row: number): boolean {
    return lessEqual(request, this.future[row]);
  }
}
