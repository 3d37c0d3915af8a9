// Pods come and go with their jobs. A first-come policy of pods drives it, with evictions by dice; the engine's ledger is
// audited at every event, so the two cannot disagree about who is where.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { BEHAVIOURS } from '../src/policies/kube-default/behaviour.ts';
import type { JobPod } from '../src/policies/kube-default/job-pod.ts';
import { NO_ROW } from '../src/policies/kube-default/job-pod.ts';
import { PodCluster } from '../src/policies/kube-default/pod-cluster.ts';
import { CPU } from '../src/policies/kube-default/snapshot.ts';
import type { PolicySpec } from '../src/policy.ts';
import { COMPLETED } from '../src/schedule.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

const NODES: Cluster = {
  name: 'three nodes',
  interchangeable: false,
  pools: [{ name: 'node', count: 3, cpu: 2000, memory: Infinity, gpus: 0 }],
  partitions: [],
  outages: [
    { firstNode: 1, nodes: 1, from: 5, until: 9 },
    { firstNode: 0, nodes: 2, from: 8, until: 12 },
  ],
};

/** Binds each pod to the first node with room, and evicts some. */
const podByPod: PolicySpec = {
  name: 'pod-by-pod',
  summary: '',
  source: '',
  create: (setup) => {
    const pods = new PodCluster(setup, BEHAVIOURS['1.36']);
    const { snapshot } = pods;
    let waiting: JobPod[] = [];
    return {
      schedule(cycle) {
        const { gone, created } = pods.apply(cycle);
        waiting = [...waiting, ...created].filter((pod) => !gone.includes(pod));
        for (const pod of waiting) {
          const row = snapshot.order.find((one) => snapshot.allocatable(CPU)[one] - snapshot.requested(CPU)[one] >= 1000);
          if (row === undefined || snapshot.node(row).taints.length > 0) continue;
          pods.assume(pod, row);
          pods.bind(cycle, pod, cycle.now + setup.random.integer(2));
        }
        waiting = waiting.filter((pod) => pod.row === NO_ROW);
        for (const pod of snapshot.order.length > 0 ? [...snapshot.order].flatMap((row) => snapshot.pods[row]) : []) {
          const one = pod as JobPod;
          const stays = cycle.pending.has(one.job) || (cycle.running.has(one.job) && cycle.running.mayPreempt(one.job));
          if (stays && !one.isTerminating && cycle.now < 30 && setup.random.integer(8) === 0) {
            pods.evict(cycle, one, setup.random.integer(3));
          }
        }
        if (cycle.now < 60) cycle.wakeAt(cycle.now + 1);
      },
    };
  },
};

test('every job comes to its end, whatever is evicted and whichever nodes fail, and no node holds too much', () => {
  const row = fc.record({ runtime: fc.integer({ min: 1, max: 6 }), tasks: fc.integer({ min: 1, max: 3 }), submit: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.nat(), (rows, seed) => {
      const builder = new WorkloadBuilder();
      const request = builder.request();
      rows.forEach(({ runtime, tasks, submit }, id) =>
        builder.add({ id, submit, runtime, walltime: Infinity, tasks, minimum: 1 + (submit % tasks), request }),
      );
      const schedule = simulate(builder.finish('rows'), NODES, podByPod, { placement: firstFit, audit: true, seed });
      expect([...schedule.state].every((state) => state === COMPLETED)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
