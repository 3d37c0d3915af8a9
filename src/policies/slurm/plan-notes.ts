/** What is written down while a time is looked for, so that the plan can be known again. */
import { ONE_OF_A_KIND } from './demand.ts';
import type { JobDemand } from './demand.ts';
import type { Answer } from './forecasts.ts';
import type { NodeSet } from './node-set.ts';
import type { Look, Plan } from './plan.ts';
import type { KnownPlan } from './standing-plans.ts';
import type { Forecast } from './will-run.ts';

export class PlanNotes {
  /** Whether the next cycle may come to the same by the same way: not if something was tried at once. */
  isComparable = true;
  readonly #demand: JobDemand;
  readonly #usable: NodeSet;
  readonly #limit: number;
  readonly #promises: number;
  readonly #looks: Look[] = [];
  #tooLate = Infinity;

  constructor(demand: JobDemand, usable: NodeSet, limit: number, promises: number) {
    this.#demand = demand;
    this.#usable = usable;
    this.#limit = limit;
    this.#promises = promises;
  }

  look(answer: Answer, kind: number, notAfter: number, forecast: Forecast | undefined): void {
    this.#looks.push({ answer, kind, notAfter, start: forecast?.start ?? NaN, shares: forecast?.shares });
  }

  spoil(): void {
    this.isComparable = false;
  }

  /** There is no plan, as it would begin only then, which is behind the window [Unix ms]. */
  waitUntil(start: number): void {
    this.#tooLate = start;
  }

  known(plan: Plan | undefined): KnownPlan {
    return {
      demand: this.#demand,
      usable: this.#usable,
      limit: this.#limit,
      promises: this.#promises,
      looks: this.#looks,
      // Whoever had nodes enough was tested.
      counted: this.#looks.length > 0,
      tooLate: this.#tooLate,
      plan,
    };
  }
}

/** Whether what a job is told can be compared with what it was told before. */
export function isComparable({ likeness, licenses }: JobDemand): boolean {
  return likeness.kind !== ONE_OF_A_KIND && licenses === undefined;
}
