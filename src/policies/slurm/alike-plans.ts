/**
 * What was planned in this cycle for the jobs just looked at: another one that asks the same is planned the same if no job has
 * come or gone and nothing was promised since. Deep queues have many jobs that are alike and find no time within the window.
 */
import type { BackfillTable } from './backfill-table.ts';
import type { Books } from './books.ts';
import type { Asked } from './plan.ts';
import type { Scheduling } from './scheduling.ts';
import type { KnownPlan } from './standing-plans.ts';

/** What decides on plans, beside what is asked and promised. */
interface Circumstances {
  readonly clock: Pick<Scheduling['clock'], 'unix'>;
  readonly running: { readonly books: Pick<Books, 'changes'> };
  readonly willRun: Pick<Scheduling['willRun'], 'kindOf'>;
}

export class AlikePlans {
  readonly #scheduling: Circumstances;
  readonly #table: Pick<BackfillTable, 'promises'>;
  /** By the kind of the jobs: of each, those with several limits, or that may preempt others. */
  readonly #plans = new Map<number, KnownPlan[]>();
  /** When all of them were made: see `#forgetOld`. */
  #now = NaN;
  #changes = -1;
  #promises = -1;

  constructor(scheduling: Circumstances, table: Pick<BackfillTable, 'promises'>) {
    this.#scheduling = scheduling;
    this.#table = table;
  }

  /** What was planned for a job that asks the same, as a plan of this one. */
  of(asked: Asked): KnownPlan | undefined {
    this.#forgetOld();
    const known = this.#plans.get(this.#scheduling.willRun.kindOf(asked.demand))?.find((one) => isAlike(one.asked, asked));
    return known && { ...known, asked };
  }

  keep(known: KnownPlan): void {
    this.#forgetOld();
    const kind = this.#scheduling.willRun.kindOf(known.asked.demand);
    const plans = this.#plans.get(kind);
    if (plans === undefined) this.#plans.set(kind, [known]);
    else if (!plans.some(({ asked }) => isAlike(asked, known.asked))) plans.push(known);
  }

  /** All that a plan follows from, beside what is asked: the time of day, what runs and where, and what is promised. */
  #forgetOld(): void {
    const { clock, running } = this.#scheduling;
    const { changes } = running.books;
    const { promises } = this.#table;
    if (this.#now === clock.unix && this.#changes === changes && this.#promises === promises) return;
    this.#plans.clear();
    this.#now = clock.unix;
    this.#changes = changes;
    this.#promises = promises;
  }
}

/** Of two of one kind. */
function isAlike(one: Asked, other: Asked): boolean {
  return one.usable === other.usable && one.limit === other.limit && one.candidates === other.candidates;
}
