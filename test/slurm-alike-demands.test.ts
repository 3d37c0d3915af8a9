// What a job asks for is worked out once for all that a user submits alike: it must be what it would be for each of them
// alone. Caught when planted: users, partitions, options or tasks not told apart; jobs that wait for switches taken together.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AlikeDemands } from '../src/policies/slurm/alike-demands.ts';
import { Demands } from '../src/policies/slurm/demand.ts';
import { Machine } from '../src/policies/slurm/machine.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { requestsOf } from '../src/workload.ts';
import { workloadOf } from './slurm-runs.ts';

const CONF = [
  ...['ClusterName=test', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core', 'NodeName=n[1-4] CPUs=8'],
  'PartitionName=main Nodes=ALL Default=YES DefMemPerCPU=100',
  'PartitionName=side Nodes=n[1-2] ExclusiveUser=YES',
];
const { cluster } = readSlurmConf({ conf: { path: 'slurm.conf', text: `${CONF.join('\n')}\n` } });

const jobs = fc.array(
  fc.record({
    at: fc.nat({ max: 2 }),
    runs: fc.constant(10),
    cpus: fc.constantFrom(1, 2),
    user: fc.constantFrom('ada', 'ben'),
    options: fc.constantFrom({}, { minNodes: 2 }, { exclusive: 'node' as const }, { switches: { count: 1, wait: 1000 } }),
    components: fc.constantFrom([], [], [1], [2]),
  }),
  { minLength: 2, maxLength: 12 },
);

test('a job asks for the same whoever was asked about before it', () => {
  fc.assert(
    fc.property(jobs, (some) => {
      const requests = requestsOf(workloadOf(some));
      const demands = new Demands(requests, new Machine(requests, cluster), cluster.slurm);
      const alike = new AlikeDemands(requests, demands);
      for (const partition of [0, 1]) {
        for (const job of some.keys()) expect(alike.of(job, partition)).toEqual(demands.of(job, partition));
      }
    }),
    { numRuns: 300 },
  );
});
