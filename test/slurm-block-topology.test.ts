// topology/block: which nodes a job gets, against its definition, and by examples of the manual of topology.conf.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodesOf, place } from './slurm-bench.ts';
import type { BenchJob } from './slurm-bench.ts';

// Planted, and caught here: the first of two blocks that are alike; parts are not counted; a segment takes nodes of another.

const BASE = 3;
const BLOCKS = 8;
const NODES = BASE * BLOCKS;
const CONF = ['TopologyPlugin=topology/block', `NodeName=n[0-${NODES - 1}] CPUs=2`];
const LINES = Array.from({ length: BLOCKS }, (_, block) => `BlockName=b${block} Nodes=n[${block * BASE}-${block * BASE + 2}]`);

const full = (node: number): BenchJob => ({ options: { tasks: 2, nodeList: [`n${node}`], minNodes: 1, maxNodes: 1 } });

/** Whole nodes: one task that takes all of each. */
const wants = (nodes: number, more: BenchJob['options'] = {}): BenchJob => ({
  options: { tasks: nodes, cpusPerTask: 2, minNodes: nodes, maxNodes: nodes, tasksPerNode: 1, ...more },
});

function gets(busy: readonly number[], job: BenchJob, sizes = '', conf: readonly string[] = CONF): number[] | undefined {
  const topology = sizes === '' ? LINES : [...LINES, `BlockSizes=${sizes}`];
  return nodesOf(place({ conf, topology }, [...busy.map(full), job]).at(-1));
}

/** Base blocks of each kind of block. */
const KINDS: Record<string, number[]> = { '': [1, 2, 4, 8, 16], 3: [1], '3,6,24': [1, 2, 8], '3,12': [1, 4] };

/** The order of a list by several numbers, the first of them before all others. */
function smallest<Item>(items: readonly Item[], keys: (item: Item) => number[]): Item | undefined {
  const compare = (a: number[], b: number[]): number => a.map((key, at) => key - b[at]).find((less) => less !== 0) ?? 0;
  return [...items].sort((a, b) => compare(keys(a), keys(b)))[0];
}

function byDefinition(free: readonly number[], wanted: number, kinds: readonly number[]): number[] | undefined {
  const bases = Array.from({ length: BLOCKS }, (_, base) => free.filter((node) => Math.floor(node / BASE) === base));
  const need = 2 ** Math.ceil(Math.log2(Math.ceil(wanted / BASE)));
  const perBlock = kinds.find((kind) => kind >= need) ?? BLOCKS;
  const perPart = need === 1 ? 1 : kinds.filter((kind) => kind < need).at(-1)!;
  let parts = Math.ceil(wanted / (perPart * BASE));
  const countsParts = perBlock !== perPart * parts;
  const nodesIn = (first: number, count: number) => bases.slice(first, first + count).flat().length;
  const partsOf = (block: number) =>
    Array.from({ length: perBlock / perPart }, (_, part) => nodesIn(block * perBlock + part * perPart, perPart));
  const usable = (block: number) => {
    if (!countsParts) return nodesIn(block * perBlock, perBlock);
    const most = partsOf(block).sort((a, b) => b - a);
    return most.slice(0, parts).reduce((sum, count) => sum + count, 0);
  };
  const blocks = Array.from({ length: Math.ceil(BLOCKS / perBlock) }, (_, block) => block).filter((one) => usable(one) >= wanted);
  const block = smallest(blocks, (one) => [nodesIn(one * perBlock, perBlock), -one]);
  if (block === undefined) return undefined;
  const inside = Array.from({ length: Math.min(perBlock, BLOCKS) }, (_, base) => block * perBlock + base);
  const taken: number[] = [];
  const used = new Set<number>();
  const partOf = (base: number) => Math.floor(base / perPart);
  const isOpen = (base: number) => !countsParts || [...used].some((other) => partOf(other) === partOf(base));
  const tightness = (count: number, rest: number) => (count >= rest ? [0, count] : [1, -count]);
  while (taken.length < wanted) {
    const rest = wanted - taken.length;
    // What its part had before any of it was used.
    const ofPart = (base: number) => nodesIn(partOf(base) * perPart, perPart);
    const next = smallest(
      inside.filter((base) => !used.has(base)),
      (base) => [
        ...(countsParts ? [isOpen(base) ? 0 : 1, ...tightness(ofPart(base), rest)] : []),
        ...tightness(bases[base].length, rest),
        -base,
      ],
    );
    if (next === undefined || (!isOpen(next) && parts-- === 0)) return undefined;
    used.add(next);
    taken.push(...bases[next].slice(0, rest));
  }
  return taken.sort((a, b) => a - b);
}

const nodes = Array.from({ length: NODES }, (_, node) => node);

