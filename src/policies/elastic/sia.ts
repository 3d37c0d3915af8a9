import { LinearProgram, linearSolver, loadLinearSolver } from '../../linear-program.ts';
import type { Policy, PolicySetup, PolicySpec } from '../../policy.ts';
import { SECOND } from '../../units.ts';
import type { ElasticJob } from './elastic-jobs.ts';
import { ElasticRounds, roundParameter } from './elastic-rounds.ts';
import type { Round } from './elastic-rounds.ts';
import { configurationsOf, oddConfigurations, typesOf } from './sia-configurations.ts';
import type { Configuration } from './sia-configurations.ts';
import { gainsOf } from './sia-gains.ts';
import { SiaPlacement } from './sia-placement.ts';
import type { Allocations } from './targets.ts';

export const sia: PolicySpec = {
  name: 'sia',
  summary:
    'Which job gets how many GPUs of which model is solved anew every round, as a whole-number programme over what each gains from them.',
  source:
    'Jayaram Subramanya et al., "Sia: heterogeneity-aware, goodput-optimized ML-cluster scheduling", SOSP 2023; its simulator, github.com/siasosp23/artifacts, sia-simulator/sia.py. There, agents fit a model of speed to what they have seen; here, goodput is the true one on models of GPUs that a job has run on, and that of one of these otherwise, by how they compare on one GPU; as there, none is known before a job has run, and no job gets more than twice the GPUs that it has held before. HiGHS solves, in place of CBC. What jobs need at least is a size too, where there jobs ask for powers of two. Jobs whose GPUs stay the same keep their nodes, unless others find room only in pieces',
  fidelity:
    'Hours to completion on average, the 99th percentile of them and makespan, means over its workloads, here and there. On its three models of GPUs: eight of Philly 0.58, 8.7 and 13.5 (0.6, 9.5, 14.2), ten of Helios 0.68, 9.8 and 14.3 (0.7, 10.9, 14.9), ten of its own trace 0.73, 6.2 and 51.5 (0.7, 4.6, 52.2). On 64 T4, Philly: 1.98, 16.5 and 21.7 (1.9, 18.1, 21.4), beside pollux 1.92, 17.1 and 21.3 (2.0, 19.3, 21.7).',
  parameters: {
    round: roundParameter,
    p: { summary: 'Exponent of gains; below 0: the lower, the fairer.', type: 'number', max: -0.01, default: -0.5 },
    'no-allocation': { summary: 'What every job costs that gets no GPUs.', type: 'number', min: 0, default: 1.1 },
    restart: {
      summary: 'What a restart of a job without a model of its own is taken to cost.',
      type: 'duration',
      min: 0,
      default: 30 * SECOND,
    },
  },
  needsNodes: true,
  load: async () => void (await loadLinearSolver()),
  create: (setup) => createSia(setup),
};

function createSia(setup: PolicySetup): Policy {
  const { parameters, jobs } = setup;
  const aims = {
    p: Number(parameters.p),
    unallocated: Number(parameters['no-allocation']),
    restart: Number(parameters.restart),
    submit: jobs.submit,
  };
  /** What each job was given last. */
  let before: ReadonlyMap<number, Configuration> = new Map();
  const decide = (round: Round): Allocations => {
    const types = typesOf(round);
    const usual = types.flatMap((type, index) => configurationsOf(type, index));
    const odd = types.flatMap((type, index) => oddConfigurations(type, index, usual, round.active));
    const configurations = [...usual, ...odd];
    const held = new Map([...before].filter(([job]) => round.cycle.running.has(job)));
    const gains = round.active.map((one) => gainsOf(round, one, { types, configurations, held: held.get(one.job), ...aims }));
    const picked = pick(round.active, configurations, gains, { capacity: types.map(({ gpus }) => gpus), ...aims });
    before = picked;
    return new SiaPlacement(round, types).place(picked, held);
  };
  return new ElasticRounds(setup, decide, 'one model');
}

interface Aims {
  readonly p: number;
  readonly unallocated: number;
  /** Of each type [GPUs]. */
  readonly capacity: readonly number[];
}

/** As there, to two digits, and not more than so much. */
const LARGEST = 3000;

/** At most one configuration for each job, so that the sum of costs is the least. */
export function pick(
  jobs: readonly Pick<ElasticJob, 'job'>[],
  configurations: readonly Configuration[],
  gains: readonly ArrayLike<number>[],
  { p, unallocated, capacity }: Aims,
): Map<number, Configuration> {
  const program = new LinearProgram();
  const used = capacity.map((): { columns: number[]; values: number[] } => ({ columns: [], values: [] }));
  const meanings: { job: number; configuration: Configuration }[] = [];
  jobs.forEach(({ job }, row) => {
    const own: number[] = [];
    configurations.forEach((configuration, index) => {
      const gain = gains[row][index];
      if (!(gain > 0)) return;
      const cost = Math.min(LARGEST, Math.round(gain ** p * 100) / 100);
      const variable = program.choice(unallocated - cost);
      meanings[variable] = { job, configuration };
      own.push(variable);
      used[configuration.type].columns.push(variable);
      used[configuration.type].values.push(configuration.gpus);
    });
    if (own.length > 0)
      program.row(
        -Infinity,
        1,
        own,
        own.map(() => 1),
      );
  });
  used.forEach(({ columns, values }, type) => {
    if (columns.length > 0) program.row(-Infinity, capacity[type], columns, values);
  });
  const solution = meanings.length === 0 ? undefined : linearSolver().solve(program);
  const picked = new Map<number, Configuration>();
  meanings.forEach(({ job, configuration }, variable) => {
    if (solution !== undefined && solution[variable] > 0.5) picked.set(job, configuration);
  });
  return picked;
}
