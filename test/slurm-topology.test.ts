// topology/tree: which leaf switches a job gets, against its definition for trees of two levels, and by examples for three.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { simulate } from '../src/engine/simulate.ts';
import { readParameters } from '../src/parameters.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { slurmBackfill } from '../src/policies/slurm/slurm-backfill.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { layoutOf, nodesOf, place } from './slurm-bench.ts';
import type { BenchJob } from './slurm-bench.ts';
import { startsOf, workloadOf } from './slurm-runs.ts';
import type { RunJob } from './slurm-runs.ts';

const SECOND = 1000;
const CONF = ['TopologyPlugin=topology/tree', 'NodeName=n[0-11] CPUs=2'];
const FLAT = [
  'SwitchName=a Nodes=n[0-2]',
  'SwitchName=b Nodes=n[3-7]',
  'SwitchName=c Nodes=n[8-11]',
  'SwitchName=top Switches=a,b,c',
];
const LEAVES = [
  [0, 1, 2],
  [3, 4, 5, 6, 7],
  [8, 9, 10, 11],
];
/** Two leaves below each of two switches. */
const DEEP = [
  ...['SwitchName=a Nodes=n[0-2]', 'SwitchName=b Nodes=n[3-5]', 'SwitchName=c Nodes=n[6-8]', 'SwitchName=d Nodes=n[9-11]'],
  ...['SwitchName=left Switches=a,b', 'SwitchName=right Switches=c,d', 'SwitchName=top Switches=left,right'],
];

const full = (node: number): BenchJob => ({ options: { tasks: 2, nodeList: [`n${node}`], minNodes: 1, maxNodes: 1 } });

/** Whole nodes: one task that takes all of each. */
const wants = (nodes: number, more: BenchJob['options'] = {}): BenchJob => ({
  options: { tasks: nodes, cpusPerTask: 2, minNodes: nodes, maxNodes: nodes, tasksPerNode: 1, ...more },
});

/** The tightest leaf that suffices, else the largest, and so on with the rest; nodes in their order. */
function byDefinition(free: readonly number[], wanted: number): number[] | undefined {
  if (free.length < wanted) return undefined;
  const taken: number[] = [];
  const leaves = LEAVES.map((nodes) => nodes.filter((node) => free.includes(node)));
  while (taken.length < wanted) {
    const rest = wanted - taken.length;
    const enough = leaves.filter((nodes) => nodes.length >= rest).sort((a, b) => a.length - b.length || a[0] - b[0]);
    const best = enough[0] ?? [...leaves].sort((a, b) => b.length - a.length || a[0] - b[0])[0];
    taken.push(...best.slice(0, rest));
    leaves.splice(leaves.indexOf(best), 1);
  }
  return taken.sort((a, b) => a - b);
}

test('two levels: as the definition says', () => {
  const nodes = Array.from({ length: 12 }, (_, node) => node);
  fc.assert(
    fc.property(fc.subarray(nodes), fc.integer({ min: 1, max: 9 }), (busy, wanted) => {
      const shares = place({ conf: CONF, topology: FLAT }, [...busy.map(full), wants(wanted)]).at(-1);
      expect(nodesOf(shares)).toEqual(
        byDefinition(
          nodes.filter((node) => !busy.includes(node)),
          wanted,
        ),
      );
    }),
    { numRuns: 300 },
  );
});