test('as the definition says', () => {
  const many = fc.subarray(nodes, { maxLength: NODES - 4 });
  let placed = 0;
  fc.assert(
    fc.property(many, fc.integer({ min: 1, max: 20 }), fc.constantFrom(...Object.keys(KINDS)), (busy, wanted, sizes) => {
      const free = nodes.filter((node) => !busy.includes(node));
      const expected = byDefinition(free, wanted, KINDS[sizes]);
      if (expected !== undefined) placed++;
      expect(gets(busy, wants(wanted), sizes)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
  expect(placed).toBeGreaterThan(50);
});

describe('by example', () => {
  test('a job waits rather than be spread over blocks that make no larger one', () => {
    // Two free nodes in each block: more than enough in all.
    const busy = Array.from({ length: BLOCKS }, (_, block) => block * BASE);
    expect(gets(busy, wants(3), '3,6')).toBeUndefined();
    expect(gets(busy, wants(4), '3,6')).toEqual([22, 23, 19, 20].sort((a, b) => a - b));
    // 3 nodes fit into one base block.
    expect(gets([], wants(3), '3,6')).toEqual([21, 22, 23]);
  });

  test('the manual: blocks of 32 nodes of which 30 are planned with, four of them a larger one', () => {
    const conf = ['TopologyPlugin=topology/block', 'NodeName=node[1-128] CPUs=2'];
    const lines = [1, 33, 65, 97].map((from, block) => `BlockName=block${block + 1} Nodes=node[${from}-${from + 31}]`);
    const given = (job: BenchJob, busy: number[] = []) => {
      const all = [...busy.map((node) => ({ options: { tasks: 2, nodeList: [`node${node}`], minNodes: 1, maxNodes: 1 } })), job];
      return nodesOf(place({ conf, topology: [...lines, 'BlockSizes=30,120'] }, all).at(-1));
    };
    const blocksOf = (given: number[] | undefined) => [...new Set(given?.map((node) => Math.floor(node / 32)))];
    expect(blocksOf(given(wants(30)))).toEqual([3]);
    expect(blocksOf(given(wants(30), [97, 98, 99]))).toEqual([2]);
    // 31 are more than one block is planned with: the larger one, though each has 32.
    expect(given(wants(31))).toHaveLength(31);
    expect(blocksOf(given(wants(90)))).toEqual([1, 2, 3]);
    expect(given(wants(120))).toHaveLength(120);
  });

  test('--segment: each segment in one block, wherever the others are', () => {
    const busy = Array.from({ length: BLOCKS }, (_, block) => block * BASE);
    expect(gets(busy, wants(6), '3,6')).toBeUndefined();
    expect(gets(busy, wants(6, { segment: 2 }), '3,6')).toEqual([16, 17, 19, 20, 22, 23]);
    expect(gets(busy, wants(6, { segment: 3 }), '3,6')).toBeUndefined();
    // One that does not divide the job never starts; one larger than the job says nothing.
    expect(gets([], wants(6, { segment: 4 }), '3,6')).toBeUndefined();
    expect(gets([], wants(2, { segment: 4 }), '3,6')).toEqual([21, 22]);
    expect(gets([], wants(4, { segment: 2, nodeList: ['n0', 'n1', 'n9', 'n10'] }))).toEqual([0, 1, 9, 10]);
    expect(gets([], wants(4, { segment: 2, nodeList: ['n0', 'n3', 'n9', 'n10'] }))).toBeUndefined();
  });

  test('nodes that are named say which block', () => {
    expect(gets([], wants(3, { nodeList: ['n4'] }))).toEqual([3, 4, 5]);
    expect(gets([4], wants(3, { nodeList: ['n5'] }))).toBeUndefined();
    expect(gets([], wants(4, { nodeList: ['n1', 'n4'] }), '3,6')).toHaveLength(4);
    expect(gets([], wants(3, { nodeList: ['n1', 'n4'] }), '3,6')).toBeUndefined();
  });

  test('light nodes are used before others of the block', () => {
    const conf = ['TopologyPlugin=topology/block', 'NodeName=n[0-7] CPUs=2 Weight=2', 'NodeName=n8 CPUs=2 Weight=1'];
    conf.push('NodeName=n[9-23] CPUs=2 Weight=2');
    expect(gets([], wants(2), '', conf)).toEqual([6, 8]);
    expect(gets([], wants(5), '3,12', conf)?.includes(8)).toBe(true);
  });

  test('where none of the nodes is in a block, there are no blocks', () => {
    const topology = ['BlockName=a Nodes=n[0-2]'];
    const conf = [...CONF, 'PartitionName=far Nodes=n[6-9] Default=YES'];
    expect(nodesOf(place({ conf, topology }, [wants(4)])[0])).toEqual([6, 7, 8, 9]);
  });

  test('sizes that are no powers of two of the first are refused', () => {
    for (const sizes of ['3,9', '6,3', '3,x', '0']) expect(() => gets([], wants(1), sizes)).toThrow('BlockSizes');
  });
});
