/**
 * A series of steps that is tried, and then carried out as a whole or taken back.
 * Source: pkg/scheduler/framework/statement.go (KAI-Scheduler v0.13.0).
 */
import type { Session } from './session.ts';
import type { Task, TaskStatus } from './task.ts';

interface Step {
  readonly kind: 'evict' | 'unevict' | 'pipeline' | 'allocate';
  readonly task: Task;
  undo(): void;
  /** The eviction was taken back by a later step. */
  cancelled: boolean;
}

export class Statement {
  readonly #session: Session;
  readonly #growth: number;
  #steps: Step[] = [];

  constructor(session: Session) {
    this.#session = session;
    this.#growth = session.table.growth;
  }

  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  /** A point to come back to. */
  checkpoint(): number {
    return this.#steps.length;
  }

  rollback(checkpoint: number): void {
    while (this.#steps.length > checkpoint) {
      const step = this.#steps.pop();
      if (step?.cancelled === false) step.undo();
    }
    // All is as it was before: what did not fit then does not now.
    if (this.#steps.length === 0) this.#session.table.growth = this.#growth;
  }

  discard(): void {
    this.rollback(0);
  }

  /** The task begins to leave its node. One that leaves already does so once only. */
  evict(task: Task): void {
    if (task.status === 'releasing') return;
    const { status, isVirtual } = task;
    this.#leave(task);
    this.#push('evict', task, () => this.#stay(task, status, isVirtual));
  }

  /** The task will have a node once others have left it; one that was evicted from there in this statement stays. */
  pipeline(task: Task, row: number): void {
    if (task.status === 'releasing' && task.row === row && this.#unevict(task)) return;
    const before = { status: task.status, row: task.row, isVirtual: task.isVirtual };
    this.#settle(task, row, 'pipelined');
    this.#push('pipeline', task, () => this.#unsettle(task, before));
  }

  /** The task gets a node that is free for it. */
  allocate(task: Task, row: number): void {
    const before = { status: task.status, row: task.row, isVirtual: task.isVirtual };
    this.#settle(task, row, 'allocated');
    this.#push('allocate', task, () => this.#unsettle(task, before));
  }

  /** A gang of which some wait for others to leave waits as a whole. */
  pipelineAllocated(): void {
    const allocated = this.#steps.filter(({ kind }) => kind === 'allocate').map(({ task }) => ({ task, row: task.row }));
    for (const { task } of allocated) this.#unsettle(task, { status: 'pending', row: -1, isVirtual: false });
    this.#steps = this.#steps.filter(({ kind }) => kind !== 'allocate');
    for (const { task, row } of allocated) this.pipeline(task, row);
  }

  /** Binds and evicts in earnest. What is pipelined stays so until the session ends. */
  commit(message: (task: Task) => string): void {
    for (const { kind, task, cancelled } of this.#steps) {
      if (cancelled) continue;
      if (kind === 'evict') this.#session.evict(task, message(task));
      else if (kind === 'allocate') this.#session.bind(task);
    }
    this.#steps = [];
  }

  #push(kind: Step['kind'], task: Task, undo: () => void): void {
    this.#steps.push({ kind, task, undo, cancelled: false });
    this.#session.touch(task);
  }

  #leave(task: Task): void {
    const { table } = this.#session;
    table.change(task, task.row, task.status, 'releasing');
    task.isVirtual = true;
    task.become('releasing');
    this.#session.count(task, -1);
  }

  #stay(task: Task, status: TaskStatus, isVirtual: boolean): void {
    this.#session.table.change(task, task.row, 'releasing', status);
    task.isVirtual = isVirtual;
    task.become(status);
    this.#session.count(task, 1);
  }

  #unevict(task: Task): boolean {
    const step = this.#steps.find((one) => one.kind === 'evict' && one.task === task && !one.cancelled);
    if (step === undefined) return false;
    step.undo();
    step.cancelled = true;
    this.#push('unevict', task, () => {
      this.#leave(task);
      step.cancelled = false;
    });
    return true;
  }

  /** On its new node it counts beside what it still holds on the old one. */
  #settle(task: Task, row: number, status: TaskStatus): void {
    this.#session.table.add(task, row, status);
    task.row = row;
    task.isVirtual = true;
    task.become(status);
    if (status === 'allocated') this.#session.assume(task);
    this.#session.count(task, 1);
  }

  #unsettle(task: Task, before: Pick<Task, 'status' | 'row' | 'isVirtual'>): void {
    this.#session.table.remove(task, task.row, task.status);
    if (task.status === 'allocated') this.#session.forget(task);
    task.row = before.row;
    task.isVirtual = before.isVirtual;
    task.become(before.status);
    this.#session.count(task, -1);
  }
}
