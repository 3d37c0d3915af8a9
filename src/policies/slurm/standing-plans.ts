/**
 * What backfill planned in its last cycle. The plan of a job is the same again if all that was promised before it is, the
 * time until which it stands has not come, and each look at the nodes that were left has the same outcome: so it need not be
 * looked for. All that follows from other jobs than the running ones and those before it is looked at anew.
 */
import type { NodesLeftToJob } from './backfill-table.ts';
import { isSameSet, overlaps } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import type { Asked, Look, Plan } from './plan.ts';

export interface KnownPlan {
  readonly asked: Asked;
  /** Promises before it [count]. */
  readonly promises: number;
  readonly looks: readonly Look[];
  /** Whether the job counted as tested. */
  readonly counted: boolean;
  /** It may be another one from this time on, though all else is as it was [Unix ms]. */
  readonly until: number;
  /** Undefined if it is not planned. */
  readonly plan: Plan | undefined;
}

/** [start, end) in Unix time [ms]. */
interface Promised {
  readonly nodes: NodeSet;
  readonly start: number;
  readonly end: number;
}

/** When a cycle began, and its table [Unix ms]: `window` from then on, in slots of `resolution` [ms]. */
export interface CycleTimes {
  readonly now: number;
  readonly begin: number;
  readonly end: number;
  readonly window: number;
  readonly resolution: number;
}

/** One cycle. */
interface Walk {
  readonly times: CycleTimes;
  readonly promises: Promised[];
  readonly plans: Map<number, KnownPlan>;
  /** From when on the same promises make another table, as it begins or ends elsewhere [Unix ms]. */
  until: number;
}

export class StandingPlans {
  #last: Walk | undefined;
  #walk: Walk | undefined;
  /** Whether all that was promised so far is what was promised in the last cycle, in the same order. */
  #isSame = false;

  begin(times: CycleTimes): void {
    this.#last = this.#walk;
    this.#walk = { times, promises: [], plans: new Map(), until: Infinity };
    this.#isSame = this.#last !== undefined;
  }

  /** The cycle pauses: time goes by in it, nodes may come back that its table does not know, and nothing can be compared. */
  forget(): void {
    this.#last = undefined;
    this.#walk = undefined;
    this.#isSame = false;
  }

  /** Something is taken out of the table. */
  promise(nodes: NodeSet, start: number, end: number): void {
    if (this.#walk === undefined) return;
    const { promises, times } = this.#walk;
    const before = this.#last?.promises[promises.length];
    this.#isSame &&= before?.start === start && before.end === end && isSameSet(before.nodes, nodes);
    promises.push({ nodes, start, end });
    this.#walk.until = Math.min(this.#walk.until, tableUntil(times, start, end));
  }

  /** What was planned for the job, if nothing but the looks has to be compared. */
  of(job: number, asked: Asked): KnownPlan | undefined {
    if (!this.#isSame || this.#walk === undefined) return undefined;
    const known = this.#last?.plans.get(job);
    if (known?.promises !== this.promises || this.#walk.times.now >= known.until) return undefined;
    return isSame(known.asked, asked) ? known : undefined;
  }

  keep(job: number, known: KnownPlan): void {
    this.#walk?.plans.set(job, known);
  }

  /** Promises so far [count]. */
  get promises(): number {
    return this.#walk?.promises.length ?? 0;
  }

  /** From when on they make another table [Unix ms]. */
  get until(): number {
    return this.#walk?.until ?? Infinity;
  }

  /**
   * Until when a job with this limit that is looked at from now on is told the same of what they leave it: later it would
   * end behind the beginning or the end of one of them [Unix ms]. Which nodes are left matters if
   * they are enough.
   */
  leftUntil(limit: number, { nodes, later, enough }: NodesLeftToJob): number {
    let until = Infinity;
    if (this.#walk === undefined || (later > 0 && !enough)) return until;
    const { times, promises } = this.#walk;
    const end = times.now + limit;
    for (const promise of promises) {
      // If there is no later time to look from, every row more that is looked at may bring one.
      const matters = later === 0 || (enough && overlaps(promise.nodes, nodes));
      if (promise.start > end && promise.start - limit < until && matters) until = promise.start - limit;
      if (promise.end > end && later === 0) until = Math.min(until, promise.end - limit);
    }
    return until;
  }
}

/**
 * When the beginning of the table comes to the end of a promise, or its end to one of both, or a job that is over its limit is
 * promised another slot [Unix ms]. That it comes to the beginning of a promise changes nothing more: whoever ended before that
 * is looked at anew (see `leftUntil`), and for all others the nodes are gone already.
 */
function tableUntil({ begin, end, window, resolution }: CycleTimes, from: number, to: number): number {
  let until = to > begin ? to : begin + resolution;
  for (const time of [from, to]) if (time >= end) until = Math.min(until, time + resolution - window);
  return until;
}

function isSame(one: Asked, other: Asked): boolean {
  const { demand, usable, limit, candidates } = one;
  return demand === other.demand && usable === other.usable && limit === other.limit && candidates === other.candidates;
}
