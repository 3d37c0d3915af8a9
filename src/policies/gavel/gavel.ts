import type { ParameterSpecs } from '../../parameters.ts';
import type { PolicySpec } from '../../policy.ts';
import { loadLinearSolver } from '../../linear-program.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { blindToTypes, isolated } from './allocation.ts';
import { fifo } from './fifo.ts';
import { finishTime } from './finish-time.ts';
import { maxMin } from './max-min.ts';
import { Rounds } from './rounds.ts';

const rounds: ParameterSpecs = {
  round: { summary: 'How long a round is; who runs changes only between rounds.', type: 'duration', min: 1, default: 6 * MINUTE },
  reallocate: {
    summary: 'Shares are made anew once jobs have come or gone, but not before they have been in force for so long.',
    type: 'duration',
    min: 0,
    default: 1920 * SECOND,
  },
  weights: {
    summary:
      'How much jobs are worth: equal = all the same; priority = as much as their priority in the trace says, where that is above 0.',
    type: 'choice',
    choices: ['equal', 'priority'],
    default: 'equal',
  },
  runtimes: {
    summary: 'What is known of run times: oracle = the true ones, as in the papers; walltime = what users have asked for.',
    type: 'choice',
    choices: ['oracle', 'walltime'],
    default: 'oracle',
  },
};

const MECHANISM =
  'Time is shared out by a linear program that HiGHS solves; the shares are kept by rounds, in which those go first that have received least of theirs, type by type in the order of the pools of the cluster, the fastest first. Jobs go on with what they hold as long as they stay on one type; what moving costs is what the trace or model says of checkpoints';

export const gavel: PolicySpec = {
  name: 'gavel',
  summary:
    'Shares of time on every type of GPU, as a linear program makes them from how fast jobs are on which, given out in rounds.',
  source: `Narayanan et al., "Heterogeneity-aware cluster scheduling policies for deep learning workloads", OSDI 2020; its simulator, github.com/stanford-futuredata/gavel, scheduler/. ${MECHANISM}`,
  fidelity:
    'On the 96 jobs of its trace for 8 V100, 16 P100 and 24 K80, fifo and isolated in rounds of whole steps end with the average and makespan that its simulator prints (5.42 and 20.09 h, 5.52 and 21.71 h). max-min 4.06 h (there 4.16, with ECOS 2.0.14 4.06) and max-min-blind 5.40 h (5.23 and 5.55): many shares are equally good, and which of them a solver finds decides.',
  parameters: {
    share: {
      summary:
        'What is shared out: max-min = the least speed, against that with an equal part, is as large as can be; max-min-blind = the same without regard to types; isolated = an equal part of every type; fifo = one type each until there is no room, the fastest; fifo-blind = one by chance.',
      type: 'choice',
      choices: ['max-min', 'max-min-blind', 'isolated', 'fifo', 'fifo-blind'],
      default: 'max-min',
    },
    ...without(rounds, 'runtimes'),
  },
  needsNodes: true,
  load: async () => void (await loadLinearSolver()),
  create: (setup) => {
    const { random, parameters } = setup;
    switch (parameters.share) {
      case 'max-min-blind':
        return new Rounds(setup, { allocate: (state) => maxMin(blindToTypes(state)), order: 'shuffled' });
      case 'isolated':
        return new Rounds(setup, { allocate: isolated, order: 'shuffled' });
      case 'fifo':
        return new Rounds(setup, { allocate: fifo('fastest', random), order: 'as they are', onlySharers: true });
      case 'fifo-blind':
        return new Rounds(setup, { allocate: fifo('by chance', random), order: 'shuffled', onlySharers: true });
      default:
        return new Rounds(setup, { allocate: maxMin, order: 'as they are' });
    }
  },
};

export const themis: PolicySpec = {
  name: 'themis',
  summary:
    'Finish-time fairness: the time jobs take, against that with an equal part of the cluster to themselves, is for the worst of them as small as can be.',
  source: `Mahajan et al., "Themis: fair and efficient GPU cluster scheduling", NSDI 2020, for what is fair; as a share of time, in place of its auctions, as in the simulator of Gavel, github.com/stanford-futuredata/gavel, scheduler/policies/finish_time_fairness.py. ${MECHANISM}`,
  fidelity:
    'On the 96 jobs of Gavel, in rounds of whole steps, 4.16 h on average, against 4.17 h in its simulator with ECOS 2.0.14: many shares are equally good, and which of them a solver finds decides.',
  parameters: {
    types: {
      summary: 'Whether types of GPU count: seen = jobs are as fast as they are on each; blind = as fast on all.',
      type: 'choice',
      choices: ['seen', 'blind'],
      default: 'seen',
    },
    ...without(rounds, 'weights'),
  },
  needsNodes: true,
  load: async () => void (await loadLinearSolver()),
  create: (setup) => {
    const { parameters, oracleRuntime, jobs } = setup;
    const work = parameters.runtimes === 'oracle' ? oracleRuntime() : jobs.walltime;
    const allocate = finishTime();
    const blind = parameters.types === 'blind';
    return new Rounds(setup, {
      allocate: blind ? (state) => allocate(blindToTypes(state)) : allocate,
      order: blind ? 'shuffled' : 'as they are',
      work: (job) => work[job],
    });
  },
};

function without(specs: ParameterSpecs, name: string): ParameterSpecs {
  return Object.fromEntries(Object.entries(specs).filter(([key]) => key !== name));
}
