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
    'Peng et al., "Optimus: an efficient dynamic resource scheduler for deep learning clusters", EuroSys 2018, as the artifact of Pollux has it, github.com/petuum/adaptdl, branch osdi21-artifact, simulator/optimus.py (Optimus+Oracle): what is left, and how fast a job is on how many GPUs, are the true ones. Ties: of equal gains, the job that came first; of nodes with as many free GPUs, the first. All GPUs are taken to be of the model of the first node',
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

/** What is left of the job on so many GPUs, packed on nodes [ms]. */
function timeOn({ jobs, cycle, capacity }: Round, one: ElasticJob, runtime: number): (gpus: number) => number {
  const node = Math.max(
    0,
    capacity.findIndex((own) => own > 0),
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
function counts({ active, capacity }: Round, timesOf: (one: ElasticJob) => (gpus: number) => number): Map<ElasticJob, number> {
  const given = new Map<ElasticJob, number>();
  const gains = new Map<ElasticJob, number>();
  const times = new Map(active.map((one) => [one, timesOf(one)]));
  let left = capacity.reduce((sum, own) => sum + own, 0);
  const gain = (one: ElasticJob, gpus: number) => {
    const time = times.get(one);
    return time === undefined || gpus + 1 > one.most || left < 1 ? 0 : time(gpus) - time(gpus + 1);
  };
  for (const one of [...active].sort((a, b) => a.fewest - b.fewest)) {
    const gpus = one.fewest > left ? 0 : one.fewest;
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

/** Jobs that keep their number stay where they are; the others go to the nodes with the most free GPUs, the smallest job first. */
function place({ active, capacity }: Round, given: ReadonlyMap<ElasticJob, number>): Allocations {
  const free = Int32Array.from(capacity);
  const wanted = new Map<number, Int32Array>();
  const moves: ElasticJob[] = [];
  for (const one of active) {
    const gpus = given.get(one) ?? 0;
    if (gpus === 0) continue;
    if (gpusHeld(one) !== gpus) {
      moves.push(one);
      continue;
    }
    wanted.set(one.job, one.held.slice());
    one.held.forEach((tasks, node) => (free[node] -= tasks));
  }
  for (const one of moves.sort((a, b) => (given.get(a) ?? 0) - (given.get(b) ?? 0))) {
    const row = new Int32Array(free.length);
    let left = given.get(one) ?? 0;
    while (left > 0) {
      const node = free.indexOf(Math.max(...free));
      const gpus = Math.min(free[node], left);
      if (gpus <= 0) break;
      row[node] += gpus;
      free[node] -= gpus;
      left -= gpus;
    }
    wanted.set(one.job, row);
  }
  return wanted;
}
