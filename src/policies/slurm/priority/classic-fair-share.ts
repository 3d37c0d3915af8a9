/**
 * Fair share before Fair Tree (NO_FAIR_TREE): 2^-(effective usage / shares), where what siblings used counts in part.
 * Source: Slurm 22.05, priority_multifactor.c, _set_usage_efctv, _depth_oblivious_set_usage_efctv, priority_p_calc_fs_factor.
 * Departs from it with DEPTH_OBLIVIOUS: usage of siblings that nobody has asked for yet counts as it is, not as it is
 * initialised (4294967294), as if sshare had been called before.
 */
import type { AssociationTree } from './association-tree.ts';

/** How much it counts that the level above is not served as it should be. */
const IMPACT = 5;

export class ClassicFairShare {
  /** Of each association: part of all usage [0..1], its own and that of those below it. */
  readonly normalUsage: Float64Array;
  readonly #tree: AssociationTree;
  readonly #shares: Float64Array;
  /** Effective usage; NaN = a user's that nobody has asked for since the last period. */
  readonly #effective: Float64Array;
  readonly #dampening: number;
  readonly #depthOblivious: boolean;

  constructor(tree: AssociationTree, dampening: number, depthOblivious: boolean) {
    const { length } = tree.associations;
    this.#tree = tree;
    this.#dampening = dampening;
    this.#depthOblivious = depthOblivious;
    this.#shares = Float64Array.from(tree.associations, (_, index) => tree.clusterShare(index));
    this.normalUsage = new Float64Array(length);
    this.#effective = new Float64Array(length);
    if (length > 0) this.#effective[0] = 1;
  }

  /** Part of all shares [0..1]. */
  shareOf(association: number): number {
    return this.#shares[association];
  }

  /** A new period begins: accounts are weighed at once, users when they are asked for. `raw`: what each association used. */
  begin(raw: (association: number) => number): void {
    const weigh = (account: number): void => {
      for (const index of this.#tree.children[account]) {
        if (this.#tree.isUser(index)) this.#effective[index] = NaN;
        else {
          this.#weigh(index, raw);
          weigh(index);
        }
      }
    };
    if (this.#tree.children.length > 0) weigh(0);
  }

  effectiveOf(association: number, raw: (association: number) => number): number {
    if (Number.isNaN(this.#effective[association])) this.#weigh(association, raw);
    return this.#effective[association];
  }

  /** [0..1] */
  factorOf(association: number, raw: (association: number) => number): number {
    const index = this.#tree.usesParent(association) ? this.#tree.sharingParent[association] : association;
    const share = this.#shares[index];
    return share <= 0 ? 0 : 2 ** -(this.effectiveOf(index, raw) / share / this.#dampening);
  }

  #weigh(index: number, raw: (association: number) => number): void {
    this.#normalise(index, raw);
    const parent = this.#tree.sharingParent[index];
    if (parent === 0) this.#effective[index] = this.normalUsage[index];
    else if (this.#tree.usesParent(index)) this.#effective[index] = this.#effective[parent];
    else if (this.#depthOblivious) this.#effective[index] = this.#depthObliviousUsage(index, parent, raw);
    else this.#effective[index] = this.#inheritedUsage(index, parent);
  }

  #normalise(index: number, raw: (association: number) => number): void {
    const all = raw(0);
    this.normalUsage[index] = all === 0 ? 0 : Math.min(1, raw(index) / all);
  }

  #inheritedUsage(index: number, parent: number): number {
    const own = this.normalUsage[index];
    const level = this.#tree.levelShares[index];
    if (level === 0) return this.#effective[parent];
    return own + ((this.#effective[parent] - own) * this.#tree.ownShares(index)) / level;
  }

  #depthObliviousUsage(index: number, parent: number, raw: (association: number) => number): number {
    const share = this.#shares[index];
    const own = this.normalUsage[index];
    if (share === 0 || this.#shares[parent] === 0 || this.#effective[parent] === 0 || own === 0) return own;
    const ofParent = this.#effective[parent] / this.#shares[parent];
    let siblings = 0;
    for (const sibling of this.#tree.children[parent]) {
      if (this.#tree.usesParent(sibling)) continue;
      this.#normalise(sibling, raw);
      siblings += this.normalUsage[sibling];
    }
    const local = own / share / (siblings / this.#shares[parent]);
    const agree = Math.log(ofParent) * Math.log(local) >= 0;
    const exponent = agree ? 1 : 1 / (1 + (IMPACT * Math.log(ofParent)) ** 2);
    return ofParent * local ** exponent * share;
  }
}
