/**
 * What is idle, used, being released and promised on each node.
 * Source: pkg/scheduler/api/node_info.go (Volcano v1.15.1).
 */
import type { Resources } from '../../kubernetes.ts';
import { add, firstExceeding, plus, subtract } from './resource.ts';
import type { Resource, ResourceTable } from './resource.ts';
import { PIPELINED, RELEASING } from './task.ts';
import type { Task } from './task.ts';

export class NodeBooks {
  readonly allocatable: Resource[] = [];
  readonly idle: Resource[] = [];
  readonly used: Resource[] = [];
  /** By row, in the order in which they came; Volcano keeps them in no order. */
  readonly tasks: Set<Task>[] = [];
  /** Of all nodes. */
  readonly total: Resource;
  /** Used on all nodes. */
  readonly totalUsed: Resource;
  readonly #table: ResourceTable;
  /** What releasing tasks will give back, and what is promised of it. */
  readonly #releasing: Resource[] = [];
  readonly #pipelined: Resource[] = [];

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
    this.#releasing.push(this.#table.nothing());
    this.#pipelined.push(this.#table.nothing());
    this.tasks.push(new Set());
    add(this.total, resource);
  }

  /** The node is another one now, with the same pods on it. */
  updateNode(row: number, allocatable: Resources): void {
    const resource = this.#table.of(allocatable);
    subtract(this.total, this.allocatable[row]);
    add(this.total, resource);
    this.allocatable[row] = resource;
    this.idle[row] = subtract(resource.slice(), this.used[row]);
  }

  /** By its status. */
  add(task: Task): void {
    const { row, request, status } = task;
    this.tasks[row].add(task);
    if (status === PIPELINED) {
      add(this.#pipelined[row], request);
      return;
    }
    subtract(this.idle[row], request);
    add(this.used[row], request);
    add(this.totalUsed, request);
    if (status === RELEASING) add(this.#releasing[row], request);
  }

  /** With the status with which it was added. */
  remove(task: Task): void {
    const { row, request, status } = task;
    this.tasks[row].delete(task);
    if (status === PIPELINED) {
      subtract(this.#pipelined[row], request);
      return;
    }
    add(this.idle[row], request);
    subtract(this.used[row], request);
    subtract(this.totalUsed, request);
    if (status === RELEASING) subtract(this.#releasing[row], request);
  }

  fitsIdle(request: Resource, row: number): boolean {
    return firstExceeding(request, this.idle[row]) < 0;
  }

  fitsFuture(request: Resource, row: number): boolean {
    return firstExceeding(request, this.futureIdle(row)) < 0;
  }

  /** What will be there once everything that is being released is gone and everything promised is taken. */
  futureIdle(row: number): Resource {
    return subtract(plus(this.idle[row], this.#releasing[row]), this.#pipelined[row]);
  }
}
