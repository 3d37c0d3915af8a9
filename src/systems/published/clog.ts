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
const SIZES = [2, 3, 4, 5, 6];
const EACH = 10;

/** Gangs of 2 to 6 pods, in a random order, submitted at once; they ping each other for 0.1 to 1.2 s. A node takes one pod. */
export function clogRun(bench: Bench, name: string, policy?: string, seed = 1, parameters: Parameters = {}): SystemRun {
  const random = randomStream(seed, 'clog');
  const sizes = Array.from({ length: EACH * SIZES.length }, (_, row) => SIZES[row % SIZES.length]);
  for (let last = sizes.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [sizes[last], sizes[other]] = [sizes[other], sizes[last]];
  }
  const gangs = sizes.map((tasks) => ({ submit: 0, runtime: Math.round(100 + 1100 * random.uniform()), tasks, cpu: 5000 }));
  const values = new Map([
    ...(policy === undefined ? [] : [['managers.kube.policy', policy] as const]),
    ...Object.entries(parameters).map(([key, value]) => [`managers.kube.parameters.${key}`, String(value)] as const),
    // The first pod is done, its siblings sleep on: the job is deleted with the usual grace.
    ['managers.kube.end.siblings.time', '30s'] as const,
  ]);
  const system = bench.system(name, { values, pools: new Map([['cloud', `nodes=${NODES},cpus=8`]]) });
  return bench.run(system, { jobs: workloadOf(gangs) }, { seed, until: 20_000 * SECOND });
}

export function completedOf({ jobs }: SystemRun): number {
  return jobs.state.reduce((sum, state) => sum + (state === COMPLETED ? 1 : 0), 0);
}

export function compareClogs(bench: Bench): Comparison[] {
  const fluence = clogRun(bench, 'fluence');
  const pods = clogRun(bench, 'kube-default');
  const row = { source: SOURCE, kind: 'outcome', unit: 'jobs' } as const;
  const gangs = clogRun(bench, 'kube-default', 'coscheduling', 1, { timeout: '300s' });
  return [
    { ...row, system: 'fluence', what: 'clog: completed', published: 50, model: completedOf(fluence) },
    ...timesOf('fluence', fluence, [1418, 770.2, 28.6]),
    { ...row, system: 'coscheduling', what: 'clog: completed', published: 50, model: completedOf(gangs) },
    ...timesOf('coscheduling', gangs, [1445, 787.7, 28.9]),
    { ...row, system: 'kube-default', what: 'clog: completed', published: 2, model: completedOf(pods) },
  ];
}

type Times = readonly [makespan: number, complete: number, gap: number];

/** Until the last one is complete, from submission to completion, and between completions [s]. */
function timesOf(system: string, { jobs }: SystemRun, [makespan, complete, gap]: Times): Comparison[] {
  const row = { source: SOURCE, kind: 'outcome', unit: 's', system } as const;
  const ends = Array.from(jobs.end)
    .filter((end) => !Number.isNaN(end))
    .map((end) => end / SECOND)
    .sort((a, b) => a - b);
  const last = ends[ends.length - 1] ?? NaN;
  return [
    { ...row, what: 'clog: makespan', published: makespan, model: last },
    { ...row, what: 'clog: submission to completion, mean', published: complete, model: mean(ends) },
    { ...row, what: 'clog: between completions, mean', published: gap, model: (last - ends[0]) / (ends.length - 1) },
  ];
}
