import type { Policy, PolicySetup, PolicySpec } from '../../policy.ts';
import { orderOf, orderParameter } from '../orders.ts';
import { concreteMachines } from './concrete-machines.ts';
import { fixedReservation, strictReservation, withoutProtection } from './fixed-reservation.ts';
import { textbook } from './textbook.ts';

/** "EASY" is not one algorithm. Each dialect makes the same decisions as the simulator it is named after. */
const DIALECTS: Record<string, { summary: string; create(setup: PolicySetup): Policy }> = {
  textbook: {
    summary: 'one pass an instant, the reservation made anew in each',
    create: (setup) => textbook(setup, { length: setup.jobs.walltime }),
  },
  pyss: {
    summary: 'a pass after each event, arrivals before early ends; jobs whose walltime is used up count as gone by then',
    create: (setup) => ({
      ...textbook(setup, { length: setup.jobs.walltime }),
      rhythm: { first: 'due-ends', cycle: 'event' },
    }),
  },
  cqsim: {
    summary: 'ends before arrivals, a pass after each event; an oracle: candidates are judged by their true run times',
    create: (setup) => ({
      ...textbook(setup, { length: setup.oracleRuntime() }),
      rhythm: { first: 'ends', cycle: 'event' },
    }),
  },
  'batsched-easy': {
    summary: 'jobs and the reservation hold certain machines, the lowest free ones; without ends only arrivals are tried',
    create: concreteMachines,
  },
  'batsched-easy-fast': {
    summary: 'the reservation is fixed when a job becomes first; no extra processors; arrivals are tried one by one',
    create: fixedReservation,
  },
  rlscheduler: {
    summary: 'the reservation is fixed when a job becomes first; later jobs must be over before it; a pass after each event',
    create: strictReservation,
  },
  accasim: {
    summary: 'the reservation is fixed and protects nothing: any later job that fits starts',
    create: withoutProtection,
  },
};

export const easy: PolicySpec = {
  name: 'easy',
  summary: 'Backfilling with a reservation for the first job: a later job may start early if it does not delay that one.',
  source: 'Lifka, "The ANL/IBM SP scheduling system", JSSPP 1995; Mu\'alem & Feitelson, IEEE TPDS 12(6), 2001',
  fidelity:
    "Its dialects start every job when a textbook EASY, pyss, CQSim, batsched, AccaSim and RLScheduler do, on logs of 4,606 and 10,000 jobs; Alea's EASY is not reproduced.",
  parameters: {
    dialect: {
      summary: `Whose EASY: ${Object.entries(DIALECTS)
        .map(([name, { summary }]) => `${name} = ${summary}`)
        .join('; ')}.`,
      type: 'choice',
      choices: Object.keys(DIALECTS),
      default: 'textbook',
    },
    order: orderParameter,
  },
  create: (setup) => ({
    order: orderOf(setup.parameters, setup.jobs),
    ...DIALECTS[String(setup.parameters.dialect)].create(setup),
  }),
};
