// Fragmentation against its slow definition: node by node and instant by instant.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freeSteps, sizesOf } from '../src/report/free-nodes.ts';
import type { PageTable } from '../src/report/page-table.ts';
import { lastStarts, lastTime } from '../src/report/run-steps.ts';
import { poolFacts, readPoolFacts } from '../src/results/pool-facts.ts';
import type { PoolFacts } from '../src/results/pool-facts.ts';
import { pageTables } from './page-tables.ts';

/** Nodes a0, a1, a2 of 4 GPUs, b of 8, and c0 .. c4 of 2; of the last ones the tables know only c1. */
const POOLS: PoolFacts[] = [
  { name: 'a', nodes: 3, cpus: 16, gpus: 4 },
  { name: 'big', nodes: 1, node_names: ['b'], cpus: 64, gpus: 8 },
  { name: 'c', nodes: 5, cpus: 16, gpus: 2 },
];
const NODES = ['a0', 'a1', 'a2', 'b', 'c1'];
const GPUS = [4, 4, 4, 8, 2];
const UNTOUCHED = 4;

/** Jobs on one or two nodes, with so many GPUs a task. */
const placed = pageTables.chain((table) =>
  fc
    .array(
      fc.record({
        nodes: fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 2 }),
        tasks: fc.integer({ min: 1, max: 2 }),
        gpus: fc.constantFrom(0, 500, 1000, 2000),
      }),
      { minLength: table.count, maxLength: table.count },
    )
    .map((places): PageTable => {
      const first = [0];
      for (const { nodes } of places) first.push(first[first.length - 1] + nodes.length);
      return {
        ...table,
        gpus: Float64Array.from(places, ({ nodes, tasks, gpus }) => nodes.length * tasks * gpus),
        placements: {
          nodes: NODES,
          first: Float64Array.from(first),
          node: Float64Array.from(places.flatMap(({ nodes }) => nodes)),
          tasks: Float64Array.from(places.flatMap(({ nodes, tasks }) => nodes.map(() => tasks))),
        },
      };
    }),
);

/** What requests of a size could use at an instant, from the words of the definition. */
function slowUsable(table: PageTable, size: number, instant: number): number {
  const starts = lastStarts(table);
  const { first, node, tasks } = table.placements!;
  let usable = UNTOUCHED * Math.floor(2 / size) * size;
  for (let on = 0; on < NODES.length; on++) {
    let free = GPUS[on];
    for (let job = 0; job < table.count; job++) {
      const end = Number.isNaN(table.end[job]) ? lastTime(table) : table.end[job];
      if (!(starts[job] <= instant && instant < end)) continue;
      const entries = Array.from({ length: first[job + 1] - first[job] }, (_, at) => first[job] + at);
      const all = entries.reduce((sum, entry) => sum + tasks[entry], 0);
      for (const entry of entries) if (node[entry] === on) free -= ((table.gpus[job] / 1000) * tasks[entry]) / all;
    }
    usable += Math.max(0, Math.floor(free / size)) * size;
  }
  return usable;
}

test('what was free for requests of each size is what each node had left', () => {
  fc.assert(
    fc.property(placed, (table) => {
      const free = freeSteps(table, POOLS, 'gpus')!;
      expect(free.total).toBe(30);
      expect(free.sizes).toEqual([1, 2, 4, 8]);
      for (let instant = 0; instant <= 30_000; instant += 1000) {
        let at = 0;
        while (at + 1 < free.time.length && free.time[at + 1] <= instant) at++;
        for (const [index, size] of free.sizes.entries())
          expect(free.usable[index][at], `for ${size} after ${instant} ms`).toBe(slowUsable(table, size, instant));
      }
      expect(free.time[0]).toBe(0);
    }),
  );
});

test('a larger request never finds more than a smaller one', () => {
  for (let largest = 1; largest <= 300; largest++) {
    const sizes = sizesOf(largest);
    sizes.forEach((size, index) => {
      expect(size).toBeLessThanOrEqual(largest);
      if (index > 0) expect(size % sizes[index - 1]).toBe(0);
    });
  }
});

test('nodes that the results do not describe make no chart', () => {
  const [table] = fc.sample(
    placed.filter(({ count }) => count > 0),
    1,
  );
  expect(freeSteps(table, POOLS.slice(1), 'gpus')).toBeUndefined();
  expect(freeSteps({ ...table, placements: undefined }, POOLS, 'gpus')).toBeUndefined();
});

test('nodes of a cluster that are alike stand together, and are read back', () => {
  const node = (name: string, gpus: number) => ({ name, count: 1, cpu: 8000, memory: Infinity, gpus });
  const cluster = { name: 'x', interchangeable: false, partitions: [], outages: [] };
  const facts = poolFacts({ ...cluster, pools: [node('n1', 2), node('n2', 2), node('n3', 0), { ...node('m', 0), count: 3 }] });
  expect(facts).toEqual([
    { name: 'n1', nodes: 2, node_names: ['n1', 'n2'], cpus: 8, gpus: 2 },
    { name: 'n3', nodes: 1, node_names: ['n3'], cpus: 8, gpus: 0 },
    { name: 'm', nodes: 3, node_names: undefined, cpus: 8, gpus: 0 },
  ]);
  expect(readPoolFacts(JSON.parse(JSON.stringify(facts)))).toEqual(JSON.parse(JSON.stringify(facts)));
  expect(poolFacts({ ...cluster, interchangeable: true, pools: [] })).toBeUndefined();
  for (const damaged of [undefined, 7, [7], [{ name: 'x', nodes: '3', cpus: 1, gpus: 0 }]])
    expect(readPoolFacts(damaged)).toBeUndefined();
});
