/**
 * What backfill planned in its last cycle. The plan of a job is the same again if all that was promised before it is, no
 * promise begins or ends meanwhile at one of the ends of a stretch that was looked at, and each look at the nodes that were
 * left has the same outcome: so it need not be looked for. All that follows from other jobs than the running ones and those
 * before it is looked at anew.
 */
import type { JobDemand } from './demand.ts';
import { isSameSet } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import type { Look, Plan } from './plan.ts';

export interface KnownPlan {
  readonly demand: JobDemand;
  /** Nodes that it might use at all. */
  readonly usable: NodeSet;
  /** [ms] */
  readonly limit: number;
  /** Promises before it [count]. */
  readonly promises: number;
  readonly looks: readonly Look[];
  /** Whether the job counted as tested. */
  readonly counted: boolean;
  /** When it could begin, if that was behind the window; else Infinity [Unix ms]. */
  readonly tooLate: number;
  /** Undefined if it is not planned. */
  readonly plan: Plan | undefined;
}

/** [start, end) in Unix time [ms]. */
interface Promised {
  readonly nodes: NodeSet;
  readonly start: number;
  readonly end: number;
}

/** When a cycle began, and the window of its table [Unix ms]. */
export interface CycleTimes {
  readonly now: number;
  readonly begin: number;
  readonly end: number;
}

/** One cycle. */
interface Walk {
  readonly times: CycleTimes;
  readonly promises: Promised[];
  readonly plans: Map<number, KnownPlan>;
}

export class StandingPlans {
  #last: Walk | undefined;
  #walk: Walk | undefined;
  /** Whether all that was promised so far is what was promised in the last cycle, in the same order. */
  #isSame = false;
  /** Of the promises of the last cycle: those before the first that makes another table now [count]. */
  #steady = 0;
  /** The same for jobs with these limits. */
  readonly #steadyFor = new Map<number, number>();

  begin(times: CycleTimes): void {
    const last = this.#walk;
    this.#last = last;
    this.#walk = { times, promises: [], plans: new Map() };
    this.#steadyFor.clear();
    this.#isSame = last !== undefined;
    if (last === undefined) return;
    const { begin, end } = last.times;
    this.#steady = this.#countBefore((time) => (time > begin && time <= times.begin) || (time >= end && time <= times.end));
  }

  /** The cycle pauses: time goes by in it, and nothing of it can be compared. */
  forget(): void {
    this.#last = undefined;
    this.#walk = undefined;
    this.#isSame = false;
  }

  /** Something is taken out of the table. */
  promise(nodes: NodeSet, start: number, end: number): void {
    if (this.#walk === undefined) return;
    const { promises } = this.#walk;
    const before = this.#last?.promises[promises.length];
    this.#isSame &&= before?.start === start && before.end === end && isSameSet(before.nodes, nodes);
    promises.push({ nodes, start, end });
  }

  /** What was planned for the job, if nothing but the looks has to be compared. */
  of(job: number, demand: JobDemand, usable: NodeSet, limit: number): KnownPlan | undefined {
    const known = this.#isSame ? this.#last?.plans.get(job) : undefined;
    if (known === undefined || known.promises !== this.promises || known.promises > this.#steady) return undefined;
    if (known.demand !== demand || known.usable !== usable || known.limit !== limit) return undefined;
    return known.promises <= this.#steadyUntil(limit) ? known : undefined;
  }

  keep(job: number, known: KnownPlan): void {
    this.#walk?.plans.set(job, known);
  }

  /** Promises so far [count]. */
  get promises(): number {
    return this.#walk?.promises.length ?? 0;
  }

  /** Of the promises of the last cycle: those before the first that begins or ends where a job with this limit would end [count]. */
  #steadyUntil(limit: number): number {
    let count = this.#steadyFor.get(limit);
    if (count === undefined) {
      const [from, until] = [(this.#last?.times.now ?? 0) + limit, (this.#walk?.times.now ?? 0) + limit];
      this.#steadyFor.set(limit, (count = this.#countBefore((time) => time > from && time <= until)));
    }
    return count;
  }

  #countBefore(isCrossed: (time: number) => boolean): number {
    const promises = this.#last?.promises ?? [];
    let count = 0;
    while (count < promises.length && !isCrossed(promises[count].start) && !isCrossed(promises[count].end)) count++;
    return count;
  }
}