describe('three levels', () => {
  const gets = (busy: readonly number[], wanted: number) =>
    nodesOf(place({ conf: CONF, topology: DEEP }, [...busy.map(full), wants(wanted)]).at(-1));

  test('what one switch cannot hold stays below one of the next level', () => {
    expect(gets([0], 4)).toEqual([3, 4, 5, 1].sort((a, b) => a - b));
    expect(gets([0, 1, 2], 4)).toEqual([6, 7, 8, 9]);
  });

  test('the nearest leaf comes before a better fit', () => {
    // The right half holds five, and no more: its larger leaf, then the other one.
    expect(gets([6], 5)).toEqual([7, 8, 9, 10, 11]);
    // Neither half holds four: the first leaf, its neighbour though it is too small, then the tightest of the others.
    expect(gets([0, 3, 4, 6, 9, 10], 4)).toEqual([1, 2, 5, 11]);
  });

  test('beside nodes that are named, those of their switch', () => {
    const shares = place({ conf: CONF, topology: DEEP }, [full(7), wants(3, { nodeList: ['n8'] })]).at(-1);
    expect(nodesOf(shares)).toEqual([6, 8, 9]);
  });

  test('light nodes must be used before topology counts', () => {
    const conf = ['TopologyPlugin=topology/tree', 'NodeName=n[0-10] CPUs=2 Weight=2', 'NodeName=n11 CPUs=2 Weight=1'];
    expect(nodesOf(place({ conf, topology: DEEP }, [wants(2)])[0])).toEqual([9, 11]);
  });
});

describe('--switches', () => {
  const wish = (wait: number): BenchJob => wants(4, { switches: { count: 1, wait } });

  test('no more leaves than that', () => {
    expect(nodesOf(place({ conf: CONF, topology: FLAT }, [wants(5, { switches: { count: 1, wait: 60 * SECOND } })])[0])).toEqual([
      ...LEAVES[1],
    ]);
    expect(layoutOf(place({ conf: CONF, topology: DEEP }, [wish(60 * SECOND)])[0])).toBe('none');
    expect(layoutOf(place({ conf: CONF, topology: DEEP }, [wants(4, { switches: { count: 2, wait: Infinity } })])[0])).not.toBe(
      'none',
    );
  });

  test('topoptional: the tree matters to those that ask for switches only', () => {
    const conf = [...CONF, 'TopologyParam=TopoOptional'];
    const gets = (job: BenchJob) => nodesOf(place({ conf, topology: FLAT }, [full(1), job]).at(-1));
    expect(gets(wants(3))).toEqual([2, 3, 4]);
    expect(gets(wants(3, { switches: { count: 1, wait: SECOND } }))).toEqual([8, 9, 10]);
  });

  test('waits for them from its submission on, whatever keeps it back meanwhile', () => {
    // The licence is back after 100 s. Who asked for one switch has waited for it longer than that, and takes two.
    const first: RunJob = { at: 0, cpus: 8, runs: 100, limit: 2, options: { licenses: { matlab: 1 } } };
    const both = (wait: number): RunJob => {
      const options = { minNodes: 3, licenses: { matlab: 1 }, switches: { count: 1, wait: wait * SECOND } };
      return { at: 1, cpus: 24, runs: 60, options };
    };
    const text = [
      ...['ClusterName=c', 'SelectType=select/cons_tres', 'SelectTypeParameters=CR_Core', 'TopologyPlugin=topology/tree'],
      ...['NodeName=n[1-4] CPUs=8', 'PartitionName=main Nodes=ALL Default=YES', 'Licenses=matlab:1'],
    ];
    const startWith = (wait: number) => {
      const topology = {
        path: 'topology.conf',
        text: 'SwitchName=a Nodes=n[1-2]\nSwitchName=b Nodes=n[3-4]\nSwitchName=c Switches=a,b\n',
      };
      const { cluster } = readSlurmConf({ conf: { path: 'slurm.conf', text: text.join('\n') }, topology });
      const parameters = readParameters(slurmBackfill.parameters ?? {}, { epilog: true }, 'slurm-backfill');
      const done = simulate(workloadOf([first, both(wait)]), cluster, slurmBackfill, { parameters, placement: firstFit });
      return startsOf(done)[1];
    };
    expect(startWith(60)).toBe(100);
    expect(startWith(150)).toBeGreaterThanOrEqual(151);
    expect(startWith(150)).toBeLessThan(151 + 61);
  });
});
