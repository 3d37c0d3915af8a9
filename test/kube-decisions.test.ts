// What is decided with filters and scores: how many nodes are looked at, which one is taken, who is evicted, and in
// which words a pod is told that it fits nowhere.
import { JsonField, readDocuments } from '../src/kubernetes-json.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPodDisruptionBudget } from '../src/kubernetes-read-cluster.ts';
import type { Pod } from '../src/kubernetes.ts';
import { readSchedulerConfiguration } from '../src/policies/kube-default/configuration.ts';
import { compileBudgets } from '../src/policies/kube-default/disruption-budgets.ts';
import { FilterRun, NO_NOMINATIONS } from '../src/policies/kube-default/filter-run.ts';
import type { Nominations } from '../src/policies/kube-default/filter-run.ts';
import { fitErrorMessage } from '../src/policies/kube-default/fit-error.ts';
import { selectHost } from '../src/policies/kube-default/host-selection.ts';
import { byImportance } from '../src/policies/kube-default/importance.ts';
import { preempt } from '../src/policies/kube-default/post-filter.ts';
import {
  bestCandidates,
  candidatesWanted,
  DEFAULT_PREEMPTION,
  dryRunPreemption,
  selectVictims,
} from '../src/policies/kube-default/preemption.ts';
import { defaultProfile } from '../src/policies/kube-default/profile.ts';
import { numFeasibleNodesToFind } from '../src/policies/kube-default/sampling.ts';
import { schedulePod } from '../src/policies/kube-default/schedule-pod.ts';
import type { Snapshot } from '../src/policies/kube-default/snapshot.ts';
import { randomStream } from '../src/random.ts';
import { node, pod, rowOf, snapshotOf, V126, V136 } from './kube-objects.ts';

const random = () => randomStream(1, 'test');
const profile = defaultProfile(V136);

describe('how many nodes are looked at', () => {
  test.each([
    [99, 0, 99],
    [100, 0, 100], // 50 % would be 50
    [300, 0, 144], // 50 - 300/125 = 48 %
    [1000, 0, 420],
    [5000, 0, 500],
    [15000, 0, 750], // never below 5 %
    [1000, 30, 300],
    [1000, 100, 1000],
    [200, 10, 100],
  ])('of %i nodes at %i %%: %i', (nodes, percentage, found) => {
    expect(numFeasibleNodesToFind(nodes, percentage)).toBe(found);
  });

  test('the search goes on where the last one ended', () => {
    // 60 of 200 nodes are full, and 50 - 200/125 = 49 % of 200 are below 100: 100 are enough.
    const nodes = Array.from({ length: 200 }, (_, i) => node(`n${i}`, { cpu: '1', pods: i % 10 < 3 ? '0' : '9' }));
    const snapshot = snapshotOf(nodes);
    const start = { next: 158 };
    const setup = { profile, snapshot, nominations: NO_NOMINATIONS, start, random: random() };
    const found = schedulePod(snapshot.podInfo(pod('p', { cpu: '1' })), setup);
    expect(found.feasible.length).toBe(100);
    expect(snapshot.node(found.feasible[0]).name).toBe('n158');
    // From 158 on: 2 that pass, then 14 times 3 that do not and 7 that do, and 3 more before the next that would pass.
    expect(found.statuses.size).toBe(45);
    expect(start.next).toBe(158 + 145 - 200);
  });

  test('nodes come zone by zone in turn', () => {
    const zones = ['a', 'a', 'b', 'c', 'a', 'b'];
    const nodes = zones.map((zone, i) => node(`${zone}${i}`, {}, { labels: { 'topology.kubernetes.io/zone': zone } }));
    const snapshot = snapshotOf(nodes);
    const order = () => [...snapshot.order].map((row) => snapshot.node(row).name);
    expect(order()).toEqual(['a0', 'b2', 'c3', 'a1', 'b5', 'a4']);
    snapshot.removeNode('b2');
    snapshot.updateNode(node('a0', {}, { labels: { 'topology.kubernetes.io/zone': 'c' } }));
    expect(order()).toEqual(['a1', 'b5', 'c3', 'a4', 'a0']);
  });
});

