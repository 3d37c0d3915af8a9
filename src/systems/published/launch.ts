/** Launching LAMMPS on 8 to 64 nodes: Flux Operator beside the MPI Operator. */
import { GRACE, PASSED, START_UP } from '../meter.ts';
import type { Level } from '../waterfall.ts';
import { mean, oneByOne } from './bench.ts';
import type { Bench, Comparison } from './bench.ts';

const SOURCE = 'converged-computing/operator-experiments, raw data of the F1000 paper';
const SECOND = 1000;
/** Of an hpc6a.48xlarge [millicores]. */
const NODE = 94_000;
const REPEATS = 5;

interface Launch {
  readonly nodes: number;
  /** LAMMPS under Flux, and under MPI [s]. */
  readonly lammps: readonly [number, number];
  readonly fluxSubmit: number;
  readonly fluxStart: number;
  readonly mpirun: number;
  readonly mpiEndToEnd: number;
  /** To create and delete the MiniCluster [s]. */
  readonly overhead: number;
  /** Submission to allocation inside [s]. */
  readonly inside: number;
}

const LAUNCHES: readonly Launch[] = [
  {
    nodes: 8,
    lammps: [74.3, 77.5],
    fluxSubmit: 80.8,
    mpirun: 85.3,
    fluxStart: 82.2,
    mpiEndToEnd: 92.0,
    overhead: 48.1,
    inside: 0.059,
  },
  {
    nodes: 16,
    lammps: [43.4, 45.0],
    fluxSubmit: 50.1,
    mpirun: 53.5,
    fluxStart: 51.7,
    mpiEndToEnd: 61.7,
    overhead: 49.0,
    inside: 0.091,
  },
  {
    nodes: 32,
    lammps: [26.7, 28.0],
    fluxSubmit: 34.1,
    mpirun: 36.8,
    fluxStart: 36.2,
    mpiEndToEnd: 48.0,
    overhead: 49.9,
    inside: 0.156,
  },
  {
    nodes: 64,
    lammps: [18.6, 20.1],
    fluxSubmit: 26.6,
    mpirun: 30.5,
    fluxStart: 28.8,
    mpiEndToEnd: 49.2,
    overhead: 51.1,
    inside: 0.286,
  },
];

export function compareLaunches(bench: Bench): Comparison[] {
  return LAUNCHES.flatMap((launch) => [...compareFlux(bench, launch), ...compareMpi(bench, launch)]);
}

function compareFlux(bench: Bench, { nodes, lammps: [runtime], ...published }: Launch): Comparison[] {
  const { jobs, levels } = launchOf(bench, 'flux-operator', nodes, runtime);
  const spent = (manager: string, purpose: number) => accountOf(levels, manager, purpose) / (REPEATS * nodes * NODE) / SECOND;
  const submit = spent('flux', START_UP) + mean(jobs);
  const row = { system: 'flux-operator', unit: 's', kind: 'input', source: SOURCE } as const;
  return [
    { ...row, what: `flux submit, ${nodes} nodes`, published: published.fluxSubmit, model: submit },
    {
      ...row,
      what: `flux start, ${nodes} nodes`,
      published: published.fluxStart,
      model: submit + brokersOf(bench, nodes, runtime),
    },
    {
      ...row,
      kind: 'outcome',
      what: `submission to allocation inside, ${nodes} nodes`,
      published: published.inside,
      // Beside it, 0.01 to 0.04 s from the allocation to the start.
      model: insideOf(bench, nodes, runtime) - 0.025,
    },
    {
      ...row,
      what: `create and delete, ${nodes} nodes`,
      published: published.overhead,
      model: spent('kube', START_UP) + spent('kube', GRACE) + spent('kube', PASSED) - submit,
    },
  ];
}

/** What is left of the start-up of a MiniCluster if its pods are there at once [s]. */
function brokersOf(bench: Bench, nodes: number, runtime: number): number {
  const { levels } = launchOf(
    bench,
    'flux-operator',
    nodes,
    runtime,
    without('leases.kube->flux.acquire.create', 'managers.flux.start.match', 'managers.flux.start.launch'),
  );
  return accountOf(levels, 'kube', START_UP) / (REPEATS * nodes * NODE) / SECOND;
}

/** From the submission inside to the start, if nothing has to be launched [s]. */
function insideOf(bench: Bench, nodes: number, runtime: number): number {
  const { levels } = launchOf(bench, 'flux-operator', nodes, runtime, without('managers.flux.start.launch'));
  return accountOf(levels, 'flux', START_UP) / (REPEATS * nodes * NODE) / SECOND;
}

/** Stages that take no time. */
function without(...stages: readonly string[]): Map<string, string> {
  return new Map(stages.flatMap((stage) => [`${stage}.time`, `${stage}.per-node`].map((path) => [path, '0s'] as const)));
}

function compareMpi(bench: Bench, { nodes, lammps: [flux, mpi], mpirun, mpiEndToEnd }: Launch): Comparison[] {
  const { jobs, levels } = launchOf(bench, 'mpi-operator', nodes, flux);
  const inside = accountOf(levels, 'mpi', START_UP) / (REPEATS * nodes * NODE) / SECOND;
  const all = (accountOf(levels, 'kube', START_UP) + accountOf(levels, 'kube', PASSED)) / (REPEATS * (nodes + 1) * NODE) / SECOND;
  const row = { system: 'mpi-operator', unit: 's', source: SOURCE } as const;
  return [
    { ...row, kind: 'outcome', what: `LAMMPS, ${nodes} nodes`, published: mpi, model: mean(jobs) },
    { ...row, kind: 'input', what: `mpirun, ${nodes} nodes`, published: mpirun, model: inside + mean(jobs) },
    { ...row, kind: 'input', what: `end to end, ${nodes} nodes`, published: mpiEndToEnd, model: all },
  ];
}

/** Run times [s], and the accounts. */
function launchOf(
  bench: Bench,
  system: string,
  nodes: number,
  runtime: number,
  values?: ReadonlyMap<string, string>,
): { jobs: number[]; levels: readonly Level[] } {
  const jobs = oneByOne(REPEATS, 3600 * SECOND, { runtime: Math.round(runtime * SECOND), tasks: nodes, cpu: NODE });
  const { jobs: book, levels } = bench.run(bench.system(system, { values }), { jobs });
  return { jobs: Array.from(book.end, (time, job) => (time - book.start[job]) / SECOND), levels };
}

function accountOf(levels: readonly Level[], manager: string, purpose: number): number {
  return levels.find((level) => level.manager === manager)?.purposes[purpose] ?? NaN;
}
