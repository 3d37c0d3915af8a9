/** Fifty gangs on eight nodes at once: who gets through, and who locks up. */
import { COMPLETED } from '../../schedule.ts';
import { randomStream } from '../../random.ts';
import type { SystemRun } from '../simulate-system.ts';
import type { Parameters } from '../../parameters.ts';
import { mean, workloadOf } from './bench.ts';
import type { Bench, Comparison } from './bench.ts';

const SOURCE = 'converged-computing/operator-experiments, google/scheduler, run10';
const SECOND = 1000;
const NODES = 8;
/** In this order, over and over: the script was not told to shuffle. */
const SIZES = [2, 3, 4, 5, 6];
const EACH = 10;
/** The pods of a gang find each other [ms]. */
const LEAST_PING = 1000;
const MOST_PING = 3000;

/** How one of the schedulers was measured. */
interface ClogSetting {
  readonly policy?: string;
  readonly parameters?: Parameters;
  /** Between submissions of gangs [ms]. */
  readonly gap?: number;
  /** From the end of the first pod until the script has seen it, and deletes the others [ms]. */
  readonly seenLate?: number;
}

/**
 * Gangs of 2 to 6 pods, one after the other. A node takes one pod. The first pod of a gang pings its siblings, and is done;
 * these sleep on until the script, which polls for fifty gangs at once, has seen that and has deleted the job, with the usual
 * grace. The nodes are held until then, that of the first pod too: the real one was free before, for which no gang was small
 * enough.
 */
export function clogRun(bench: Bench, name: string, { policy, parameters = {}, ...when }: ClogSetting = {}, seed = 1): SystemRun {
  const { gap = 300, seenLate = 0 } = when;
  const random = randomStream(seed, 'clog');
  const gangs = Array.from({ length: EACH * SIZES.length }, (_, row) => ({
    submit: row * gap,
    runtime: Math.round(LEAST_PING + (MOST_PING - LEAST_PING) * random.uniform()) + seenLate,
    tasks: SIZES[row % SIZES.length],
    cpu: 5000,
  }));
  const values = new Map([
    ...(policy === undefined ? [] : [['managers.kube.policy', policy] as const]),
    ...Object.entries(parameters).map(([key, value]) => [`managers.kube.parameters.${key}`, String(value)] as const),
    ['managers.kube.end.siblings.time', '30s'] as const,
  ]);
  const system = bench.system(name, { values, pools: new Map([['cloud', `nodes=${NODES},cpus=8`]]) });
  return bench.run(system, { jobs: workloadOf(gangs) }, { seed, until: 20_000 * SECOND });
}

export function completedOf({ jobs }: SystemRun): number {
  return jobs.state.reduce((sum, state) => sum + (state === COMPLETED ? 1 : 0), 0);
}

/** By the times in the logs of the gangs, of which the first five were over before the script looked for them. */
const FLUENCE: ClogSetting = { gap: 305, seenLate: 2765 };
/**
 * The order of its queue asks the API server for the group of either pod, at each comparison, as its client keeps no copies: of
 * two hundred pods in a heap, one is taken out after some fifteen comparisons, at fifty requests a second.
 */
const COSCHEDULING: ClogSetting = {
  policy: 'coscheduling',
  parameters: { timeout: '300s', attempt: '300ms' },
  gap: 526,
  seenLate: 3328,
};

/** With what its attempts and calls take: pods of several gangs mix in the queue. The nearest queue to that of the cluster. */
export const PODS: ClogSetting = { parameters: { costs: 'stock', version: '1.26' }, seenLate: 2400 };

/** Who is tried first is chance: the model says what it comes to on average. */
const SEEDS = [1, 2, 3, 4, 5];

export function compareClogs(bench: Bench): Comparison[] {
  const runs = (name: string, setting: ClogSetting) => SEEDS.map((seed) => clogRun(bench, name, setting, seed));
  const row = { source: SOURCE, kind: 'outcome', unit: 'jobs', what: 'clog: completed' } as const;
  const completed = (all: readonly SystemRun[]) => mean(all.map(completedOf));
  const fluence = runs('fluence', FLUENCE);
  const gangs = runs('kube-default', COSCHEDULING);
  const pods = runs('kube-default', PODS);
  return [
    { ...row, system: 'fluence', published: 50, model: completed(fluence) },
    ...timesOf('fluence', fluence, [1418, 770.2, 28.6]),
    { ...row, system: 'coscheduling', published: 50, model: completed(gangs) },
    ...timesOf('coscheduling', gangs, [1445, 787.7, 28.9]),
    { ...row, system: 'kube-default', published: 2, model: completed(pods) },
  ];
}

type Times = readonly [makespan: number, complete: number, gap: number];

function timesOf(system: string, runs: readonly SystemRun[], published: Times): Comparison[] {
  const row = { source: SOURCE, kind: 'outcome', unit: 's', system } as const;
  const times = runs.map(timesOfRun);
  const what = ['clog: makespan', 'clog: submission to completion, mean', 'clog: between completions, mean'];
  return what.map((name, at) => ({ ...row, what: name, published: published[at], model: mean(times.map((one) => one[at])) }));
}

/** Until the last one is complete, from submission to completion, and between completions [s]. */
function timesOfRun({ jobs }: SystemRun): Times {
  const done = Array.from(jobs.end, (_, job) => job).filter((job) => !Number.isNaN(jobs.end[job]));
  const ends = done.map((job) => jobs.end[job] / SECOND).sort((a, b) => a - b);
  const last = ends[ends.length - 1] ?? NaN;
  const complete = mean(done.map((job) => (jobs.end[job] - jobs.submit[job]) / SECOND));
  return [last, complete, (last - ends[0]) / (ends.length - 1)];
}
