/**
 * The tree of associations as fair share sees it: who shares with whom, and how much. Children stand as the controller
 * sorts them: users before accounts, each by name. Source: Slurm 22.05, src/common/assoc_mgr.c, _set_assoc_parent_and_user,
 * _normalize_assoc_shares_*; slurmdb_defs.c, _sort_children_list.
 */
import type { SlurmAssociation } from '../../../slurm-accounts.ts';

export class AssociationTree {
  readonly associations: readonly SlurmAssociation[];
  /** [index into `associations`]; -1 above the root. */
  readonly parent: Int32Array;
  /** The next one above that has shares of its own: associations with the shares of their parent are passed over. */
  readonly sharingParent: Int32Array;
  /** Those whose `sharingParent` it is. */
  readonly children: readonly (readonly number[])[];
  /** Of all shares of its siblings, its own included. */
  readonly levelShares: Float64Array;
  /** How many users there are in it: one in two accounts counts twice. */
  readonly users: number;

  constructor(associations: readonly SlurmAssociation[]) {
    this.associations = associations;
    this.parent = Int32Array.from(associations, ({ parent }) => parent);
    this.sharingParent = Int32Array.from(associations, (_, index) => this.#sharingParentOf(index));
    this.users = associations.filter(({ user }) => user !== undefined).length;
    const children = associations.map((): number[] => []);
    for (const index of this.#depthFirst()) if (index > 0) children[this.sharingParent[index]].push(index);
    this.children = children;
    this.levelShares = new Float64Array(associations.length);
    for (const siblings of children) {
      const sum = siblings.reduce((all, index) => all + this.ownShares(index), 0);
      for (const index of siblings) this.levelShares[index] = sum;
    }
  }

  /** Shares of its own; 0 if it has those of its parent. */
  ownShares(index: number): number {
    const { shares } = this.associations[index];
    return shares === 'parent' ? 0 : shares;
  }

  isUser(index: number): boolean {
    return this.associations[index].user !== undefined;
  }

  usesParent(index: number): boolean {
    return this.associations[index].shares === 'parent';
  }

  /** Its shares among those of its siblings [0..1]. */
  levelShare(index: number): number {
    const of = this.usesParent(index) ? this.sharingParent[index] : index;
    return this.levelShares[of] === 0 ? 0 : this.ownShares(of) / this.levelShares[of];
  }

  /** Its shares of the whole cluster: those of all levels above it, multiplied [0..1]. */
  clusterShare(index: number): number {
    if (this.usesParent(index) && index > 0) return this.clusterShare(this.sharingParent[index]);
    let share = 1;
    for (let at = index; this.parent[at] >= 0; at = this.parent[at]) {
      if (!this.usesParent(at)) share *= this.levelShares[at] === 0 ? 0 : this.ownShares(at) / this.levelShares[at];
    }
    return share;
  }

  #sharingParentOf(index: number): number {
    let above = this.parent[index];
    while (above > 0 && this.usesParent(above)) above = this.parent[above];
    return above;
  }

  /** All of them, parents first, each with all that is below it before its next sibling. */
  #depthFirst(): number[] {
    const below = this.associations.map((): number[] => []);
    this.parent.forEach((parent, index) => {
      if (parent >= 0) below[parent].push(index);
    });
    for (const siblings of below) siblings.sort((a, b) => this.#compare(a, b));
    const order: number[] = [];
    const left = this.associations.length === 0 ? [] : [0];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      order.push(next);
      left.push(...below[next].toReversed());
    }
    return order;
  }

  #compare(a: number, b: number): number {
    const [one, other] = [this.associations[a], this.associations[b]];
    const users = Number(other.user !== undefined) - Number(one.user !== undefined);
    const [name, otherName] = [one.user ?? one.account, other.user ?? other.account];
    return users || (name < otherName ? -1 : Number(name > otherName)) || a - b;
  }
}
