/** Who has used how much, and who comes first by that: computed anew every so often, as in Slurm. */
import { gpusOf } from '../../workload.ts';
import type { Requests } from '../../workload.ts';
import { SECOND } from '../../units.ts';
import { FairShares } from '../slurm/priority/fair-shares.ts';
import { Usage } from '../slurm/priority/usage.ts';
import { ShareTree } from './share-tree.ts';
import type { GivenShares } from './shares-file.ts';

export interface UsageSettings {
  readonly method: 'tree' | 'classic' | 'users';
  /** [ms]; Infinity = usage stays. */
  readonly halfLife: number;
  /** Between two computations [ms]. */
  readonly period: number;
  /** How many processors a GPU counts as. */
  readonly gpuWeight: number;
  readonly shares: readonly GivenShares[];
}

/** A job that runs. */
interface Run {
  readonly association: number;
  readonly billing: number;
  readonly start: number;
}

const NO_RESOURCES = new Float64Array(0);

/** Times are those of the run [ms], and never go back. */
export class UsageBook {
  readonly #jobs: Requests;
  readonly #settings: UsageSettings;
  readonly #tree: ShareTree;
  readonly #running = new Map<number, Run>();
  /** Of those that ran when the last period ended: what all of an association cost a second. */
  readonly #rates = new Map<number, number>();
  #usage: Usage;
  #fairShares: FairShares;
  #known: number;
  #last = 0;

  constructor(jobs: Requests, settings: UsageSettings) {
    this.#jobs = jobs;
    this.#settings = settings;
    this.#tree = new ShareTree(jobs, settings.shares, settings.method === 'users');
    [this.#usage, this.#fairShares] = this.#make();
    this.#known = this.#tree.associations.length;
  }

  /** The fair-share factor of a job [0..1]: larger comes first. Who is new is ranked at once. */
  factorOf(job: number): number {
    const association = this.#tree.of(job);
    if (this.#tree.associations.length > this.#known) {
      const before = this.#usage;
      [this.#usage, this.#fairShares] = this.#make(before);
      this.#known = this.#tree.associations.length;
    }
    return this.#fairShares.factorOf(association);
  }

  start(job: number, now: number): void {
    this.factorOf(job);
    const billing = this.#jobs.procs[job] + (this.#settings.gpuWeight * gpusOf(this.#jobs, job)) / 1000;
    this.#running.set(job, { association: this.#tree.of(job), billing, start: now });
  }

  end(job: number, now: number): void {
    const run = this.#running.get(job);
    if (run === undefined) return;
    this.#running.delete(job);
    if (run.start < this.#last) this.#rate(run, -1);
    this.#charge(run.association, run.billing, now - Math.max(run.start, this.#last));
  }

  /** Makes up for the computations that were due until now. */
  catchUp(now: number): void {
    for (let due = this.#last + this.#settings.period; due <= now; due += this.#settings.period) this.#endPeriod(due);
  }

  #endPeriod(now: number): void {
    this.#fairShares.beforeCharging();
    this.#usage.decay((now - this.#last) / SECOND);
    for (const [association, rate] of this.#rates) this.#charge(association, rate, now - this.#last);
    for (const run of this.#running.values()) {
      if (run.start < this.#last) continue;
      this.#charge(run.association, run.billing, now - run.start);
      this.#rate(run, 1);
    }
    this.#fairShares.afterCharging();
    this.#last = now;
  }

  #rate({ association, billing }: Run, times: number): void {
    const rate = (this.#rates.get(association) ?? 0) + times * billing;
    if (rate > 0) this.#rates.set(association, rate);
    else this.#rates.delete(association);
  }

  #charge(association: number, billing: number, time: number): void {
    this.#usage.charge(time / SECOND, { association, qos: -1, partitionQos: -1, billing, tres: NO_RESOURCES });
  }

  #make(before?: Usage): [Usage, FairShares] {
    const tree = this.#tree.build();
    const usage = new Usage(tree, [], 0, this.#settings.halfLife);
    if (before !== undefined) usage.takeOver(before);
    const flags = new Set(this.#settings.method === 'classic' ? ['NO_FAIR_TREE'] : []);
    return [usage, new FairShares(tree, usage, { flags, dampeningFactor: 1 })];
  }
}
