// Shares of GPUs: policies that go by Kubernetes objects count them as exactly as the engine's books do.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { coscheduling } from '../src/policies/coscheduling/coscheduling.ts';
import { gang } from '../src/policies/gang/gang.ts';
import { kai } from '../src/policies/kai/kai.ts';
import { kubeDefault } from '../src/policies/kube-default/kube-default.ts';
import { kueue } from '../src/policies/kueue/kueue.ts';
import { volcano } from '../src/policies/volcano/volcano.ts';
import type { PolicySpec } from '../src/policy.ts';
import { SECOND } from '../src/units.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

// Planted in a copy and caught here: shares in plain thousandths of one; shares rounded up to the grid.

const GPUS = 2;

interface Row {
  readonly submit: number;
  readonly runtime: number;
  readonly tasks: number;
  /** Of a task [thousandths]. */
  readonly share: number;
}

/** Starts of these jobs on one node, whose GPUs are GPUs, or a resource of so many whole thousandths. */
function starts(rows: readonly Row[], spec: PolicySpec, as: 'gpu' | 'thousandths'): number[] {
  const builder = new WorkloadBuilder();
  rows.forEach(({ submit, runtime, tasks, share }, id) => {
    const request = builder.request(
      as === 'gpu' ? { cpu: 1, memory: 0, gpu: share } : { cpu: 1, memory: 0, gpu: 0, other: { 'example.com/share': share } },
    );
    builder.add({ id, submit: submit * SECOND, runtime: runtime * SECOND, walltime: runtime * SECOND, tasks, request });
  });
  const node = { name: 'node', count: 1, cpu: 64_000, memory: Infinity };
  const pool = as === 'gpu' ? { ...node, gpus: GPUS } : { ...node, gpus: 0, other: { 'example.com/share': GPUS * 1000 } };
  const cluster: Cluster = { name: 'one', interchangeable: false, pools: [pool], partitions: [], outages: [] };
  const parameters = readParameters(spec.parameters ?? {}, {}, spec.name);
  return [...simulate(builder.finish('rows'), cluster, spec, { placement: firstFit, parameters, audit: true }).start];
}

/** Few shares, many of which fill a GPU together. */
const row = fc.record({
  submit: fc.nat(4),
  runtime: fc.integer({ min: 1, max: 4 }),
  tasks: fc.constantFrom(1, 1, 2, 3),
  share: fc.constantFrom(100, 200, 300, 333, 334, 667, 700, 1000, 1000 * GPUS),
});

describe.each([kubeDefault, gang, coscheduling, volcano, kueue])('$name', (spec) => {
  test('decides about shares as about as many whole things', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), (rows) => {
        expect(starts(rows, spec, 'gpu')).toEqual(starts(rows, spec, 'thousandths'));
      }),
      { numRuns: 60 },
    );
  });
});

describe.each([kubeDefault, gang, coscheduling, volcano, kueue, kai])('$name', (spec) => {
  test('three thirds fill a GPU, and leave nothing behind when they are over', () => {
    const thirds = [333, 333, 334].map((share) => ({ submit: 0, runtime: 2, tasks: 1, share }));
    const after = { submit: 5, runtime: 1, tasks: 2, share: 1000 };
    const [one, two, three, last] = starts([...thirds, ...thirds, after].slice(0, 7), spec, 'gpu').slice(-4);
    expect(Math.max(one, two, three)).toBeLessThan(3 * SECOND);
    expect(last).toBeLessThan(7 * SECOND);
  });
});