describe('which node is taken', () => {
  /** The top of a heap that is built in place, as Go's container/heap does it. */
  function topOfHeap(totals: readonly number[]): number {
    const heap = totals.map((_, index) => index);
    const better = (a: number, b: number) => totals[heap[a]] > totals[heap[b]];
    for (let root = Math.floor(heap.length / 2) - 1; root >= 0; root--) {
      for (let at = root; ;) {
        let child = 2 * at + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && better(child + 1, child)) child++;
        if (!better(child, at)) break;
        [heap[at], heap[child]] = [heap[child], heap[at]];
        at = child;
      }
    }
    return heap[0];
  }

  test('since 1.35 it is the top of a heap', () => {
    const totals = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(totals, (scores) => {
        expect(selectHost(Float64Array.from(scores), 'heap-first', random())).toBe(topOfHeap(scores));
      }),
      { numRuns: 2000 },
    );
  });

  test('before, each of the best is as likely as the others', () => {
    const stream = random();
    const seen = [0, 0, 0, 0];
    for (let i = 0; i < 3000; i++) seen[selectHost(Float64Array.of(7, 3, 7, 7), 'reservoir', stream)]++;
    expect(seen[1]).toBe(0);
    for (const index of [0, 2, 3]) expect(seen[index]).toBeGreaterThan(900);
  });

  test('a single node is not scored, and the nominated one is tried first', () => {
    const snapshot = snapshotOf([node('a', { cpu: '1' }), node('b', { cpu: '4' }), node('c', { cpu: '8' })]);
    const setup = { profile, snapshot, nominations: NO_NOMINATIONS, start: { next: 0 }, random: random() };
    const place = (one: Pod) => {
      const found = schedulePod(snapshot.podInfo(one), setup);
      return found.placed ? [snapshot.node(found.row).name, found.totals !== undefined] : undefined;
    };
    expect(place(pod('p', { cpu: '6' }))).toEqual(['c', false]);
    expect(place(pod('p', { cpu: '1' }, { status: { nominatedNodeName: 'b' } }))).toEqual(['b', false]);
    expect(place(pod('p', { cpu: '1' }))).toEqual(['c', true]);
    expect(place(pod('p', { cpu: '9' }))).toBeUndefined();
  });
});

const prioritized = (name: string, priority: number, cpu: string, startTime?: string, labels = {}) =>
  pod(name, { cpu }, { metadata: { labels }, spec: { priority }, status: { startTime } });

describe('nominated pods', () => {
  const nominations = (snapshot: Snapshot, one: Pod): Nominations => {
    const info = snapshot.podInfo(one);
    return { on: (name) => (name === 'n' ? [info] : []) };
  };
  test.each([
    { what: 'one that matters more holds its place', priority: 5, fits: false },
    { what: 'so does an equal one', priority: 3, fits: false },
    { what: 'one that matters less does not', priority: 1, fits: true },
  ])('$what', ({ priority, fits }) => {
    const snapshot = snapshotOf([node('n', { cpu: '4' })]);
    const run = FilterRun.start(profile.filters, snapshot.podInfo(prioritized('p', 3, '2')), snapshot);
    const verdict = run.checkWithNominated(rowOf(snapshot, 'n'), nominations(snapshot, prioritized('q', priority, '3')));
    expect(verdict.status.code === 'Success').toBe(fits);
    expect(snapshot.pods[rowOf(snapshot, 'n')]).toEqual([]);
  });

  test('a pod must fit without those that are only nominated too', () => {
    const term = { topologyKey: 'host', labelSelector: { matchLabels: { app: 'db' } } };
    const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    const snapshot = snapshotOf([node('n', { cpu: '4' }, { labels: { host: 'n' } })]);
    const run = FilterRun.start(profile.filters, snapshot.podInfo(pod('p', {}, { spec: { affinity } })), snapshot);
    const friend = prioritized('q', 9, '1', undefined, { app: 'db' });
    expect(run.checkWithNominated(rowOf(snapshot, 'n'), nominations(snapshot, friend)).plugin).toBe('InterPodAffinity');
  });
});

