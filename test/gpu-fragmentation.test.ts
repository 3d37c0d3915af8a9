// Fragmentation over time, worked out anew at every instant from what the schedule says of nodes and GPUs.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { poolOfNodes } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { fragmentation, typicalTasks } from '../src/fragmentation.ts';
import { gpuFragmentation } from '../src/metrics/gpu-fragmentation.ts';
import { placements } from '../src/placement/index.ts';
import { easy } from '../src/policies/easy/easy.ts';
import type { TaskRequest } from '../src/workload.ts';
import { workloadOf } from './workload-of.ts';

// Planted in a copy and caught here: whole GPUs are given back as another amount.

const REQUESTS: readonly TaskRequest[] = [
  { cpu: 1000, memory: 0, gpu: 300 },
  { cpu: 4000, memory: 0, gpu: 700 },
  { cpu: 6000, memory: 0, gpu: 1000 },
  { cpu: 1000, memory: 0, gpu: 2000 },
  { cpu: 3000, memory: 0, gpu: 0 },
];

const CLUSTER: Cluster = {
  name: 'two',
  interchangeable: false,
  pools: [
    { name: 'a', count: 1, cpu: 8000, memory: Infinity, gpus: 2 },
    { name: 'b', count: 2, cpu: 6000, memory: Infinity, gpus: 1 },
  ],
  partitions: [],
  outages: [],
};

const jobs = fc.array(
  fc.record({
    submit: fc.nat(8),
    runtime: fc.integer({ min: 1, max: 6 }),
    procs: fc.integer({ min: 1, max: 2 }),
    request: fc.constantFrom(...REQUESTS),
  }),
  { minLength: 1, maxLength: 12 },
);

test('at every instant it is that of the nodes with what runs on them', () => {
  fc.assert(
    fc.property(jobs, fc.constantFrom(...placements.filter(({ needsDevices }) => needsDevices)), (rows, placement) => {
      const workload = workloadOf(rows);
      const schedule = simulate(workload, CLUSTER, easy, { placement });
      const { time, value } = gpuFragmentation.series({ workload, cluster: CLUSTER, schedule });
      const at = (now: number) => value[time.findLastIndex((one) => one <= now)];
      for (let now = 0.5; now < 40; now++) {
        const nodes = Array.from(poolOfNodes(CLUSTER), (pool) => {
          const { cpu, gpus } = CLUSTER.pools[pool];
          return { cpu, gpus, free: Array.from({ length: gpus }, () => 1000) };
        });
        const { placements: places, start, end } = schedule;
        for (let job = 0; job < workload.count && places?.devices; job++) {
          if (!(start[job] <= now && now < end[job])) continue;
          const { cpu, gpu } = workload.requests[workload.groupRequest[job]];
          for (let entry = places.first[job]; entry < places.first[job + 1]; entry++) {
            nodes[places.node[entry]].cpu -= places.tasks[entry] * cpu;
            const devices = places.devices.device.slice(places.devices.first[entry], places.devices.first[entry + 1]);
            for (const device of devices)
              nodes[places.node[entry]].free[device] -= gpu >= 1000 ? 1000 : places.tasks[entry] * gpu;
          }
        }
        const typical = typicalTasks(workload, 0.95);
        const expected = nodes.reduce((sum, node) => sum + fragmentation(node, typical), 0) / 1000;
        expect(at(now)).toBeCloseTo(expected, 9);
      }
    }),
    { numRuns: 150 },
  );
});

test('without GPUs there is none', () => {
  const workload = workloadOf([{ submit: 0, runtime: 5, procs: 1 }]);
  const cluster = { ...CLUSTER, pools: [{ name: 'c', count: 2, cpu: 4000, memory: Infinity, gpus: 0 }] };
  const schedule = simulate(workload, cluster, easy, { placement: placements[0] });
  expect([...gpuFragmentation.series({ workload, cluster, schedule }).value]).toEqual([]);
});
