/**
 * Changes that are made together or not at all. Source: pkg/scheduler/framework/statement.go (Volcano v1.15.1).
 */
import type { Session } from './session.ts';
import { ALLOCATED, PIPELINED } from './task.ts';
import type { Task } from './task.ts';

interface Operation {
  readonly kind: 'evict' | 'pipeline' | 'allocate';
  readonly task: Task;
}

export class Statement {
  readonly #session: Session;
  #operations: Operation[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  evict(task: Task): void {
    this.#session.release(task);
    this.#operations.push({ kind: 'evict', task });
  }

  /** `evicts`: pods are evicted to make this room. */
  pipeline(task: Task, row: number, evicts: boolean): void {
    task.evicts = evicts;
    this.#session.put(task, row, PIPELINED);
    this.#operations.push({ kind: 'pipeline', task });
  }

  allocate(task: Task, row: number): void {
    this.#session.put(task, row, ALLOCATED);
    this.#operations.push({ kind: 'allocate', task });
  }

  commit(): void {
    for (const { kind, task } of this.#operations) {
      task.tried = undefined;
      if (kind === 'evict') this.#session.evict(task);
      else if (kind === 'allocate') this.#session.bind(task);
    }
    this.#operations = [];
  }

  discard(): void {
    for (const { kind, task } of this.#operations.reverse()) {
      this.#session.remember(task);
      if (kind === 'evict') this.#session.retain(task);
      else this.#session.withdraw(task);
    }
    this.#operations = [];
  }

  /** Takes over what another one did. */
  merge(other: Statement): void {
    this.#operations.push(...other.#operations);
    other.#operations = [];
  }
}
