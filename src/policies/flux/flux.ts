import type { ParameterSpecs } from '../../parameters.ts';
import type { Cycle, Policy, PolicySetup, PolicySpec, Profile } from '../../policy.ts';
import { orderOf } from '../orders.ts';

/** Jobs of a loop that may get a reservation, unless they are told [count]; fcfs stops at the first that does not fit. */
const RESERVATIONS: Readonly<Record<string, number>> = { fcfs: 0, easy: 1, hybrid: 64, conservative: 100_000 };

const PARAMETERS = {
  queue: {
    summary:
      'The queue policy: fcfs = stop at the first job that does not fit; easy, hybrid, conservative = reserve for it, and for so many more.',
    type: 'choice',
    choices: Object.keys(RESERVATIONS),
    default: 'fcfs',
  },
  'queue-depth': { summary: 'Jobs that a loop looks at, those that it starts included.', type: 'integer', default: 32, min: 1 },
  'reservation-depth': {
    summary: 'Jobs of a loop that get a reservation; 0 = as the queue policy has it: 1, 64 or all.',
    type: 'integer',
    default: 0,
    min: 0,
  },
} as const satisfies ParameterSpecs;

/** The scheduling loop of Fluxion: nothing is remembered from one loop to the next. */
export const flux: PolicySpec = {
  name: 'flux',
  summary: 'Fluxion of Flux: so many jobs of the queue are started, or get a reservation that lasts until the next loop.',
  source:
    'flux-framework/flux-sched, qmanager/policies: queue_policy_fcfs_impl.hpp, queue_policy_bf_base_impl.hpp; defaults of sched-fluxion-qmanager',
  parameters: PARAMETERS,
  create: createFlux,
};

function createFlux(setup: PolicySetup): Policy {
  const { jobs, parameters } = setup;
  const queue = String(parameters.queue);
  const depth = Number(parameters['queue-depth']);
  const reservations = Number(parameters['reservation-depth']) || RESERVATIONS[queue];
  const lengthOf = (job: number) => Math.max(1, jobs.walltime[job]);
  const order = orderOf({ order: 'priority' }, jobs);

  if (queue === 'fcfs') return { order, schedule: (cycle) => startFirst(cycle, depth) };
  return {
    order,
    schedule(cycle) {
      if (cycle.pending.first() < 0) return;
      const loop = { cycle, profile: profileOf(cycle, setup.createProfile()), lengthOf };
      let reserved = 0;
      let next = cycle.pending.first();
      for (let looked = 0; looked < depth && next >= 0; looked++) {
        const job = next;
        next = cycle.pending.after(job);
        if (!startIfFree(job, loop) && reserved < reservations && reserve(job, loop)) reserved++;
      }
    },
  };
}

interface Loop {
  readonly cycle: Cycle;
  readonly profile: Profile;
  lengthOf(job: number): number;
}

function startFirst(cycle: Cycle, depth: number): void {
  for (let looked = 0; looked < depth; looked++) {
    const job = cycle.pending.first();
    if (job < 0) return;
    if (!cycle.free.fits(job)) return cycle.explain(job, 'first in the queue, and does not fit yet');
    cycle.start(job);
  }
}

/** What runs holds its resources until its limit; what has outlived it may go at any moment. */
function profileOf({ running, now }: Cycle, profile: Profile): Profile {
  for (let job = running.first(); job >= 0; job = running.after(job)) {
    const end = running.expectedEnd(job);
    if (end > now) profile.take(job, now, end);
  }
  return profile;
}

function startIfFree(job: number, { cycle, profile, lengthOf }: Loop): boolean {
  const { now, free } = cycle;
  const end = now + lengthOf(job);
  if (!free.fits(job) || !profile.fits(job, now, end)) return false;
  cycle.start(job);
  profile.take(job, now, end);
  return true;
}

/**
 * A job that can be promised no time is passed over, as if resources were down. Answers whether it has one. Nobody wakes
 * up when the time has come: loops follow submissions and ends.
 */
function reserve(job: number, { cycle, profile, lengthOf }: Loop): boolean {
  const from = profile.earliest(job, cycle.now, lengthOf(job));
  if (from === Infinity) return false;
  profile.take(job, from, from + lengthOf(job));
  cycle.explain(job, 'has a reservation until the next loop');
  return true;
}
