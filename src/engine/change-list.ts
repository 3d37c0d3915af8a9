import type { Changes, Eviction, NodeTurn } from '../policy.ts';

/** What happened between two cycles. */
export class ChangeList implements Changes {
  readonly submitted: number[] = [];
  readonly ended: number[] = [];
  readonly evicted: Eviction[] = [];
  readonly turns: NodeTurn[] = [];
  nodes = false;
  expectations = false;

  clear(): void {
    if (this.submitted.length > 0) this.submitted.length = 0;
    if (this.ended.length > 0) this.ended.length = 0;
    if (this.evicted.length > 0) this.evicted.length = 0;
    if (this.turns.length > 0) this.turns.length = 0;
    this.nodes = false;
    this.expectations = false;
  }

  /** A node has one reason more or less to be down; `turned` if that changes whether it is up. */
  nodeChanged(node: number, up: boolean, turned: boolean): void {
    this.nodes = true;
    if (turned) this.turns.push({ node, up });
  }
}
