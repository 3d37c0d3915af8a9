/** What one backfill cycle promises, and what is left: its table in terms of jobs. Source: Slurm 22.05, backfill.c. */
import type { JobDemand } from './demand.ts';
import type { LicenseCounts } from './licenses.ts';
import { countNodes, isWithin } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import { NodeSpace } from './node-space.ts';
import type { Plan } from './plan.ts';
import type { Allocation } from './running.ts';
import type { Scheduling } from './scheduling.ts';
import type { StandingPlans } from './standing-plans.ts';

/** What is left to a job if it begins at some time, and when it is worth to look again: see `NodesLeft`. */
export interface NodesLeftToJob {
  readonly nodes: NodeSet;
  readonly later: number;
  /** Whether it may do with them, and has its licences. */
  readonly enough: boolean;
}

export class BackfillTable {
  readonly #scheduling: Scheduling;
  readonly #space: NodeSpace;
  readonly #plans: StandingPlans;
  /** [ms] */
  readonly resolution: number;
  /** Nothing is planned from then on [Unix ms]. */
  readonly end: number;
  /** Taken out of it so far, be it nodes or licences [count]. */
  promises = 0;

  constructor(scheduling: Scheduling, plans: StandingPlans) {
    const { running, clock, parameters } = scheduling;
    const { resolution, window, licenses: plansLicenses, runningJobReserve } = parameters.backfill;
    const now = clock.unix;
    const licenses = plansLicenses ? scheduling.licenses.left(runningJobReserve) : undefined;
    const [begin, end] = [floorTo(now, resolution), floorTo(now + window, resolution)];
    this.#scheduling = scheduling;
    this.#plans = plans;
    this.resolution = resolution;
    this.end = end;
    this.#space = new NodeSpace(running.up, begin, end, resolution, licenses);
    plans.begin({ now, begin, end, window, resolution });
    if (runningJobReserve) for (const allocation of running.byEnd()) this.reserveRun(allocation);
  }

  /** Whether it has as many rows as it may have. */
  get isFull(): boolean {
    return this.#space.records >= this.#scheduling.parameters.backfill.nodeSpaceSize;
  }

  /** What is left of `nodes` to a job with this limit that begins at `start`. */
  leftOf(nodes: NodeSet, start: number, limit: number, { licenses, minNodes, required }: JobDemand): NodesLeftToJob {
    const { nodes: left, later, licensed } = this.#space.leftOf(nodes, start, start + limit, licenses);
    const enough = licensed && countNodes(left) >= minNodes && (required === undefined || isWithin(required, left));
    return { nodes: left, later, enough };
  }

  /** Whether the plan of a job with this limit would break a promise. */
  breaks({ nodes, start, licenses }: Plan, limit: number): boolean {
    return this.#space.breaks(nodes, this.#floor(start), this.#floor(start + limit), licenses);
  }

  reserve({ nodes, start, licenses }: Plan, limit: number): void {
    this.#take(nodes, this.#floor(start), this.#floor(start + limit), licenses);
  }

  /** Shared nodes and those of jobs that can be preempted stay in the table: what is left of them is the select plugin's matter. */
  reserveRun(allocation: Allocation): void {
    const { preemption, licenses } = this.#scheduling;
    const held = licenses.of(allocation.job);
    const keeps = allocation.whole && (preemption === undefined || preemption.rules.modeOf(allocation) === 'off');
    if ((!keeps && held === undefined) || this.isFull) return;
    const nodes = keeps ? allocation.nodes : new Uint32Array(allocation.nodes.length);
    this.#take(nodes, 0, this.#floor(allocation.end), held);
  }

  #take(nodes: NodeSet, start: number, end: number, licenses: LicenseCounts | undefined): void {
    this.promises++;
    this.#space.reserve(nodes, start, end, licenses);
    this.#plans.promise(nodes, start, end);
  }

  #floor(time: number): number {
    return floorTo(time, this.resolution);
  }
}

export function floorTo(time: number, resolution: number): number {
  return Math.floor(time / resolution) * resolution;
}
