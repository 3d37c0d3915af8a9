/** Carries out what a program has decided. */
import type { Cycle, Preemption, WhatIf } from '../../policy.ts';
import { isObject } from './lines.ts';
import type { Message } from './lines.ts';

/** Told by a program and wrong: becomes an error with the program's name. */
export class Refusal extends Error {
  /** What to do instead. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** What a program may name, and what its decisions may refer to. */
export interface Occasion {
  readonly cycle: Cycle;
  /** Whether the job has been submitted: others must not be named. */
  isKnown(job: number): boolean;
  /** What is left beside the job that was last asked "when_fits" for in this cycle. */
  readonly beside?: WhatIf;
  started(job: number): void;
}

/** Carries them out, one after the other. */
export function carryOut(decisions: unknown, occasion: Occasion): void {
  if (decisions === undefined) return;
  if (!Array.isArray(decisions)) throw new Refusal(`"decisions" is ${JSON.stringify(decisions)}: give a list`);
  for (const decision of decisions) {
    try {
      carryOutOne(decision, occasion);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const hint = error instanceof Refusal ? error.hint : undefined;
      throw new Refusal(`its decision ${JSON.stringify(decision)} cannot be carried out: ${error.message}`, hint);
    }
  }
}

function carryOutOne(decision: unknown, occasion: Occasion): void {
  if (!isObject(decision)) throw new Refusal('it is no object');
  const verb = Object.hasOwn(VERBS, String(decision.verb)) ? VERBS[String(decision.verb)] : undefined;
  if (verb === undefined) throw new Refusal(`there is no such verb; one of: ${Object.keys(VERBS).join(', ')}`);
  verb(decision, occasion);
}

const VERBS: Readonly<Record<string, (decision: Message, occasion: Occasion) => void>> = {
  start: (decision, occasion) => start(decision, occasion),
  place(decision, { cycle, isKnown }) {
    const [group, node, tasks] = [
      wholeNumber(decision, 'group', 0),
      wholeNumber(decision, 'node'),
      wholeNumber(decision, 'tasks'),
    ];
    cycle.place(jobOf(decision.job, isKnown), group, node, tasks, time(decision, 'bound_ms'));
  },
  preempt(decision, { cycle, isKnown }) {
    // The core refuses ways that there are not.
    const how = (decision.how ?? 'requeue') as Preemption['how'];
    cycle.preempt(jobOf(decision.job, isKnown), { how, grace: time(decision, 'grace_ms') });
  },
  evict(decision, { cycle, isKnown }) {
    const [group, node, tasks] = [
      wholeNumber(decision, 'group', 0),
      wholeNumber(decision, 'node'),
      wholeNumber(decision, 'tasks'),
    ];
    cycle.evict({ job: jobOf(decision.job, isKnown), group, node, tasks }, time(decision, 'grace_ms'));
  },
  reject: (decision, { cycle, isKnown }) => cycle.reject(jobOf(decision.job, isKnown), text(decision, 'reason')),
  explain: (decision, { cycle, isKnown }) => cycle.explain(jobOf(decision.job, isKnown), text(decision, 'reason')),
  wake(decision, { cycle }) {
    const at = time(decision, 'at_ms');
    if (at === undefined) throw new Refusal('it has no "at_ms"');
    cycle.wakeAt(at);
  },
};

function start(decision: Message, { cycle, isKnown, beside, started }: Occasion): void {
  const { if_fits: ifFits } = decision;
  if (ifFits !== undefined && ifFits !== 'each' && ifFits !== 'in-order')
    throw new Refusal(`"if_fits" is ${JSON.stringify(ifFits)}: "each", "in-order" or nothing`);
  const within = decision.beside_reservation === true ? besideOf(beside) : undefined;
  for (const job of jobsOf(decision.jobs, isKnown)) {
    if (ifFits !== undefined && !cycle.free.fits(job, within)) {
      if (ifFits === 'each') continue;
      return;
    }
    cycle.start(job, within);
    started(job);
  }
}

export function besideOf(beside: WhatIf | undefined): WhatIf {
  if (beside === undefined) throw new Refusal('there is no reservation: ask "when_fits" first, in the same cycle');
  return beside;
}

/** A list of jobs. */
export function jobsOf(value: unknown, isKnown: (job: number) => boolean): number[] {
  if (!Array.isArray(value)) throw new Refusal(`${JSON.stringify(value) ?? 'nothing'} is no list of jobs`);
  return value.map((job) => jobOf(job, isKnown));
}

export function jobOf(value: unknown, isKnown: (job: number) => boolean): number {
  if (typeof value === 'number' && Number.isInteger(value) && isKnown(value)) return value;
  const hint = 'jobs are named by "job", not by "id"';
  throw new Refusal(`no job ${JSON.stringify(value) ?? 'without a number'} has been submitted`, hint);
}

function wholeNumber(decision: Message, field: string, usual?: number): number {
  const value = decision[field] ?? usual;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new Refusal(`"${field}" is ${JSON.stringify(value) ?? 'missing'}: give a whole number`);
}

/** [ms] */
function time(decision: Message, field: string): number | undefined {
  const value = decision[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new Refusal(`"${field}" is ${JSON.stringify(value)}: give whole milliseconds`);
}

function text(decision: Message, field: string): string {
  const value = decision[field];
  if (typeof value === 'string') return value;
  throw new Refusal(`"${field}" is ${JSON.stringify(value) ?? 'missing'}: give a text`);
}
