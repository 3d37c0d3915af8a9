/**
 * What associations and QoS have used up, as the decay thread counts it: of every period what ran in it, weighed down as if
 * all of it had run at its beginning, and all that was there before weighed down by the length of the period.
 * Source: Slurm 22.05, priority_multifactor.c, _apply_decay, _apply_new_usage, _reset_usage.
 */
import type { SlurmQos } from '../../../slurm-accounts.ts';
import type { AssociationTree } from './association-tree.ts';
import { Extended } from './extended.ts';

const SECOND = 1000;

/** One job over some time. */
export interface Charge {
  /** [index into the tree] */
  readonly association: number;
  /** [index into the QoS]; -1 = none. */
  readonly qos: number;
  /** That of its partition if it is another one; -1 = none. Its UsageFactor does not count. */
  readonly partitionQos: number;
  /** What a second costs. */
  readonly billing: number;
  /** What it holds of each trackable resource. */
  readonly tres: Float64Array;
}

/** Of one association or QoS. */
export class UsageAccount {
  /** Billed [s]. */
  readonly billed = new Extended();
  /** Of each trackable resource [count × s; byte × s]. */
  readonly tres: Float64Array;
  /** How long jobs ran, each by itself [s]. */
  wall = 0;

  constructor(resources: number) {
    this.tres = new Float64Array(resources);
  }

  /** RawUsage of sshare, which shows whole seconds of it [s]. */
  get raw(): number {
    return this.billed.value;
  }

  /** `billed`: what so many seconds cost. */
  add(seconds: number, billed: number, tres: Float64Array): void {
    this.billed.add(billed);
    this.wall += seconds;
    for (let resource = 0; resource < tres.length; resource++) this.tres[resource] += seconds * tres[resource];
  }

  multiply(factor: number): void {
    this.billed.multiply(factor);
    this.wall *= factor;
    for (let resource = 0; resource < this.tres.length; resource++) this.tres[resource] *= factor;
  }

  clear(): void {
    this.billed.clear();
    this.wall = 0;
    this.tres.fill(0);
  }
}

export class Usage {
  /** Of each association of the tree: of an account that of all below it. */
  readonly associations: readonly UsageAccount[];
  readonly qos: readonly UsageAccount[];
  readonly #tree: AssociationTree;
  readonly #qos: readonly SlurmQos[];
  /** What is left of a second's usage after a second. */
  readonly #perSecond: number;
  /** How long the job ran that was charged last, and what is left of a second's usage after that: mostly a whole period [s]. */
  #lastSeconds = NaN;
  #lastFactor = NaN;

  /** `halfLife`: [ms]; Infinity = usage stays. */
  constructor(tree: AssociationTree, qos: readonly SlurmQos[], resources: number, halfLife: number) {
    this.#tree = tree;
    this.#qos = qos;
    // Not quite the half-life: the controller takes the first two terms of the series.
    this.#perSecond = 1 - 0.693 / (halfLife / SECOND);
    this.associations = tree.associations.map(() => new UsageAccount(resources));
    this.qos = qos.map(() => new UsageAccount(resources));
    this.#bringForward();
  }

  /** What was used under an earlier tree, of which this one is a continuation: with the same associations, and more behind them. */
  takeOver(earlier: Usage): void {
    earlier.associations.forEach(({ raw }, index) => this.associations[index].billed.add(raw));
  }

  /** What users had used before; an account may have had more than its users now have. */
  #bringForward(): void {
    const below = new Float64Array(this.associations.length);
    for (let index = this.associations.length - 1; index >= 0; index--) {
      const { usage, parent } = this.#tree.associations[index];
      const brought = Math.max(usage, below[index]);
      this.associations[index].billed.add(brought);
      if (parent >= 0) below[parent] += brought;
    }
  }

  /** `seconds` have gone by. */
  decay(seconds: number): void {
    if (this.#perSecond === 1) return;
    const factor = Math.max(this.#perSecond ** seconds, Number.MIN_VALUE);
    for (const account of this.associations) account.multiply(factor);
    this.qos.forEach((account, index) => {
      if (!this.#qos[index].flags.has('nodecay')) account.multiply(factor);
    });
  }

  reset(): void {
    for (const account of [...this.associations, ...this.qos]) account.clear();
  }

  /** A job ran for so long since the last period. */
  charge(seconds: number, charge: Charge): void {
    const { association, qos, partitionQos, billing, tres } = charge;
    const factor = qos < 0 ? 1 : this.#qos[qos].usageFactor;
    if (seconds !== this.#lastSeconds) this.#lastFactor = this.#perSecond ** seconds;
    this.#lastSeconds = seconds;
    const ran = seconds * this.#lastFactor;
    const [decayed, billed] = [ran * factor, ran * billing * factor];
    for (const index of [qos, partitionQos]) {
      if (index < 0) continue;
      if (this.#qos[index].flags.has('nodecay')) this.qos[index].add(seconds * factor, seconds * billing * factor, tres);
      else this.qos[index].add(decayed, billed, tres);
    }
    for (let index = association; index >= 0; index = this.#tree.parent[index]) {
      this.associations[index].add(decayed, billed, tres);
    }
  }
}
