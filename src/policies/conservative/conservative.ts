import { processorCount } from '../../cluster.ts';
import type { Cycle, Policy, PolicySetup, PolicySpec, Rhythm } from '../../policy.ts';
import { orderOf, orderParameter } from '../orders.ts';
import { MachineProfile } from './machine-profile.ts';
import { Plan } from './plan.ts';
import { startEarly } from './start-early.ts';

/**
 * "Conservative backfilling" is not one algorithm either: papers leave open what becomes of the reservations when a
 * job ends early. Each variant says it differently.
 */
const VARIANTS: Record<string, Variant> = {
  keep: {
    summary: 'a reservation is never moved but to start the job at once, if that delays no other',
    revise(plan, cycle) {
      startEarly(plan, cycle);
      promiseTheRest(plan, cycle);
    },
  },
  compress: {
    summary: 'each waiting job in turn is moved to the earliest time that the others leave',
    revise: compress,
  },
  pyss: {
    summary: 'as compress, but arrivals before ends, and a pass after each event; the same schedules as pyss',
    rhythm: { first: 'submissions', cycle: 'event' },
    revise: compress,
  },
  batsched: {
    summary: 'as compress, but jobs and reservations hold certain processors; the same schedules as batsched conservative_bf',
    revise: compress,
    numbersProcessors: true,
  },
  rebuild: {
    summary: 'all reservations are made anew, in the order of the queue',
    revise: () => {},
    renews: true,
  },
};

interface Variant {
  readonly summary: string;
  readonly rhythm?: Rhythm;
  /** What becomes of reservations at an instant at which jobs have ended. */
  revise(plan: Plan, cycle: Cycle): void;
  readonly renews?: boolean;
  /** Gives the processors of a pool numbers; nodes have an identity anyway. */
  readonly numbersProcessors?: boolean;
}

export const conservative: PolicySpec = {
  name: 'conservative',
  summary: 'Backfilling with a reservation for every job: none is started if that delays one that came before.',
  source: 'Mu\'alem & Feitelson, "Utilization, predictability, workloads, and user runtime estimates", IEEE TPDS 12(6), 2001',
  fidelity:
    "The variants rebuild and pyss start every job when a textbook rebuild and pyss do; batsched's starts 4,294 of 4,606 jobs when batsched does, and all of them if limits are 5 s longer; Alea's is not reproduced.",
  parameters: {
    variant: {
      summary: `What becomes of reservations when jobs end: ${Object.entries(VARIANTS)
        .map(([name, { summary }]) => `${name} = ${summary}`)
        .join('; ')}.`,
      type: 'choice',
      choices: Object.keys(VARIANTS),
      default: 'keep',
    },
    order: orderParameter,
  },
  create: createConservative,
};

function createConservative(setup: PolicySetup): Policy {
  const { rhythm, revise, renews = false, numbersProcessors = false } = VARIANTS[String(setup.parameters.variant)];
  const order = orderOf(setup.parameters, setup.jobs);
  const { jobs, cluster } = setup;
  const numbered = () => new MachineProfile(jobs, processorCount(cluster));
  const plan = new Plan(jobs, numbersProcessors && cluster.interchangeable ? numbered : setup.createProfile);

  /**
   * Whether a plan made anew would be another one. Not if jobs ended when they were expected to, nor if jobs came in
   * at the end of the queue: all before them would get the times that they have.
   */
  function mustRenew({ changed }: Cycle, early: boolean): boolean {
    const reorders = order !== undefined && (order.varies === true || changed.submitted.length > 0);
    return renews && (early || changed.expectations || reorders);
  }

  return {
    order,
    rhythm,
    schedule(cycle) {
      const broken = plan.isBroken(cycle);
      const early = plan.settle(cycle);
      if (broken || mustRenew(cycle, early)) {
        plan.renew(cycle);
      } else {
        if (cycle.changed.ended.length > 0) revise(plan, cycle);
        promiseArrivals(plan, cycle);
      }
      plan.startDue(cycle);
    },
  };
}

/** Jobs that come in at the same instant get their reservations in the order of the queue. */
function promiseArrivals(plan: Plan, cycle: Cycle): void {
  const { changed, pending, now } = cycle;
  let arrivals = changed.submitted;
  if (arrivals.length > 1) {
    arrivals = [...arrivals].sort((a, b) => (pending.isBefore(a, b) ? -1 : 1));
  }
  for (const job of arrivals) {
    plan.promise(job, now);
    plan.explain(job, cycle);
  }
}

/** Jobs that could not be promised any time may be given one now. */
function promiseTheRest(plan: Plan, cycle: Cycle): void {
  const { pending, now } = cycle;
  if (plan.unpromised === 0) return;
  for (let job = pending.first(); job >= 0; job = pending.after(job)) {
    if (plan.promised(job) !== Infinity) continue;
    move(plan, job, now);
    plan.explain(job, cycle);
  }
}

/** In the order of the queue, moves reservations to the earliest time that all others leave: never to a later one. */
function compress(plan: Plan, { pending, now }: Cycle): void {
  for (let job = pending.first(); job >= 0; job = pending.after(job)) if (plan.promised(job) > now) move(plan, job, now);
}

function move(plan: Plan, job: number, now: number): void {
  plan.withdraw(job);
  plan.promise(job, now);
}
