/** What is written down while a time is looked for, so that the plan can be known again. */
import type { NodesLeftToJob } from './backfill-table.ts';
import { ONE_OF_A_KIND } from './demand.ts';
import type { JobDemand } from './demand.ts';
import type { Answer } from './forecasts.ts';
import type { Asked, Look, Plan } from './plan.ts';
import type { KnownPlan, StandingPlans } from './standing-plans.ts';
import type { Forecast } from './will-run.ts';

export class PlanNotes {
  /** Whether the next cycle may come to the same by the same way: not if something was tried at once. */
  isComparable = true;
  readonly #asked: Asked;
  readonly #plans: StandingPlans;
  readonly #promises: number;
  readonly #looks: Look[] = [];
  #until: number;

  /** `plans`: those before it. */
  constructor(asked: Asked, plans: StandingPlans) {
    this.#asked = asked;
    this.#plans = plans;
    this.#promises = plans.promises;
    this.#until = plans.until;
  }

  /** What is left if it starts now. All other times at which it is looked stay what they are. */
  leaves(left: NodesLeftToJob): void {
    this.waitUntil(this.#plans.leftUntil(this.#asked.limit, left));
  }

  look(answer: Answer, kind: number, notAfter: number, forecast: Forecast | undefined): void {
    this.#looks.push({ answer, kind, notAfter, after: forecast?.after ?? NaN, shares: forecast?.shares });
    this.waitUntil(forecast?.after ?? notAfter);
  }

  spoil(): void {
    this.isComparable = false;
  }

  /** It is to be looked for anew from this time on [Unix ms]. */
  waitUntil(time: number): void {
    this.#until = Math.min(this.#until, time);
  }

  known(plan: Plan | undefined): KnownPlan {
    return {
      asked: this.#asked,
      promises: this.#promises,
      looks: this.#looks,
      // Whoever had nodes enough was tested.
      counted: this.#looks.length > 0,
      until: this.#until,
      plan,
    };
  }
}

/** Whether what a job is told can be compared with what it was told before. */
export function isComparable({ likeness, licenses }: JobDemand): boolean {
  return likeness.kind !== ONE_OF_A_KIND && licenses === undefined;
}
