import type { Changes, Eviction, NodeTurn, StrangerChange } from '../policy.ts';

/**
 * Stands for every empty list; nothing is added to it. Most lists get one job only, and a list that is made for one takes
 * a third of the room of one that has grown: there are several for each job of a trace.
 */
const NONE: number[] = [];

/** What happened between two cycles. */
export class ChangeList implements Changes {
  submitted = NONE;
  ended = NONE;
  readonly evicted: Eviction[] = [];
  readonly turns: NodeTurn[] = [];
  readonly adopted: Eviction[] = [];
  readonly strangers: StrangerChange[] = [];
  nodes = false;
  expectations = false;
  #inOrder = true;

  clear(): void {
    this.submitted = NONE;
    this.ended = NONE;
    this.#inOrder = true;
    if (this.evicted.length > 0) this.evicted.length = 0;
    if (this.turns.length > 0) this.turns.length = 0;
    if (this.adopted.length > 0) this.adopted.length = 0;
    if (this.strangers.length > 0) this.strangers.length = 0;
    this.nodes = false;
    this.expectations = false;
  }

  /** The job has entered the queue, for the first time or again. */
  nowPending(job: number): void {
    if (this.submitted.length === 0) {
      this.submitted = [job];
      return;
    }
    if (job < this.submitted[this.submitted.length - 1]) this.#inOrder = false;
    this.submitted.push(job);
  }

  /** The job has given back what it held. */
  gaveBack(job: number): void {
    if (this.ended.length > 0) this.ended.push(job);
    else this.ended = [job];
  }

  /** Brings submissions into the order of their rows. Mostly they are; not if a job that was turned away let an earlier one go. */
  sort(): void {
    if (!this.#inOrder) this.submitted.sort((a, b) => a - b);
  }

  /** A node has one reason more or less to be down; `turned` if that changes whether it is up. */
  nodeChanged(node: number, up: boolean, turned: boolean): void {
    this.nodes = true;
    if (turned) this.turns.push({ node, up });
  }
}
