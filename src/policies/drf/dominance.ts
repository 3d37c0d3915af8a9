/**
 * Who is served worst. Of a user that is his dominant share, by his weight; of an account, that of what its members hold,
 * after all of them have been scaled down to the one with the least, so that one who has much of what nobody else wants
 * does not stand in the way of the others. Who is blocked, as he waits for nothing that could be given, is not scaled.
 * Source: Bhattacharya, Culler, Friedman, Ghodsi, Shenker, Stoica, "Hierarchical scheduling for diverse datacenter workloads",
 * SoCC 2013, dynamic H-DRF.
 */
import { addTo } from './holdings.ts';
import type { Amounts } from './holdings.ts';

/** An account, or a user in it. */
export interface Party {
  readonly parent: number;
  readonly weight: number;
}

export class Dominance {
  /** Of each resource, all that there is. */
  readonly #capacity: Amounts;
  readonly #parties: Party[] = [];
  readonly #members: number[][] = [];
  /** Of each user: what his jobs hold. */
  readonly #held: Amounts[] = [];
  /** Of each party, after scaling. */
  readonly #counted: Amounts[] = [];
  /** Dominant share by weight. */
  readonly #share: number[] = [];
  readonly #blocked: boolean[] = [];
  readonly #total: Amounts;
  readonly #usedUp: Uint8Array;

  constructor(capacity: Amounts) {
    this.#capacity = capacity;
    this.#total = new Float64Array(capacity.length);
    this.#usedUp = new Uint8Array(capacity.length);
  }

  /** Parents before their members; the first one is the root. */
  add(party: Party): void {
    const index = this.#parties.push(party) - 1;
    this.#members.push([]);
    this.#held.push(new Float64Array(this.#capacity.length));
    this.#counted.push(new Float64Array(this.#capacity.length));
    this.#share.push(0);
    this.#blocked.push(true);
    if (party.parent >= 0) this.#members[party.parent].push(index);
  }

  get size(): number {
    return this.#parties.length;
  }

  /** A user has so much more, or less if `times` is -1. */
  hold(user: number, amounts: Amounts, times: 1 | -1): void {
    addTo(this.#held[user], amounts, times);
    addTo(this.#total, amounts, times);
  }

  /**
   * The user who is to be served next: from the root down, the member with the least share. `canServe`: whether a user waits
   * for anything that could be given; `isBefore`: who goes first of two with equal shares. -1 if nobody can be served.
   */
  next(canServe: (user: number) => boolean, firstOf: (user: number) => number): number {
    if (this.size === 0) return -1;
    this.#total.forEach((held, resource) => (this.#usedUp[resource] = held >= this.#capacity[resource] ? 1 : 0));
    const first = this.#recount(canServe, firstOf);
    let at = 0;
    while (this.#members[at].length > 0) {
      let best = -1;
      for (const member of this.#members[at]) {
        if (this.#blocked[member]) continue;
        const less = best < 0 ? -1 : this.#share[member] - this.#share[best] || first[member] - first[best];
        if (less < 0) best = member;
      }
      if (best < 0) return -1;
      at = best;
    }
    return this.#blocked[at] ? -1 : at;
  }

  /** From the members up. Answers of each party which of its jobs came first. */
  #recount(canServe: (user: number) => boolean, firstOf: (user: number) => number): number[] {
    const first = new Array<number>(this.size).fill(Infinity);
    for (let party = this.size - 1; party >= 0; party--) {
      const members = this.#members[party];
      if (members.length === 0) {
        this.#blocked[party] = !canServe(party);
        this.#counted[party].set(this.#held[party]);
        if (!this.#blocked[party]) first[party] = firstOf(party);
      } else {
        this.#blocked[party] = members.every((member) => this.#blocked[member]);
        this.#gather(party, members);
        first[party] = members.reduce((earliest, member) => Math.min(earliest, first[member]), Infinity);
      }
      this.#share[party] = this.#dominantShare(this.#counted[party]) / this.#parties[party].weight;
    }
    return first;
  }

  /** The largest share, of the resources that are not used up [share of the cluster]. */
  #dominantShare(amounts: Amounts): number {
    let largest = 0;
    for (let resource = 0; resource < amounts.length; resource++) {
      if (this.#usedUp[resource] === 0) largest = Math.max(largest, amounts[resource] / this.#capacity[resource]);
    }
    return largest;
  }

  /** What an account counts as holding: members scaled to the least of them. */
  #gather(party: number, members: readonly number[]): void {
    const sum = this.#counted[party].fill(0);
    let least = Infinity;
    for (const member of members) if (!this.#blocked[member]) least = Math.min(least, this.#share[member]);
    for (const member of members) {
      const isScaled = !this.#blocked[member] && this.#share[member] > 0;
      addTo(sum, this.#counted[member], isScaled ? least / this.#share[member] : 1);
    }
  }
}
