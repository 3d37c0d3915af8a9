import type { Policy, PolicySetup, PolicySpec } from '../../policy.ts';
import { SECOND } from '../../units.ts';
import type { ElasticJob } from './elastic-jobs.ts';
import { ElasticRounds, roundParameter } from './elastic-rounds.ts';
import type { Round } from './elastic-rounds.ts';
import { PolluxSearch } from './pollux-search.ts';
import type { PolluxProblem } from './pollux-search.ts';
import { Speedups } from './speedups.ts';
import type { Allocations } from './targets.ts';

export const pollux: PolicySpec = {
  name: 'pollux',
  summary:
    'GPUs go where they speed trainings up most, all jobs considered: who holds how many is searched anew every round, against what a restart costs.',
  source:
    'Qiao et al., "Pollux: co-adaptive cluster scheduling for goodput-optimized deep learning", OSDI 2021; its artifact, github.com/petuum/adaptdl, branch osdi21-artifact, simulator/pollux.py. There, agents fit a model of speed to what they have seen; here, goodput is the true one, but as there, none is known before a job has run, and no job gets more than twice the GPUs that it has held before. Its search keeps the population by NSGA-II, this one by the speedup alone. All GPUs are taken to be of the model of the first node',
  fidelity:
    'On workload 6 of its artifact, with the batches of jobs free to change: 2294 s to completion on average, there 2446 s; 34 % less than las-2d here (there Tiresias, 29 % less), and 55 % less than optimus (54 %).',
  parameters: {
    round: roundParameter,
    p: { summary: 'Exponent of the mean of speedups: the lower, the fairer.', type: 'number', default: -1 },
    restart: { summary: 'What a restart is taken to cost.', type: 'duration', min: 0, default: 30 * SECOND },
    interference: {
      summary: 'Whether several jobs that are each on several nodes may share one: avoid or allow.',
      type: 'choice',
      choices: ['avoid', 'allow'],
      default: 'avoid',
    },
    population: { summary: 'States that the search keeps; 100 in the artifact.', type: 'integer', min: 2, default: 50 },
    generations: { summary: 'Steps of the search in each round; 100 in the artifact.', type: 'integer', min: 0, default: 20 },
  },
  needsNodes: true,
  create: (setup) => createPollux(setup),
};

/** Lest the mean of speedups, of which some are 0, is none. */
const LITTLE = 1e-3;

function createPollux(setup: PolicySetup): Policy {
  const { parameters, random, jobs: requests } = setup;
  const options = {
    population: Number(parameters.population),
    generations: Number(parameters.generations),
    interference: parameters.interference === 'allow' ? 'allow' : 'avoid',
  } as const;
  /** The last population, each state by job. */
  let before: ReadonlyMap<number, Int16Array>[] = [];
  const decide = (round: Round): Allocations => {
    const ordered = inOrder(round, requests.submit);
    const problem = problemOf(round, ordered, { ...parameters, submit: requests.submit });
    const first = before.map((state) => statesOf(ordered, problem.nodes, state));
    const population = new PolluxSearch(problem, options, random).run([problem.base, ...first]);
    before = population.map((state) => byJob(state, ordered, problem.nodes));
    return before[0];
  };
  return new ElasticRounds(setup, decide);
}

/** Those that have had least go first: what is too much is taken from the others. */
function inOrder({ active }: Round, submit: Float64Array): ElasticJob[] {
  return [...active].sort((a, b) => a.attained - b.attained || submit[a.job] - submit[b.job] || a.job - b.job);
}

function byJob(state: Int16Array, jobs: readonly ElasticJob[], nodes: number): ReadonlyMap<number, Int16Array> {
  return new Map(jobs.map(({ job }, row) => [job, state.slice(row * nodes, (row + 1) * nodes)]));
}

function statesOf(jobs: readonly ElasticJob[], nodes: number, rows: ReadonlyMap<number, Int16Array>): Int16Array {
  const state = new Int16Array(jobs.length * nodes);
  jobs.forEach(({ job }, row) => state.set(rows.get(job) ?? [], row * nodes));
  return state;
}

interface Aims {
  readonly p?: unknown;
  readonly restart?: unknown;
  readonly submit: Float64Array;
}

function problemOf(round: Round, jobs: readonly ElasticJob[], aims: Aims): PolluxProblem {
  const { capacity, cycle } = round;
  const nodes = capacity.length;
  const up = capacity.filter((gpus) => gpus > 0).length;
  const gpus = Math.max(
    1,
    capacity.reduce((sum, own) => sum + own, 0),
  );
  const fair = { gpus: Math.ceil(gpus / jobs.length), nodes: Math.max(1, Math.ceil(up / gpus)) };
  const model = round.jobs.modelOf(
    Math.max(
      0,
      capacity.findIndex((own) => own > 0),
    ),
  );
  const speedups = jobs.map((one) => new Speedups(round, one, fair, model));
  const factors = jobs.map((one) => restartFactor(one, cycle.now - aims.submit[one.job], Number(aims.restart)));
  const base = new Int16Array(jobs.length * nodes);
  jobs.forEach(({ held }, row) => base.set(held, row * nodes));
  const p = Number(aims.p);
  return {
    jobs: jobs.length,
    nodes,
    capacity,
    fewest: jobs.map(({ fewest }) => fewest),
    most: jobs.map(mostOf),
    base,
    forbids: (row, node) => !round.jobs.admits(jobs[row].job, round.jobs.modelOf(node)),
    value: (state) =>
      meanOf(jobs.length, p, (row) => {
        const { held, places, isSame } = look(state, base, row * nodes, nodes);
        return ((speedups[row].of(held, places) * up) / gpus) * (isSame ? 1 : factors[row]);
      }),
  };
}

/** Twice of what it has held before, but one that cannot do with less gets what it needs. */
function mostOf({ fewest, most, widest, training }: ElasticJob): number {
  return training === undefined ? most : Math.min(most, Math.max(fewest, 2 * widest, 1));
}

/** What is left of a speedup if the job restarts for it. Times are [ms]. */
function restartFactor({ restarts }: ElasticJob, age: number, delay: number): number {
  return Math.max(age - Math.max(0, restarts) * delay, 0) / (age + delay || 1);
}

function look(state: Int16Array, base: Int16Array, from: number, nodes: number) {
  let [held, places, isSame] = [0, 0, true];
  for (let at = from; at < from + nodes; at++) {
    held += state[at];
    if (state[at] > 0) places++;
    if (state[at] !== base[at]) isSame = false;
  }
  return { held, places, isSame };
}

function meanOf(count: number, p: number, speedup: (row: number) => number): number {
  let sum = 0;
  for (let row = 0; row < count; row++) {
    sum += p === 0 ? Math.log(Math.max(speedup(row), LITTLE)) : (speedup(row) + LITTLE) ** p;
  }
  return p === 0 ? Math.exp(sum / count) : (sum / count) ** (1 / p);
}