describe('preemption', () => {
  const budget = (allowed: number) =>
    readPodDisruptionBudget(
      {
        metadata: { namespace: 'default' },
        spec: { selector: { matchLabels: { app: 'db' } } },
        status: { disruptionsAllowed: allowed },
      },
      'budget',
    );

  function victims(pods: Pod[], one: Pod, allowed = 0): { names: string[]; violations: number } | string[] {
    const snapshot = snapshotOf([node('n', { cpu: '8' })], { n: pods });
    const run = FilterRun.start(profile.filters, snapshot.podInfo(one), snapshot);
    const setup = { snapshot, run, nominations: NO_NOMINATIONS, budgets: compileBudgets([budget(allowed)]) };
    const found = selectVictims(rowOf(snapshot, 'n'), setup);
    if (!('victims' in found)) return [...found.reasons];
    return { names: found.victims.map((victim) => victim.pod.name), violations: found.violations };
  }
  const early = '2026-01-01T00:00:00Z';
  const late = '2026-01-02T00:00:00Z';
  const database = { app: 'db' };

  test.each([
    {
      what: 'the least important go, and as few as will do',
      pods: [prioritized('a', 1, '3', early), prioritized('b', 2, '3', early), prioritized('c', 1, '2', late)],
      // b stays (3 of 4), a does not fit beside it, c does not either: 3 + 2 > 4.
      expected: { names: ['a', 'c'], violations: 0 },
    },
    {
      what: 'of equals the one that started first stays',
      pods: [prioritized('a', 1, '4', late), prioritized('b', 1, '4', early)],
      expected: { names: ['a'], violations: 0 },
    },
    {
      what: 'what a budget protects is put back first',
      pods: [prioritized('a', 1, '4', early), prioritized('b', 1, '4', late, database)],
      expected: { names: ['a'], violations: 0 },
    },
    {
      what: 'a budget is spent on the more important pods first',
      pods: [prioritized('a', 1, '4', early, database), prioritized('b', 1, '4', late, database)],
      allowed: 1,
      // a is within the budget, b breaks it and is put back first.
      expected: { names: ['a'], violations: 0 },
    },
    {
      what: 'a budget does not save a pod that must go',
      pods: [prioritized('a', 1, '6', early, database)],
      expected: { names: ['a'], violations: 1 },
    },
    {
      what: 'nobody matters less',
      pods: [prioritized('a', 9, '8', early)],
      expected: ['No preemption victims found for incoming pod'],
    },
    {
      what: 'there is not enough to gain',
      pods: [prioritized('a', 9, '5', early), prioritized('b', 1, '2', early)],
      expected: ['Insufficient cpu'],
    },
  ])('$what', ({ pods, allowed, expected }) => {
    expect(victims(pods, prioritized('p', 9, '4'), allowed)).toEqual(expected);
  });

  test('pods that have not started come in reverse, as Go sorts what is less than everything', () => {
    const snapshot = snapshotOf([node('n')]);
    const sort = (...pods: Pod[]) => byImportance(pods.map((one) => snapshot.podInfo(one))).map((one) => one.pod.name);
    expect(sort(prioritized('a', 1, '1'), prioritized('b', 1, '1'), prioritized('c', 1, '1'))).toEqual(['c', 'b', 'a']);
    expect(sort(prioritized('a', 1, '1', early), prioritized('b', 1, '1', early))).toEqual(['a', 'b']);
    expect(sort(prioritized('a', 1, '1'), prioritized('b', 1, '1', early), prioritized('c', 2, '1'))).toEqual(['c', 'b', 'a']);
  });

  /** Candidates as lists of [priority, start], with broken budgets. */
  const candidate = (name: string, violations: number, ...pods: [number, string?][]) => {
    const snapshot = snapshotOf([node('n')]);
    const infos = pods.map(([priority, start], i) => snapshot.podInfo(prioritized(`${name}${i}`, priority, '1', start)));
    return { row: Number(name), victims: infos, violations };
  };
  test.each([
    { what: 'fewest broken budgets', of: [candidate('0', 1, [1]), candidate('1', 0, [9])], best: [1] },
    { what: 'lowest highest priority', of: [candidate('0', 0, [5]), candidate('1', 0, [4], [4])], best: [1] },
    // -9 + -9 is less than -9, but every pod counts 2^31 more.
    { what: 'smallest sum', of: [candidate('0', 0, [-9], [-9]), candidate('1', 0, [-9])], best: [1] },
    { what: 'latest start', of: [candidate('0', 0, [5, early]), candidate('1', 0, [5, late])], best: [1] },
    {
      what: 'only the most important count for the start',
      of: [candidate('0', 0, [5, late], [1, early]), candidate('1', 0, [5, early], [1, late])],
      best: [0],
    },
    { what: 'any', of: [candidate('0', 0, [5, early]), candidate('1', 0, [5, early])], best: [0, 1] },
  ])('the best candidate: $what', ({ of, best }) => {
    expect(bestCandidates(of, Date.parse(late)).map(({ row }) => row)).toEqual(best);
  });

  test('the search for victims ends when enough are found and one breaks no budget; the rest is forgotten', () => {
    const nodes = ['a', 'b', 'c', 'd', 'e'].map((name) => node(name, { cpu: '8' }));
    const there = (name: string) => prioritized(`on-${name}`, 1, '6', early, name === 'd' ? {} : database);
    const snapshot = snapshotOf(nodes, Object.fromEntries(nodes.map(({ name }) => [name, [there(name)]])));
    const run = FilterRun.start(profile.filters, snapshot.podInfo(prioritized('p', 9, '4')), snapshot);
    const setup = { snapshot, run, nominations: NO_NOMINATIONS, budgets: compileBudgets([budget(0)]) };
    const tried = (offset: number) =>
      dryRunPreemption(snapshot.order, offset, 2, setup).candidates.map(({ row }) => snapshot.node(row).name);
    expect(tried(0)).toEqual(['d', 'a', 'b']);
    expect(tried(3)).toEqual(['d', 'e']);
    expect(tried(4)).toEqual(['d', 'e', 'a']);
  });

  test('10 % of the nodes are tried, but at least 100', () => {
    expect([50, 500, 5000].map((nodes) => candidatesWanted(nodes, DEFAULT_PREEMPTION))).toEqual([50, 100, 500]);
  });

  function postFilter(pods: Pod[], one: Pod) {
    const snapshot = snapshotOf([node('n', { cpu: '8' }), node('small', { cpu: '2' })], { n: pods });
    const found = schedulePod(snapshot.podInfo(one), {
      profile,
      snapshot,
      nominations: NO_NOMINATIONS,
      start: { next: 0 },
      random: random(),
    });
    const setup = { snapshot, run: found.run, nominations: NO_NOMINATIONS, budgets: [] };
    const done = preempt(snapshot.podInfo(one), found, setup, DEFAULT_PREEMPTION, random(), 0);
    const told = done.status.code === 'Success' ? undefined : done.status.reasons.join(', ');
    return { node: done.nominatedNodeName, message: fitErrorMessage({ ...found, postFilter: told }, snapshot.nodeCount) };
  }

  test('the pod is nominated, or told why nothing helps', () => {
    expect(postFilter([prioritized('a', 1, '6')], prioritized('p', 9, '4'))).toEqual({
      node: 'n',
      message: '0/2 nodes are available: 2 Insufficient cpu.',
    });
    expect(postFilter([prioritized('a', 9, '6')], prioritized('p', 9, '4'))).toEqual({
      node: '',
      message:
        '0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: ' +
        '1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.',
    });
  });

  test('a pod waits while its victims leave, and one that must not preempt does not', () => {
    const leaving = pod(
      'a',
      { cpu: '6' },
      {
        metadata: { deletionTimestamp: 'now' },
        spec: { priority: 1 },
        status: { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] },
      },
    );
    const waiting = pod('p', { cpu: '4' }, { spec: { priority: 9 }, status: { nominatedNodeName: 'n' } });
    const told = (message: string) => ({
      node: undefined,
      message: `0/2 nodes are available: 2 Insufficient cpu. preemption: not eligible due to ${message}`,
    });
    expect(postFilter([leaving], waiting)).toEqual(told('a terminating pod on the nominated node.'));
    const meek = pod('p', { cpu: '4' }, { spec: { priority: 9, preemptionPolicy: 'Never' } });
    expect(postFilter([prioritized('a', 1, '6')], meek)).toEqual(told('preemptionPolicy=Never.'));
  });
});

