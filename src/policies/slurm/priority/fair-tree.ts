/**
 * Fair Tree: users are ranked by a walk of the tree in which, on each level, whoever is served worst comes first.
 * Source: Slurm 22.05, src/plugins/priority/multifactor/fair_tree.c. As in the code, and not in its documentation, accounts
 * that are tied are not merged: the later ones only begin with the rank of the user before them.
 */
import type { AssociationTree } from './association-tree.ts';

/** Ranks of one walk. */
interface Ranks {
  /** That of the last user; those who are tied share it. */
  rank: number;
  /** What it would be without ties. */
  next: number;
}

export class FairTree {
  /** Of each user's association: rank / users [0..1]; NaN for accounts. */
  readonly factor: Float64Array;
  /** Of each association: its share of its level over its share of what the level used; Infinity = it used nothing. */
  readonly levelFairShare: Float64Array;
  /** Of each association: its part of what its parent used [0..1]. */
  readonly levelUsage: Float64Array;
  readonly #tree: AssociationTree;
  readonly #levelShare: Float64Array;

  constructor(tree: AssociationTree) {
    const { length } = tree.associations;
    this.#tree = tree;
    this.#levelShare = Float64Array.from(tree.associations, (_, index) => tree.levelShare(index));
    this.factor = Float64Array.from(tree.associations, ({ user }) => (user === undefined ? NaN : 0));
    this.levelFairShare = new Float64Array(length).fill(NaN);
    this.levelUsage = new Float64Array(length);
  }

  /** Ranks all users anew. `raw`: what each association used. */
  rank(raw: (association: number) => number): void {
    const { users, children } = this.#tree;
    if (children.length > 0) this.#walk(children[0], raw, { rank: users, next: users }, false);
  }

  #walk(siblings: readonly number[], raw: (association: number) => number, ranks: Ranks, parentIsTied: boolean): void {
    for (const index of siblings) this.#weigh(index, raw);
    const sorted = [...siblings].sort((a, b) => this.#compare(a, b));
    let before = NaN;
    sorted.forEach((index, position) => {
      const tied = position === 0 ? parentIsTied : before === this.levelFairShare[index];
      if (this.#tree.isUser(index)) {
        if (!tied) ranks.rank = ranks.next;
        this.factor[index] = ranks.rank / this.#tree.users;
        ranks.next--;
      } else this.#walk(this.#tree.children[index], raw, ranks, tied);
      before = this.levelFairShare[index];
    });
  }

  #weigh(index: number, raw: (association: number) => number): void {
    const used = raw(this.#tree.sharingParent[index]);
    this.levelUsage[index] = used === 0 ? 0 : raw(index) / used;
    const share = this.#levelShare[index];
    if (this.#tree.usesParent(index)) this.levelFairShare[index] = this.#tree.isUser(index) ? Infinity : USES_PARENT;
    else this.levelFairShare[index] = share === 0 ? 0 : share / this.levelUsage[index];
  }

  /** Served worst first; users before accounts; else as the tree has them. */
  #compare(a: number, b: number): number {
    const [one, other] = [this.levelFairShare[a], this.levelFairShare[b]];
    if (one !== other) return one < other ? 1 : -1;
    return Number(this.#tree.isUser(b)) - Number(this.#tree.isUser(a));
  }
}

/** NO_VAL: such accounts have no children here, so that it matters only for whom they are tied with. */
const USES_PARENT = 0xfffffffe;
