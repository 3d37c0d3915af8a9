// Records of a real kube-scheduler, decision by decision, and whether the comparison notices what is wrong.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { simulate } from '../src/engine/simulate.ts';
import { firstFit } from '../src/placement/first-fit.ts';
import { compareFreely } from '../src/verify/kube-log-comparison.ts';
import { readKubeLog } from '../src/verify/kube-log-record.ts';
import type { KubeLog, LogEvent } from '../src/verify/kube-log-record.ts';
import { SampledSearch } from '../src/verify/kube-log-sampling.ts';
import { replayGuided } from '../src/verify/kube-log.ts';

const FOLDER = '../shared/truth/kube/real-v1.26.5';
const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];
const read = (name: string) => readKubeLog(JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8')), name);

describe.skipIf(files.length === 0)(`records of kube-scheduler v1.26.5 (skipped: there is no ${FOLDER})`, () => {
  test.each(files)('%s: ours would have decided every pod as the real one did, and says the same', (name) => {
    const { agree, pods, disagreements, messages } = replayGuided(read(name), '1.26', name);
    expect(disagreements).toEqual([]);
    expect([agree, messages.same]).toEqual([pods, messages.all]);
  });

  test.each(files)('%s: left alone, ours binds, evicts and leaves pending the same pods', (name) => {
    const log = read(name);
    const free = compareFreely(log, '1.26', (workload, cluster, policy, options) =>
      simulate(workload, cluster, policy, { ...options, placement: firstFit }),
    );
    expect([free.sameFate, free.sameVictims]).toEqual([log.pods.length, log.pods.length]);
    expect(free.preemptions.ours).toBe(free.preemptions.real);
    expect(free.inversions).toBeLessThanOrEqual(free.pairs / 20);
    if (free.throughput !== undefined) {
      expect(Math.abs(free.throughput.ours / free.throughput.real - 1)).toBeLessThan(0.1);
    }
  });

  test('formulas of another version are noticed', () => {
    const { agree, pods } = replayGuided(read('seq20.json'), '1.36', 'seq20');
    expect(pods - agree).toBeGreaterThan(15);
  });

  test('a victim too few is noticed, and a pod on a node that is not the best', () => {
    const log = read('preempt10-seed33.json');
    const spared = log.events.filter(({ pod, kind, condition }) => {
      return !(pod === 'low010' && (kind === 'delete' || condition?.startsWith('DisruptionTarget')));
    });
    const disagreeing = (events: readonly LogEvent[]) => {
      return replayGuided({ ...log, events }, '1.26', 'changed').disagreements.map(({ pod }) => pod);
    };
    expect(disagreeing(spared)).toContain('high011');
    const moved = log.events.map((event) =>
      event.pod === 'low015' && event.kind === 'bind' ? { ...event, node: 'n009' } : event,
    );
    expect(disagreeing(moved)).toContain('low015');
  });
});

describe('a record of a few lines', () => {
  const node = (name: string, cpu: string) => ({ name, labels: {}, allocatable: { cpu, memory: '8Gi', pods: '110' } });
  const pod = (name: string, t: number, more = {}) => ({ name, t, requests: { cpu: '2', memory: '1Gi' }, priority: 0, ...more });
  const record = (events: readonly object[], pods: readonly object[]): KubeLog =>
    readKubeLog({ format: 'kube-real-log/1', nodes: [node('small', '2'), node('large', '4')], pods, events }, 'record');

  test('a pod that gets the lesser node disagrees', () => {
    const decided = (to: string) => replayGuided(record([{ t: 5, ev: 'bind', pod: 'a', node: to }], [pod('a', 0)]), '1.26', 'r');
    expect(decided('large').disagreements).toEqual([]);
    expect(decided('small').disagreements).toMatchObject([{ pod: 'a', real: 'bound to small' }]);
  });

  test('what is bound late was decided when the pod came', () => {
    const events = [
      { t: 9, ev: 'bind', pod: 'b', node: 'small' },
      { t: 12, ev: 'bind', pod: 'a', node: 'large' },
      { t: 15, ev: 'bind', pod: 'c', node: 'large' },
    ];
    const { agree } = replayGuided(record(events, [pod('a', 0), pod('b', 1), pod('c', 2)]), '1.26', 'r');
    expect(agree).toBe(3);
  });

  test('left alone, pods end when they ended', () => {
    const events = [
      { t: 5, ev: 'bind', pod: 'a', node: 'large' },
      { t: 6, ev: 'bind', pod: 'b', node: 'large' },
      { t: 7, ev: 'bind', pod: 'c', node: 'small' },
      { t: 900, ev: 'gone', pod: 'c' },
      { t: 1005, ev: 'bind', pod: 'd', node: 'small' },
    ];
    const log = record(events, [pod('a', 0), pod('b', 1), pod('c', 2), pod('d', 1000)]);
    const free = compareFreely(log, '1.26', (workload, cluster, policy, options) =>
      simulate(workload, cluster, policy, { ...options, placement: firstFit }),
    );
    expect([free.sameFate, free.sameVictims]).toEqual([4, 4]);
  });

  test('another format is an error with its place', () => {
    expect(() => readKubeLog({ format: 'kube-real-log/9' }, 'x.json')).toThrow('x.json.format');
    expect(() => readKubeLog({}, 'x.json')).toThrow('x.json.format');
  });
});

describe('a damaged record is an error with its place', () => {
  const whole = {
    format: 'kube-real-log/1',
    nodes: [{ name: 'n', allocatable: { cpu: '2', pods: '9' } }],
    pods: [{ name: 'a', t: 0, requests: {} }],
    events: [{ t: 1, ev: 'bind', pod: 'a', node: 'n' }],
  };
  test('a whole one is none', () => expect(readKubeLog(whole, 'x').pods).toHaveLength(1));
  test.each([
    ['x.nodes', { nodes: undefined }],
    ['x.pods', { pods: undefined }],
    ['x.events', { events: undefined }],
    ['x.nodes[1].name', { nodes: [...whole.nodes, ...whole.nodes] }],
    ['x.pods[1].name', { pods: [...whole.pods, ...whole.pods] }],
    ['x.pods[0].name', { pods: [{ t: 0 }] }],
    ['x.events[0].pod', { events: [{ t: 1, ev: 'gone', pod: 'b' }] }],
    ['x.order', { order: 'somehow' }],
    ['x.events[0].node', { events: [{ t: 1, ev: 'bind', pod: 'a', node: 'm' }] }],
  ])('%s', (place, damage) => {
    const read = () => readKubeLog({ ...whole, ...damage }, 'x');
    expect(read).toThrow(InputError);
    expect(read).toThrow(place);
  });
});

describe('a search that stops early', () => {
  const order = Int32Array.from({ length: 200 }, (_, i) => i);
  /** All nodes pass; these are better than the others. */
  const allows = (search: SampledSearch, real: number, ...better: number[]) =>
    search.allows(
      order,
      order,
      Float64Array.from(order, (row) => (better.includes(row) ? 2 : 1)),
      real,
    );

  test('with few enough nodes all are looked at', () => {
    const search = new SampledSearch(200, 200, 'fresh');
    expect([allows(search, 150, 3), allows(search, 3, 3)]).toEqual([false, true]);
  });

  test('where it begins may be known, or shows in what it finds', () => {
    const nodes = Int32Array.from({ length: 1000 }, (_, i) => i);
    const totals = new Float64Array(1000);
    const finds = (search: SampledSearch, real: number) => search.allows(nodes, nodes, totals, real);
    const begun = (knows: 'fresh' | 'running') => new SampledSearch(1000, 420, knows);
    // Each of 16 workers may be ahead of what was found by its 31 nodes, and no more.
    expect([finds(begun('fresh'), 890), finds(begun('fresh'), 999)]).toEqual([true, false]);
    expect(finds(begun('running'), 999)).toBe(true);
    // Each search begins 420 behind the last: they do not all come to the same node.
    const running = begun('running');
    const found = Array.from({ length: 50 }, () => finds(running, 0));
    expect(found.slice(0, 2)).toEqual([true, true]);
    expect(found).toContain(false);
  });

  test('if the order of the nodes is not known, only how many are better says what cannot be', () => {
    const better = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
    const unknown = (count: number) => allows(new SampledSearch(200, 100, 'unknown'), 0, ...better(count));
    expect([unknown(0), unknown(100), unknown(101)]).toEqual([true, true, false]);
  });

  test('the better nodes may not have been looked at, but not if there are too many workers needed to miss them', () => {
    const few = (real: number, ...better: number[]) => allows(new SampledSearch(200, 100, 'fresh'), real, ...better);
    expect(few(0, 199)).toBe(true);
    // Two in each chunk: each worker is at the beginning of its own, and together they have not found enough.
    expect(few(0, ...Array.from({ length: 199 }, (_, i) => i + 1))).toBe(false);
  });
});
