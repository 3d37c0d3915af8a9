import { loadLinearSolver } from '../../linear-program.ts';
import type { ParameterSpecs } from '../../parameters.ts';
import type { PolicySpec } from '../../policy.ts';
import { MINUTE } from '../../units.ts';
import { WindowRounds } from './window-rounds.ts';

const parameters: ParameterSpecs = {
  round: { summary: 'How long a round is; who runs changes only between rounds.', type: 'duration', min: 1, default: 2 * MINUTE },
  rounds: { summary: 'How many rounds are planned ahead.', type: 'integer', min: 1, default: 20 },
  resolve: {
    summary: 'After how many rounds the plan is made anew though no job came or went.',
    type: 'integer',
    min: 1,
    default: 8,
  },
  'makespan-weight': {
    summary:
      'What a second costs that the longest job has left after the planned rounds, against the mean logarithm of progress over jobs and rounds.',
    type: 'number',
    min: 0,
    default: 0.001,
  },
  'most-unfair': {
    summary: 'How much later than in an equal share of the cluster a job may end [ratio of times since the trace began].',
    type: 'number',
    min: 0.01,
    default: 1,
  },
  urgency: {
    summary: 'Where not all jobs can end in time, the progress of late ones is worth more by this power of how late they are.',
    type: 'number',
    min: 0,
    default: 12,
  },
  gap: {
    summary: 'How far a plan may be from the best one, against what that is worth [ratio]; 0 = the best.',
    type: 'number',
    min: 0,
    max: 1,
    default: 0.001,
  },
  runtimes: {
    summary: 'What is known of run times: oracle = the true ones; walltime = what users have asked for.',
    type: 'choice',
    choices: ['oracle', 'walltime'],
    default: 'oracle',
  },
};

export const shockwave: PolicySpec = {
  name: 'shockwave',
  summary:
    'Plans the next rounds as a whole-number programme: the product of progress as large as can be, a short longest job, everybody over by when an equal share would have had it.',
  source:
    'Zheng et al., "Shockwave: fair and efficient cluster scheduling for dynamic adaptation in machine learning", NSDI 2023; its simulator, github.com/uw-mad-dash/shockwave, scheduler/shockwave.py, with the settings of its 32 GPUs. There, run times are forecast from the batch sizes seen so far, in whole epochs; here, they are known and progress is not in epochs. HiGHS solves to 0.1 % as there Gurobi does, but without its limit of 15 s: for how many rounds each job gets, since rounds are alike; which they are is arranged by exchanges, and a round for which no room is found goes to others. What a late job is worth is at most 10^6. All GPUs are taken as alike',
  fidelity:
    'On the 120 jobs of its trace for 32 V100 all are over after 24022 s (in its results 24197 s) and the worst job takes 1.26 times as long as with a 120th of the cluster (1.78); on average 11880 s (9958 s), 22 % above 1.05 (5 %). With gap=0.01 23880 s, 1.26, 11460 s and 8 %. With what jobs take there by themselves, whose batch sizes grow, for the run times of the trace, and gap=0: 21614 s, 1.09, 10044 s and 3 %. That takes 10 to 20 s of a processor, a third with gap=0.01; its 460 jobs for 128 GPUs take 250 s, and 65 s with gap=0.01.',
  parameters,
  needsNodes: true,
  load: async () => void (await loadLinearSolver()),
  create: (setup) =>
    new WindowRounds(setup, setup.parameters.runtimes === 'oracle' ? setup.oracleRuntime() : setup.jobs.walltime),
};
