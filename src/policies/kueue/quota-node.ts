/**
 * A ClusterQueue or a Cohort in the tree over which quota is lent and borrowed.
 * Source: pkg/cache/scheduler/resource_node.go (Kueue v0.19.2).
 */
import type { Usage } from './flavor-resources.ts';

export class QuotaNode {
  readonly name: string;
  readonly isCohort: boolean;
  /** Its weight in fair sharing. */
  readonly weight: number;
  parent: QuotaNode | undefined = undefined;
  readonly cohorts: QuotaNode[] = [];
  readonly queues: QuotaNode[] = [];
  /** By pair of flavor and resource: its own quota, and its limits (Infinity: none). */
  readonly nominal: Float64Array;
  readonly borrowingLimit: Float64Array;
  readonly lendingLimit: Float64Array;
  /** Its own quota, and what its children lend it. */
  readonly quota: Float64Array;
  /** What counts against that: of a cohort, what its children use beyond what they keep to themselves. */
  readonly usage: Float64Array;

  constructor(name: string, kind: 'queue' | 'cohort', weight: number, pairs: number) {
    this.name = name;
    this.isCohort = kind === 'cohort';
    this.weight = weight;
    this.nominal = new Float64Array(pairs);
    this.borrowingLimit = new Float64Array(pairs).fill(Infinity);
    this.lendingLimit = new Float64Array(pairs).fill(Infinity);
    this.quota = new Float64Array(pairs);
    this.usage = new Float64Array(pairs);
  }

  get root(): QuotaNode {
    return this.parent === undefined ? this : this.parent.root;
  }

  /** From the parent to the root. */
  *ancestors(): Generator<QuotaNode> {
    for (let node = this.parent; node !== undefined; node = node.parent) yield node;
  }

  /** All queues below it: its own first, then those of its cohorts. */
  *subtreeQueues(): Generator<QuotaNode> {
    yield* this.queues;
    for (const cohort of this.cohorts) yield* cohort.subtreeQueues();
  }

  /** What it never lends. */
  kept(pair: number): number {
    return Math.max(0, this.quota[pair] - this.lendingLimit[pair]);
  }

  /** What is left of that. */
  keptAvailable(pair: number): number {
    return Math.max(0, this.kept(pair) - this.usage[pair]);
  }

  /** What may be used now without preemption; negative if too much is in use. */
  available(pair: number): number {
    if (this.parent === undefined) return this.quota[pair] - this.usage[pair];
    const kept = this.kept(pair);
    const givenUp = this.quota[pair] - kept;
    const usedAbove = Math.max(0, this.usage[pair] - kept);
    const fromAbove = Math.min(givenUp - usedAbove + this.borrowingLimit[pair], this.parent.available(pair));
    return this.keptAvailable(pair) + fromAbove;
  }

  /** What could be used if nobody used anything. */
  potential(pair: number): number {
    if (this.parent === undefined) return this.quota[pair];
    const most = this.kept(pair) + this.parent.potential(pair);
    return Math.min(this.quota[pair] + this.borrowingLimit[pair], most);
  }

  /** It would use more than its quota with so much more. */
  borrowsWith(pair: number, amount: number): boolean {
    return this.quota[pair] < this.usage[pair] + amount;
  }

  /** It uses no more than its quota of any of these. */
  isWithinQuota(pairs: Iterable<number>): boolean {
    for (const pair of pairs) if (this.quota[pair] < this.usage[pair]) return false;
    return true;
  }

  add(usage: Usage): void {
    for (const [pair, amount] of usage) this.#add(pair, amount);
  }

  remove(usage: Usage): void {
    for (const [pair, amount] of usage) this.#remove(pair, amount);
  }

  #add(pair: number, amount: number): void {
    const kept = this.keptAvailable(pair);
    this.usage[pair] += amount;
    if (this.parent !== undefined && amount > kept) this.parent.#add(pair, amount - kept);
  }

  #remove(pair: number, amount: number): void {
    const above = this.usage[pair] - this.kept(pair);
    this.usage[pair] -= amount;
    if (above > 0 && this.parent !== undefined) this.parent.#remove(pair, Math.min(amount, above));
  }

  /** Works out the quotas of the tree below it. */
  addUp(): void {
    this.quota.set(this.nominal);
    for (const child of [...this.cohorts, ...this.queues]) {
      child.addUp();
      for (let pair = 0; pair < this.quota.length; pair++) this.quota[pair] += child.quota[pair] - child.kept(pair);
    }
  }

  /** Levels of cohorts below it and itself; 0 if it has no children. */
  get height(): number {
    const own = this.cohorts.length + this.queues.length > 0 ? 1 : 0;
    return this.cohorts.reduce((height, cohort) => Math.max(height, cohort.height + 1), own);
  }
}

/**
 * How far a queue must go to find so much quota: the height of the lowest cohort that has it, 0 for the queue itself.
 * `mayReclaim`: there is somebody above it who could give it back.
 * Source: pkg/scheduler/preemption/classical/hierarchical_preemption.go, FindHeightOfLowestSubtreeThatFits.
 */
export function borrowingLevel(queue: QuotaNode, pair: number, amount: number): { level: number; mayReclaim: boolean } {
  if (!queue.borrowsWith(pair, amount) || queue.parent === undefined) {
    return { level: 0, mayReclaim: queue.parent !== undefined };
  }
  let missing = amount - queue.keptAvailable(pair);
  for (const cohort of queue.ancestors()) {
    if (!cohort.borrowsWith(pair, missing)) return { level: cohort.height, mayReclaim: cohort.parent !== undefined };
    missing -= cohort.keptAvailable(pair);
  }
  return { level: queue.root.height, mayReclaim: false };
}
