// Reading of Kubernetes objects: quantities to the last unit, and errors that tell the place.
import { describe, expect, test } from 'vitest';
import { parseQuantity } from '../src/kubernetes-quantity.ts';
import { readNode } from '../src/kubernetes-read-cluster.ts';
import { readPod } from '../src/kubernetes-read-pod.ts';
import { compileLabelSelector, parseInt64 } from '../src/kubernetes-selectors.ts';
import { podRequests } from '../src/policies/kube-default/pod-requests.ts';
import { pod, V126, V136 } from './kube-objects.ts';

describe('quantities', () => {
  test.each([
    ['1', 1],
    ['1.5Gi', 1_610_612_736],
    ['0.1Ki', 103], // 102.4, rounded up
    ['500m', 1],
    ['1500m', 2],
    ['2k', 2000],
    ['2e3', 2000],
    ['1E', 1e18],
    ['12E-1', 2],
    ['1n', 1],
    ['.5', 1],
    ['-500m', 0], // up is towards zero here
    ['+3', 3],
  ])('%s is %d whole units', (text, units) => expect(parseQuantity(text)).toBe(BigInt(units)));

  test.each([
    ['1', 1000],
    ['500m', 500],
    ['0.0001', 1],
    ['100u', 1],
    ['2.0015', 2002],
  ])('%s cpus are %d millicores', (text, millis) => expect(parseQuantity(text, 3)).toBe(BigInt(millis)));

  test.each(['', 'G', '1K', '1 Gi', '0x10', '1e', 'NaN', '--1'])('"%s" is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });
});

describe('requests', () => {
  const total = (spec: object, behaviour = V136) => {
    const { exact, nonZero, scored } = podRequests(pod('p', {}, { spec: { ...spec } }).spec, behaviour);
    return { cpu: exact.get('cpu'), nonZero: nonZero.cpu, scored: scored.cpu };
  };
  const container = (requests: object) => ({ resources: { requests } });

  test('containers that do not say count 100m for scores, each', () => {
    const containers = [container({}), container({ cpu: '0' }), container({ cpu: '1' }), container({})];
    expect(total({ containers })).toEqual({ cpu: 1000, nonZero: 1200, scored: 1200 });
    expect(total({ containers: [] })).toEqual({ cpu: undefined, nonZero: 0, scored: 0 });
  });

  test('requests of the pod stand in for those of its containers', () => {
    const spec = { containers: [container({ cpu: '1' }), container({})], resources: { requests: { cpu: '4' } } };
    expect(total(spec)).toEqual({ cpu: 4000, nonZero: 4000, scored: 4000 });
    expect(total(spec, V126)).toEqual({ cpu: 1000, nonZero: 1100, scored: 1100 });
  });

  test('a limit without a request stands for both', () => {
    expect(total({ containers: [{ resources: { limits: { cpu: '2' } } }] }).cpu).toBe(2000);
  });

  test('1.26 scores the overhead in whole cores', () => {
    const spec = { containers: [container({ cpu: '1' })], overhead: { cpu: '250m' } };
    expect(total(spec)).toEqual({ cpu: 1250, nonZero: 1250, scored: 1250 });
    expect(total(spec, V126)).toEqual({ cpu: 1250, nonZero: 1250, scored: 1001 });
  });
});

describe('objects', () => {
  test('null and missing are alike', () => {
    const bare = readPod(
      { metadata: { name: 'p', labels: null }, spec: { affinity: { podAffinity: null }, tolerations: null } },
      'p',
    );
    expect(bare).toEqual(readPod({ metadata: { name: 'p' } }, 'p'));
    expect(bare.spec).toMatchObject({ priority: 0, terminationGrace: 30_000, preemptionPolicy: 'PreemptLowerPriority' });
  });

  test.each([
    { json: { metadata: { labels: { a: 1 } } }, message: 'p.metadata.labels.a: found 1 where a text belongs' },
    { json: { spec: { containers: {} } }, message: 'p.spec.containers: found {} where a list belongs' },
    {
      json: { spec: { containers: [{ resources: { requests: { cpu: '1 core' } } }] } },
      message: 'p.spec.containers[0].resources.requests.cpu: found "1 core" where a quantity such as "500m", "16Gi" or 4 belongs',
    },
    { json: { spec: { priority: 1.5 } }, message: 'p.spec.priority: found 1.5 where a whole number belongs' },
    { json: { status: { startTime: 'soon' } }, message: 'p.status.startTime: found "soon" where a time such as' },
    { json: [], message: 'p: found [] where an object belongs' },
  ])('$message', ({ json, message }) => expect(() => readPod(json, 'p')).toThrow(message));

  test('a node as kubectl prints it', () => {
    const node = readNode(
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'gpu-1', labels: { 'kubernetes.io/hostname': 'gpu-1' } },
        spec: { unschedulable: true, taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
        status: { allocatable: { cpu: '63500m', memory: '515Gi', 'nvidia.com/gpu': '8', pods: '110' } },
      },
      'nodes.json.items[0]',
    );
    expect(node).toMatchObject({ name: 'gpu-1', unschedulable: true, taints: [{ key: 'gpu', value: '', effect: 'NoSchedule' }] });
    expect(Object.fromEntries(node.allocatable)).toEqual({ cpu: 63_500, memory: 515 * 2 ** 30, 'nvidia.com/gpu': 8, pods: 110 });
  });

  test('selectors: none matches nothing, an empty one everything, a wrong one nothing', () => {
    const labels = new Map([['app', 'web']]);
    const selector = (operator: string, ...values: string[]) =>
      compileLabelSelector({ matchLabels: new Map(), matchExpressions: [{ key: 'app', operator, values }] });
    expect(compileLabelSelector(undefined).matches(labels)).toBe(false);
    expect(compileLabelSelector({ matchLabels: new Map(), matchExpressions: [] }).matches(labels)).toBe(true);
    expect(selector('In', 'web', 'db').matches(labels)).toBe(true);
    expect(selector('NotIn', 'web').matches(labels)).toBe(false);
    expect(selector('NotIn', 'web').matches(new Map())).toBe(true);
    expect(selector('Gt', '3')).toMatchObject({ error: '"Gt" is not a valid label selector operator' });
    expect(selector('In').matches(labels)).toBe(false);
    expect([parseInt64('+0012'), parseInt64('9223372036854775808'), parseInt64('1_0'), parseInt64('')]).toEqual([
      12n,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
