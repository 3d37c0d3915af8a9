import type { PolicySpec } from '../../policy.ts';
import type { ElasticJob } from './elastic-jobs.ts';
import { gpusHeld } from './elastic-jobs.ts';
import { ElasticRounds, roundParameter } from './elastic-rounds.ts';
import type { Round } from './elastic-rounds.ts';
import type { Allocations } from './targets.ts';

export const optimus: PolicySpec = {
  name: 'optimus',
  summary: 'Every job gets one GPU, if there are enough; each further one goes where it shortens what is left of a job most.',
  source:
    'Peng et al., "Optimus: an efficient dynamic resource scheduler for deep learning clusters", EuroSys 2018, as the artifact of Pollux has it, github.com/petuum/adaptdl, branch osdi21-artifact, simulator/optimus.py (Optimus+Oracle): what is left, and how fast a job is on how many GPUs, are the true ones. Ties: of equal gains, the job that came first; of nodes with as many free GPUs, the first. All GPUs are taken to be of the model of the first node on which a job runs',
  fidelity:
    'On workload 6 of the artifact of Pollux 5059 s to completion on average, there 5302 s: what is left of a job is told there by iterations.',
  parameters: { round: roundParameter },
  needsNodes: true,
  create: (setup) => {
    const runtime = setup.oracleRuntime();
    return new ElasticRounds(setup, (round) =>
      place(
        round,
        counts(round, (one) => timeOn(round, one, runtime[one.job])),
      ),
    );
  },
};

/** Whether the job runs on GPUs of this node, and there are any. */
function isOpen({ jobs, capacity }: Round, { job }: ElasticJob, node: number): boolean {
  return capacity[node] > 0 && jobs.admits(job, jobs.modelOf(node));
}

/** What is left of the job on so many GPUs, packed on nodes [ms]. */
function timeOn(round: Round, one: ElasticJob, runtime: number): (gpus: number) => number {
  const { jobs, cycle, capacity } = round;
  const node = Math.max(
    0,
    capacity.findIndex((_, index) => isOpen(round, one, index)),
  );
  const { training } = one;
  const phase = cycle.phaseOf(one.job);
  const done = training === undefined || phase === 0 ? 0 : training.phases[phase - 1].until;
  const usual = training?.phases[phase].usual ?? one.asked;
  return (gpus) => {
    const speed = jobs.goodput(one, cycle, jobs.modelOf(node), gpus, Math.ceil(gpus / Math.max(1, jobs.gpusOf(node)))) / usual;
    return ((1 - done) * runtime) / speed;
  };
}

/** GPUs of each job. */
function counts(round: Round, timesOf: (one: ElasticJob) => (gpus: number) => number): Map<ElasticJob, number> {
  const { active, capacity } = round;
  const given = new Map<ElasticJob, number>();
  const gains = new Map<ElasticJob, number>();
  const times = new Map(active.map((one) => [one, timesOf(one)]));
  const most = new Map(active.map((one) => [one, Math.min(one.most, openGpus(round, one))]));
  let left = capacity.reduce((sum, own) => sum + own, 0);
  const gain = (one: ElasticJob, gpus: number) => {
    const time = times.get(one);
    if (time === undefined || gpus + 1 > (most.get(one) ?? 0) || left < 1) return 0;
    // It gets nowhere with any of both: there is nothing to gain.
    return time(gpus + 1) === Infinity ? 0 : time(gpus) - time(gpus + 1);
  };
  for (const one of [...active].sort((a, b) => a.fewest - b.fewest)) {
    const gpus = one.fewest > Math.min(left, most.get(one) ?? 0) ? 0 : one.fewest;
    left -= gpus;
    given.set(one, gpus);
    gains.set(one, gpus === 0 ? 0 : gain(one, gpus));
  }
  while (left > 0) {
    const best = active.reduce((first, one) => ((gains.get(one) ?? 0) > (gains.get(first) ?? 0) ? one : first), active[0]);
    if (!((gains.get(best) ?? 0) > 0)) break;
    left--;
    const gpus = (given.get(best) ?? 0) + 1;
    given.set(best, gpus);
    gains.set(best, gain(best, gpus));
  }
  return given;
}

/** GPUs on which the job runs, whoever has them. */
function openGpus(round: Round, one: ElasticJob): number {
  return round.capacity.reduce((sum, gpus, node) => sum + (isOpen(round, one, node) ? gpus : 0), 0);
}

/**
 * Jobs that keep their number stay where they are; the others go to the nodes with the most free GPUs, the smallest job first.
 * Where jobs run on some models only, that may leave one without room: then all move, those with the fewest GPUs to choose from
 * first, if that makes room for everybody.
 */
function place(round: Round, given: ReadonlyMap<ElasticJob, number>): Allocations {
  const wanted = (one: ElasticJob) => given.get(one) ?? 0;
  const placed = round.active.filter((one) => wanted(one) > 0);
  const moves = placed.filter((one) => gpusHeld(one) !== wanted(one)).sort((a, b) => wanted(a) - wanted(b));
  const staying = allocate(round, given, moves);
  if (moves.every(({ job }) => staying.has(job))) return staying;
  const choice = new Map(placed.map((one) => [one, openGpus(round, one)]));
  const all = [...placed].sort((a, b) => (choice.get(a) ?? 0) - (choice.get(b) ?? 0) || wanted(a) - wanted(b));
  const anew = allocate(round, given, all);
  return anew.size === all.length ? anew : staying;
}

/** In this order; those that do not move stay. A job that finds less than it needs gets nothing. */
function allocate(round: Round, given: ReadonlyMap<ElasticJob, number>, moves: readonly ElasticJob[]): Allocations {
  const free = Int32Array.from(round.capacity);
  const wanted = new Map<number, Int32Array>();
  const moving = new Set(moves);
  for (const one of round.active) {
    if (moving.has(one) || (given.get(one) ?? 0) === 0) continue;
    wanted.set(one.job, one.held.slice());
    one.held.forEach((tasks, node) => (free[node] -= tasks));
  }
  for (const one of moves) {
    const row = rowFor(round, one, given.get(one) ?? 0, free);
    if (row === undefined) continue;
    wanted.set(one.job, row);
    row.forEach((gpus, node) => (free[node] -= gpus));
  }
  return wanted;
}

/** Undefined if there is less than it needs. */
function rowFor(round: Round, one: ElasticJob, gpus: number, free: Int32Array): Int32Array | undefined {
  const row = new Int32Array(free.length);
  const open = free.map((own, node) => (isOpen(round, one, node) ? own : 0));
  let left = gpus;
  while (left > 0) {
    const node = open.indexOf(Math.max(...open));
    const taken = Math.min(open[node], left);
    if (taken <= 0) break;
    row[node] += taken;
    open[node] -= taken;
    left -= taken;
  }
  return gpus - left < one.fewest ? undefined : row;
}
