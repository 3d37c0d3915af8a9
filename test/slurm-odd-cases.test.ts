// Cases that a configuration makes possible though few think of them, as Slurm 22.05 decides them.
import { describe, expect, test } from 'vitest';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { slurmBackfill } from '../src/policies/slurm/slurm-backfill.ts';
import { slurmBuiltin } from '../src/policies/slurm/slurm-builtin.ts';
import { REJECTED } from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { startsOf, workloadOf } from './slurm-runs.ts';
import type { RunJob } from './slurm-runs.ts';

const DAY = 24 * 3600_000;

/** A run with these lines of slurm.conf, on whatever nodes they describe. */
function runWith(lines: readonly string[], jobs: readonly RunJob[], spec = slurmBuiltin): Schedule {
  const text = ['ClusterName=test', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core', ...lines].join('\n');
  const { cluster } = readSlurmConf({ conf: { path: 'slurm.conf', text } });
  const parameters = readParameters(spec.parameters ?? {}, { epilog: true }, spec.name);
  return simulate(workloadOf(jobs), cluster, spec, { parameters, placement: firstFit, audit: true, explain: true, until: DAY });
}

test('a node with fewer kinds of generic resources than others is accounted for', () => {
  const lines = [
    ...['GresTypes=gpu', 'NodeName=a1 CPUs=8 Gres=gpu:2', 'NodeName=b1 CPUs=8 Gres=gpu:x:1,gpu:y:1'],
    ...['PartitionName=main Nodes=ALL Default=YES', 'PriorityType=priority/multifactor'],
  ];
  const two = { at: 0, runs: 60, options: { gresPerNode: { gpu: 2 } } };
  expect(startsOf(runWith(lines, [two, two, two]))).toEqual([0, 0, 60]);
});
