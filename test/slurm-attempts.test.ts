// When what was found out before may be used again, and when not. Caught when planted: nodes kept as they were handed in,
// though the caller writes them anew; something else on a node that was chosen; pauses of a cycle overlooked.
import { describe, expect, test } from 'vitest';
import type { Allocation } from '../src/policies/slurm/allocation.ts';
import { Attempts } from '../src/policies/slurm/attempts.ts';
import { Books } from '../src/policies/slurm/books.ts';
import { ByNodes } from '../src/policies/slurm/by-nodes.ts';
import type { JobDemand } from '../src/policies/slurm/demand.ts';
import { Machine } from '../src/policies/slurm/machine.ts';
import { nodeSetOf } from '../src/policies/slurm/node-set.ts';
import type { NodeSet } from '../src/policies/slurm/node-set.ts';
import type { Share } from '../src/policies/slurm/share.ts';
import { StandingPlans } from '../src/policies/slurm/standing-plans.ts';
import { readSlurmConf } from '../src/slurm-conf.ts';
import { requestsOf } from '../src/workload.ts';
import { workloadOf } from './slurm-runs.ts';

const share = (node: number): Share => {
  return { node, group: 0, request: 0, tasks: 1, held: { units: 1, memory: 0, partition: 0, user: 0, forUser: false } };
};
const last: Allocation = { job: 7, shares: [], nodes: nodeSetOf(3, []), whole: false, start: 0, end: 60_000, partition: 0 };

function bench() {
  const text = 'ClusterName=test\nNodeName=n[1-3] CPUs=4\nPartitionName=main Nodes=ALL Default=YES\n';
  const { cluster } = readSlurmConf({ conf: { path: 'slurm.conf', text } });
  const books = new Books(new Machine(requestsOf(workloadOf([{ at: 0, runs: 1 }])), cluster));
  const room = { processors: new Float64Array(3), seen: 0, changed: 1, raised: 1 };
  const attempts = new Attempts();
  let looks = 1;
  let tries = 0;
  /** Whether it was tried again. */
  const isTried = (fits: boolean, shares: readonly Share[] | undefined) => {
    const before = tries;
    const choose = () => {
      tries++;
      return shares;
    };
    const mayFit = () => {
      if (!fits) tries++;
      return fits;
    };
    attempts.at(last, room, looks, books, mayFit, choose);
    return tries > before;
  };
  const change = (what: 'changed' | 'raised' | 'nothing', node: number) => {
    books.take([share(node)], false);
    looks++;
    if (what !== 'nothing') room.changed = looks;
    if (what === 'raised') room.raised = looks;
  };
  return { isTried, change, attempts, books };
}

describe('an attempt', () => {
  test.each([
    { what: 'nothing' as const, node: 2, lacked: false, chosen: false },
    { what: 'nothing' as const, node: 1, lacked: false, chosen: true },
    { what: 'changed' as const, node: 2, lacked: false, chosen: true },
    { what: 'raised' as const, node: 2, lacked: true, chosen: true },
  ])('after $what of the room, and something on node $node: again if it lacked room $lacked, if it got node 1 $chosen', (one) => {
    const [poor, lucky] = [bench(), bench()];
    expect(poor.isTried(false, undefined)).toBe(true);
    expect(poor.isTried(false, undefined)).toBe(false);
    poor.change(one.what, one.node);
    expect(poor.isTried(false, undefined)).toBe(one.lacked);
    expect(lucky.isTried(true, [share(1)])).toBe(true);
    expect(lucky.isTried(true, [share(1)])).toBe(false);
    lucky.change(one.what, one.node);
    expect(lucky.isTried(true, [share(1)])).toBe(one.chosen);
  });

  test('that looked for nodes in vain though there was room is made again after any change', () => {
    const { isTried, change } = bench();
    isTried(true, undefined);
    expect(isTried(true, undefined)).toBe(false);
    change('nothing', 0);
    expect(isTried(true, undefined)).toBe(true);
  });

  test('among some nodes is made again when something changes on one of them', () => {
    const { attempts, books, change } = bench();
    const among = (shares: readonly Share[]) => attempts.among(nodeSetOf(3, [0, 1]), last, books, () => shares);
    const [one, other] = [[share(0)], [share(1)]];
    expect(among(one)).toBe(one);
    change('nothing', 2);
    expect(among(other)).toBe(one);
    change('nothing', 1);
    expect(among(other)).toBe(other);
  });
});

test('answers are kept by what nodes were, though their set is written anew', () => {
  const answers = new ByNodes((nodes: NodeSet) => ({ nodes }));
  const nodes = nodeSetOf(3, [0]);
  const first = answers.of(1, nodes);
  nodes.set(nodeSetOf(3, [1]));
  expect(answers.of(1, nodes)).not.toBe(first);
  expect(answers.of(1, nodeSetOf(3, [0]))).toBe(first);
});

test('nothing is recalled from a cycle that paused, nor in it', () => {
  const nodes = nodeSetOf(3, [0]);
  const asked = { demand: {} as JobDemand, usable: nodes, limit: 60_000, candidates: [] };
  const known = {
    asked,
    promises: 0,
    looks: [],
    counted: true,
    until: Infinity,
    plan: undefined,
  };
  const plans = new StandingPlans();
  const recalled = () => plans.of(3, asked);
  const begin = (minute: number) => {
    const now = minute * 60_000;
    plans.begin({ now, begin: now, end: now + 3_600_000, window: 3_600_000, resolution: 60_000 });
  };
  begin(0);
  plans.keep(3, known);
  begin(1);
  expect(recalled()).toBe(known);
  plans.forget();
  expect(recalled()).toBeUndefined();
  plans.promise(nodes, 0, 1);
  plans.keep(3, known);
  begin(2);
  expect(recalled()).toBeUndefined();
});
