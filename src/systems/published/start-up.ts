/** Start-up and clean-up on an idle machine: KSI evaluation, and clusters that are booted anew. */
import { GRACE } from '../meter.ts';
import { deviation, mean, oneByOne, quantile } from './bench.ts';
import type { Bench, Comparison } from './bench.ts';

const KSI = 'gwdg/pub-2025-ksi-evaluation, 10 runs each, Nov 2023';
const EPHEMERAL = 'gwdg/pub-2025-ephemeral-kubernetes, 50 deployments';
const RUNS = 200;
const SECOND = 1000;

/** From the submission to the first instruction, mean and standard deviation [s]. */
const STARTS: readonly (readonly [system: string, mean: number, deviation: number])[] = [
  ['slurm-native', 0.111, 0.01],
  ['bridge-operator', 2.725, 0.27],
  ['hpk', 2.497, 0.57],
  ['ksi', 53.92, 4.99],
];

export function compareStarts(bench: Bench): Comparison[] {
  const rows = STARTS.flatMap(([system, published, spread]) => {
    const starts = startsOf(bench, system);
    const row = { system, unit: 's', kind: 'input', source: KSI } as const;
    return [
      { ...row, what: 'start-up, mean', published, model: mean(starts) },
      { ...row, what: 'start-up, deviation', published: spread, model: deviation(starts) },
    ];
  });
  return [...rows, ...compareEnds(bench), compareTeardown(bench), ...compareBoot(bench)];
}

function startsOf(bench: Bench, name: string): number[] {
  // Far apart. Slurm looks at batch jobs once a second; what was measured of it alone was srun, which does not wait for that.
  const every = name === 'slurm-native' ? 600 * SECOND : 600 * SECOND + 370;
  const jobs = oneByOne(RUNS, every, { runtime: 10 * SECOND, tasks: 1, cpu: 1000 });
  const { start } = bench.run(bench.system(name), { jobs }).jobs;
  return Array.from(start, (time, job) => (time - jobs.submit[job]) / SECOND);
}

/** How late the end is seen, as the loops of the evaluation with sleep 5 tell: 3 to 4 s, and about 4 s. */
function compareEnds(bench: Bench): Comparison[] {
  const polls = [
    ['bridge-operator', 3.5, { 'bridges.kube->slurm.status.poll': '5s' }],
    ['hpk', 4, {}],
  ] as const;
  return polls.map(([system, published, values]) => {
    const jobs = oneByOne(RUNS, 600 * SECOND + 370, { runtime: 10 * SECOND, tasks: 1, cpu: 1000 });
    const { end, seen } = bench.run(bench.system(system, { values: new Map(Object.entries(values)) }), { jobs }).jobs;
    const model = mean(Array.from(end, (time, job) => (seen[job] - time) / SECOND));
    return { system, what: 'end seen and cleaned up after', unit: 's', published, model, kind: 'outcome', source: KSI };
  });
}

function compareTeardown(bench: Bench): Comparison {
  const jobs = oneByOne(RUNS, 600 * SECOND, { runtime: 10 * SECOND, tasks: 1, cpu: 1000 });
  const { levels } = bench.run(bench.system('ksi'), { jobs });
  const slurm = levels.find(({ manager }) => manager === 'slurm');
  // Each lease holds one node of eight processors.
  const model = (slurm?.purposes[GRACE] ?? NaN) / RUNS / 8000 / SECOND;
  return { system: 'ksi', what: 'cluster deleted after', unit: 's', published: 14.6, model, kind: 'input', source: KSI };
}

function compareBoot(bench: Bench): Comparison[] {
  const starts = startsOf(bench, 'ephemeral-kubernetes').map((time) => time - 2);
  const row = { system: 'ephemeral-kubernetes', unit: 's', kind: 'outcome', source: EPHEMERAL } as const;
  return [
    { ...row, what: 'cluster ready, mean', published: 89.9, model: mean(starts) },
    { ...row, what: 'cluster ready, median', published: 79.2, model: quantile(starts, 0.5) },
    { ...row, what: 'cluster ready, 95 %', published: 135.7, model: quantile(starts, 0.95) },
    // Of 50; the model draws 200.
    { ...row, what: 'cluster ready, longest', published: 136.8, model: Math.max(...starts) },
  ];
}