const scoring = (...enabled: object[]) => ({ profiles: [{ plugins: { score: { enabled } } }] });
const configured = (name: string, args: object) => ({ profiles: [{ pluginConfig: [{ name, args }] }] });

describe('configurations', () => {
  const read = (json: unknown) => readSchedulerConfiguration(new JsonField(json, 'config.yaml'), V136);
  const weights = (json: unknown) =>
    Object.fromEntries(read(json).profiles[0].scores.map(({ plugin, weight }) => [plugin.name, weight]));
  const all = {
    TaintToleration: 3,
    NodeAffinity: 2,
    NodeResourcesFit: 1,
    PodTopologySpread: 2,
    InterPodAffinity: 2,
    NodeResourcesBalancedAllocation: 1,
    ImageLocality: 1,
  };

  test('the default weights', () => expect(weights({})).toEqual(all));

  test.each([
    ['kind', { kind: 'Deployment' }],
    ['percentageOfNodesToScore', { percentageOfNodesToScore: 101 }],
    ['percentageOfNodesToScore', { percentageOfNodesToScore: -1 }],
    ['parallelism', { parallelism: 0 }],
    ['podInitialBackoffSeconds', { podInitialBackoffSeconds: 0 }],
    ['podMaxBackoffSeconds', { podInitialBackoffSeconds: 3, podMaxBackoffSeconds: 2 }],
    ['podMaxBackoffSeconds', { podInitialBackoffSeconds: 11 }],
    ['profiles[1].schedulerName', { profiles: [{ schedulerName: 'a' }, { schedulerName: 'a' }] }],
    ['profiles[0].percentageOfNodesToScore', { profiles: [{ percentageOfNodesToScore: 101 }] }],
    ['profiles[0].plugins.score.enabled[0].weight', scoring({ name: 'ImageLocality', weight: -1 })],
    [
      'profiles[0].pluginConfig[0].args.resources[0].weight',
      configured('NodeResourcesBalancedAllocation', { resources: [{ name: 'cpu', weight: -2 }] }),
    ],
  ])('%s: %j is refused, as kube-scheduler refuses to start with it', (place, json) => {
    expect(() => read(json)).toThrow(`config.yaml.${place}: found`);
  });

  test.each([
    [
      { percentageOfNodeToScore: 5 },
      'percentageOfNodeToScore: there is no "percentageOfNodeToScore" here',
      '"percentageOfNodesToScore"',
    ],
    [{ clientConnection: { qsp: 5 } }, 'clientConnection.qsp: there is no "qsp" here', '"qps"'],
    [{ profiles: [{ plugin: {} }] }, 'profiles[0].plugin: there is no "plugin" here', '"plugins"'],
    [{ profiles: [{ plugins: { scores: {} } }] }, 'there is no "scores" here', '"score"'],
    [{ profiles: [{ plugins: { permit: { enable: [] } } }] }, 'there is no "enable" here', '"enabled"'],
    [scoring({ name: 'ImageLocality', wieght: 2 }), 'enabled[0].wieght: there is no "wieght" here', '"weight"'],
    [configured('InterPodAffinity', { hardPodAffinity: null }), 'args.hardPodAffinity: there is no', 'InterPodAffinity'],
    [configured('NodeResourcesFit', { scoringStrategy: { resource: [] } }), 'there is no "resource" here', '"resources"'],
    [{ healthzBindAddress: '' }, 'healthzBindAddress: there is no', 'one of: apiVersion'],
    [{ extenders: [{}] }, 'extenders: extenders are not modelled', 'take them out'],
  ])('%j is refused: it is decoded strictly', (json, problem, hint) => {
    expect(() => read(json)).toThrow(problem);
    if (hint !== 'InterPodAffinity') expect(() => read(json)).toThrow(hint);
  });

  test('a field that is not known is told with its line and column', () => {
    const text = 'kind: KubeSchedulerConfiguration\nprofiles:\n  - schedulerName: a\n    plugins:\n      filters: {}\n';
    const [field] = readDocuments({ path: 'config.yaml', text });
    const place = 'config.yaml:5:7 profiles[0].plugins.filters: there is no "filters" here';
    expect(() => readSchedulerConfiguration(field, V136)).toThrow(place);
  });

  test('fields of the process are read over, and those that only old versions have, where these are named', () => {
    const process = { leaderElection: { leaderElect: false }, enableProfiling: true, delayCacheUntilActive: true };
    expect(() => read(process)).not.toThrow();
    expect(() => read({ apiVersion: 'kubescheduler.config.k8s.io/v1beta2', healthzBindAddress: '' })).not.toThrow();
  });

  test('what is just within bounds is read', () => {
    const { initialBackoff, maxBackoff } = read({
      kind: 'KubeSchedulerConfiguration',
      percentageOfNodesToScore: 100,
      parallelism: 1,
      podInitialBackoffSeconds: 10,
      profiles: [{ schedulerName: 'a' }, { schedulerName: 'b', percentageOfNodesToScore: 0 }],
    });
    expect([initialBackoff, maxBackoff]).toEqual([10_000, 10_000]);
  });

  test('weights change, plugins go', () => {
    const { ImageLocality: _, ...rest } = all;
    const plugins = {
      multiPoint: { disabled: [{ name: 'ImageLocality' }], enabled: [{ name: 'NodeAffinity', weight: 7 }] },
      score: { enabled: [{ name: 'NodeResourcesFit', weight: 5 }] },
    };
    expect(weights({ profiles: [{ plugins }] })).toEqual({ ...rest, NodeAffinity: 7, NodeResourcesFit: 5 });
    const only = { score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit' }] } };
    expect(weights({ profiles: [{ plugins: only }] })).toEqual({ NodeResourcesFit: 1 });
    expect(read({ profiles: [{ plugins: only }] }).profiles[0].filters).toHaveLength(8);
  });

  test('limits and back-off', () => {
    const json = { clientConnection: { qps: 5000, burst: 6000 }, podMaxBackoffSeconds: 4, percentageOfNodesToScore: 30 };
    expect(read(json)).toMatchObject({ clientQps: 5000, clientBurst: 6000, initialBackoff: 1000, maxBackoff: 4000 });
    expect(read(json).profiles[0]).toMatchObject({ percentageOfNodesToScore: 30, tieBreak: 'heap-first' });
    expect(defaultProfile(V126).tieBreak).toBe('reservoir');
  });

  test('a plugin that does not exist is told, with its place', () => {
    const json = { profiles: [{ plugins: { score: { disabled: [{ name: 'NodeResourceFit' }] } } }] };
    expect(() => read(json)).toThrow(
      'config.yaml.profiles[0].plugins.score.disabled[0].name: there is no scheduling plugin "NodeResourceFit"\n' +
        '  hint: did you mean "NodeResourcesFit"?',
    );
  });
});
