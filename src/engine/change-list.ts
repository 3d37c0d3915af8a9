import type { Changes, Eviction, NodeTurn, StrangerChange } from '../policy.ts';

/** What happened between two cycles. */
export class ChangeList implements Changes {
  submitted: number[] = [];
  ended: number[] = [];
  readonly evicted: Eviction[] = [];
  readonly turns: NodeTurn[] = [];
  readonly adopted: Eviction[] = [];
  readonly strangers: StrangerChange[] = [];
  nodes = false;
  expectations = false;

  clear(): void {
    // New lists: setting a length to 0 drops the room of the list all the same, and takes longer.
    if (this.submitted.length > 0) this.submitted = [];
    if (this.ended.length > 0) this.ended = [];
    if (this.evicted.length > 0) this.evicted.length = 0;
    if (this.turns.length > 0) this.turns.length = 0;
    if (this.adopted.length > 0) this.adopted.length = 0;
    if (this.strangers.length > 0) this.strangers.length = 0;
    this.nodes = false;
    this.expectations = false;
  }

  /** A node has one reason more or less to be down; `turned` if that changes whether it is up. */
  nodeChanged(node: number, up: boolean, turned: boolean): void {
    this.nodes = true;
    if (turned) this.turns.push({ node, up });
  }
}
