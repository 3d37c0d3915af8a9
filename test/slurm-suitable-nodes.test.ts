// Of the running jobs, backfill waits for those on nodes that would do: it lets them go in groups, and which ones make a group
// depends on that. Source: Slurm 22.05, backfill.c, job_req_node_filter; cons_common/job_test.c, _will_run_test.
import { expect, test } from 'vitest';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { slurmBackfill } from '../src/policies/slurm/slurm-backfill.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import type { SlurmOptions } from '../src/slurm-workload.ts';
import { workloadOf } from './slurm-runs.ts';
import type { RunJob } from './slurm-runs.ts';

// Planted, and caught here: nodes without the feature, or with too little memory, count like the others.

const CONF = [
  ...['ClusterName=c', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core_Memory'],
  ...['NodeName=n[1-2] CPUs=8 RealMemory=8000 Feature=new', 'NodeName=n3 CPUs=8 RealMemory=2000 Feature=old'],
  'PartitionName=main Nodes=ALL Default=YES DefMemPerCPU=100',
];

const on = (node: string, limit: number): RunJob => ({
  at: 0,
  cpus: 8,
  runs: 3000,
  limit,
  options: { nodeList: [node], minNodes: 1, maxNodes: 1 },
});

/** For when the last of these jobs is planned [min]. */
function plannedFor(jobs: readonly RunJob[]): number {
  const { cluster } = readSlurmConf({ conf: { path: 'slurm.conf', text: CONF.join('\n') } });
  const parameters = readParameters(slurmBackfill.parameters ?? {}, { epilog: true }, 'slurm-backfill');
  const options = { parameters, placement: firstFit, explain: true, until: 100_000 };
  const { explanations } = simulate(workloadOf(jobs), cluster, slurmBackfill, options);
  const plan = explanations.find(({ job, reason }) => job === jobs.length - 1 && reason.includes('planned for'));
  return Number(/planned for (\d+) s/.exec(plan?.reason ?? '')?.[1]) / 60;
}

test.each<{ what: string; options: SlurmOptions; planned: number }>([
  { what: 'who may go anywhere waits for the first to end', options: {}, planned: 2 },
  // The job on n3 ends in time with the first one, and is passed over: with it, the group has the next one on n1 or n2.
  { what: 'who wants a feature, for the last of a larger group', options: { constraint: 'new' }, planned: 50 },
  { what: 'who wants more memory than other nodes have, as well', options: { memoryPerNode: 4000 * 2 ** 20 }, planned: 50 },
])('$what', ({ options, planned }) => {
  const waiting: RunJob = { at: 5, cpus: 8, runs: 60, limit: 5, options: { minNodes: 1, maxNodes: 1, ...options } };
  expect(plannedFor([on('n1', 2), on('n3', 2), on('n2', 50), waiting])).toBe(planned);
});

test('without others that end at the same time the first group is one job', () => {
  const waiting: RunJob = { at: 5, cpus: 8, runs: 60, limit: 5, options: { minNodes: 1, maxNodes: 1, constraint: 'new' } };
  expect(plannedFor([on('n1', 2), on('n3', 20), on('n2', 50), waiting])).toBe(2);
});
