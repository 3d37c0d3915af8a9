/**
 * Fair Tree: users are ranked by a walk of the tree in which, on each level, whoever is served worst comes first.
 * Source: Slurm 22.05, src/plugins/priority/multifactor/fair_tree.c. As in the code, and not in its documentation, accounts
 * that are tied are not merged: the later ones only begin with the rank of the user before them.
 */
import type { AssociationTree } from './association-tree.ts';
import { Extended } from './extended.ts';

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
  /** Of each association: its share of its level over its part of what the level used; Infinity = it used nothing. */
  readonly levelFairShare: Extended[];
  readonly #tree: AssociationTree;
  readonly #levelShare: readonly Extended[];

  constructor(tree: AssociationTree) {
    this.#tree = tree;
    this.#levelShare = tree.associations.map((_, index) => Extended.of(tree.levelShare(index)));
    this.factor = Float64Array.from(tree.associations, ({ user }) => (user === undefined ? NaN : 0));
    this.levelFairShare = tree.associations.map(() => Extended.of(NaN));
  }

  /** Ranks all users anew. `used`: what each association used. */
  rank(used: (association: number) => Extended): void {
    const { users, children } = this.#tree;
    if (children.length > 0) this.#walk(children[0], used, { rank: users, next: users }, false);
  }

  #walk(siblings: readonly number[], used: (association: number) => Extended, ranks: Ranks, parentIsTied: boolean): void {
    for (const index of siblings) this.#weigh(index, used);
    const sorted = [...siblings].sort((a, b) => this.#compare(a, b));
    let before: Extended | undefined;
    sorted.forEach((index, position) => {
      const tied = position === 0 ? parentIsTied : before?.equals(this.levelFairShare[index]) === true;
      if (this.#tree.isUser(index)) {
        if (!tied) ranks.rank = ranks.next;
        this.factor[index] = ranks.rank / this.#tree.users;
        ranks.next--;
      } else this.#walk(this.#tree.children[index], used, ranks, tied);
      before = this.levelFairShare[index];
    });
  }

  #weigh(index: number, used: (association: number) => Extended): void {
    const share = this.#levelShare[index];
    const ofLevel = used(this.#tree.sharingParent[index]);
    if (this.#tree.usesParent(index)) this.levelFairShare[index] = this.#tree.isUser(index) ? INFINITE : USES_PARENT;
    else if (share.value === 0) this.levelFairShare[index] = share;
    else if (ofLevel.value === 0) this.levelFairShare[index] = INFINITE;
    else this.levelFairShare[index] = share.over(used(index).over(ofLevel));
  }

  /** Served worst first; users before accounts; else as the tree has them. */
  #compare(a: number, b: number): number {
    const [one, other] = [this.levelFairShare[a], this.levelFairShare[b]];
    if (!one.equals(other)) return one.isLessThan(other) ? 1 : -1;
    return Number(this.#tree.isUser(b)) - Number(this.#tree.isUser(a));
  }
}

/** NO_VAL: such accounts have no children here, so that it matters only for whom they are tied with. */
const USES_PARENT = Extended.of(0xfffffffe);
const INFINITE = Extended.of(Infinity);
