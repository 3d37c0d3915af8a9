// Kubernetes objects as traces and clusters: what becomes of each kind, and that no form of file makes a difference.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readClusterFile } from '../src/cluster-file.ts';
import { InputError } from '../src/errors.ts';
import { KubernetesDocuments } from '../src/kubernetes-documents.ts';
import type { KubernetesDocument } from '../src/kubernetes-documents.ts';
import { JsonField } from '../src/kubernetes-json.ts';
import { totalRequests } from '../src/kubernetes-pod-requests.ts';
import { readPodSpec } from '../src/kubernetes-read-pod.ts';
import { yamlValues } from '../src/kubernetes-yaml-text.ts';
import { convertTrace } from '../src/trace/convert.ts';
import type { Tally, Trace } from '../src/trace/format.ts';
import { csv } from '../src/trace/csv.ts';
import { traceInMemory } from '../src/trace/input.ts';
import { readStored } from '../src/trace/read.ts';
import { FAILS, isService, jobId, nameOf, selectJobs } from '../src/workload.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';
import type { Workload } from '../src/workload.ts';
import { fuzz, FUZZ_RUNS } from './mutate.ts';

type Json = Record<string, unknown>;

const PLAIN = { template: { namespace: 'team', labels: new Map(), owners: [], spec: readPodSpec(new JsonField({}, 'spec')) } };

const MINUTE = 60_000;
/** Minutes after a day on which nothing happened. */
const at = (minutes: number) => new Date(Date.UTC(2026, 0, 31) + minutes * MINUTE).toISOString().replace('.000', '');

async function read(objects: readonly Json[] | string, parameters: Json = {}): Promise<Trace> {
  const text = typeof objects === 'string' ? objects : objects.map((object) => JSON.stringify(object)).join('\n');
  return readStored(traceInMemory(text, 'memory'), { format: 'kubernetes', parameters });
}

const total = (tallies: readonly Tally[]) => tallies.reduce((sum, { count }) => sum + count, 0);
const counts = (tallies: readonly Tally[]) => Object.fromEntries(tallies.map(({ what, count }) => [what, count]));

/** The jobs as rows, with what is worth looking at. */
function rows(workload: Workload) {
  return Array.from({ length: workload.count }, (_, job) => ({
    id: jobId(workload, job),
    submit: workload.submit[job] / MINUTE,
    runtime: workload.runtime[job] / MINUTE,
    tasks: groupsOf(workload, job).map(({ tasks }) => tasks),
  }));
}

function groupsOf({ kubernetes, firstGroup, groupTasks, groupMinimum, groupRequest, requests }: Workload, job: number) {
  if (kubernetes === undefined) throw new Error('the workload has no templates');
  const groups = [];
  for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
    const template = kubernetes.templates[kubernetes.templateOfGroup[group]];
    groups.push({ tasks: groupTasks[group], minimum: groupMinimum[group], request: requests[groupRequest[group]], template });
  }
  return groups;
}

const container = (requests: Json = { cpu: '1' }) => ({ name: 'main', resources: { requests } });

interface PodWords {
  readonly created?: number;
  readonly owner?: Json;
  readonly metadata?: Json;
  readonly spec?: Json;
  readonly status?: Json;
}

function podObject(name: string, { created = 0, owner, metadata = {}, spec = {}, status = {} }: PodWords = {}): Json {
  const owners = owner === undefined ? [] : [{ controller: true, uid: 'u', apiVersion: 'batch/v1', ...owner }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'team', creationTimestamp: at(created), ownerReferences: owners, ...metadata },
    spec: { containers: [container()], restartPolicy: 'Never', ...spec },
    status: { phase: 'Pending', ...status },
  };
}

const terminated = (from: number, until: number, more: Json = {}) => ({
  restartCount: 0,
  state: { terminated: { startedAt: at(from), finishedAt: at(until) } },
  ...more,
});

const template = (spec: Json = {}, metadata: Json = {}) => ({ metadata, spec: { containers: [container()], ...spec } });

function controllerObject(apiVersion: string, kind: string, name: string, spec: Json, more: Json = {}): Json {
  const { metadata = {}, ...rest } = more as { metadata?: Json };
  return { apiVersion, kind, metadata: { name, namespace: 'team', creationTimestamp: at(0), ...metadata }, spec, ...rest };
}

const job = (name: string, spec: Json, more: Json = {}) =>
  controllerObject('batch/v1', 'Job', name, { template: template({ restartPolicy: 'Never' }), ...spec }, more);

describe('forms of a file', () => {
  const document = fc.record({
    apiVersion: fc.constant('v1'),
    kind: fc.constantFrom('Pod', 'Node'),
    text: fc.constantFrom('', '"', '\\', 'a"items": [b', '{', '}]', 'é', '- x', '\n- y', '---', '#'),
    inner: fc.constantFrom({}, { items: [1, { a: [] }] }, { kind: 'x' }),
  });
  const documents = fc.array(document, { maxLength: 5 });
  const cuts = fc.array(fc.nat(400), { maxLength: 6 });

  function pieces(text: string, at: readonly number[]): string[] {
    const places = [0, ...at.map((one) => one % (text.length + 1)), text.length].sort((a, b) => a - b);
    return places.slice(1).map((until, index) => text.slice(places[index], until));
  }

  async function objects(text: string, at: readonly number[] = []): Promise<unknown[]> {
    const found: KubernetesDocument[] = [];
    const reader = new KubernetesDocuments('memory', (one) => found.push(one));
    for (const piece of pieces(text, at)) reader.add(piece);
    await reader.finish();
    return found.map(({ json }) => json);
  }

  /** What kubectl prints, what the API server sends, and what people make of both. */
  const forms: Record<string, (list: readonly Json[]) => string> = {
    'a list': (list) => JSON.stringify({ apiVersion: 'v1', items: list, kind: 'List', metadata: {} }, null, 4),
    'a list in one line': (list) => JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata: {}, items: list }),
    'two lists': (list) =>
      [list.slice(0, 2), list.slice(2)]
        .map((items) => JSON.stringify({ kind: 'List', apiVersion: 'v1', items }, null, 1))
        .join('\n'),
    'an array': (list) => JSON.stringify(list, null, 2),
    'JSON lines': (list) => list.map((one) => `${JSON.stringify(one)}\n`).join(''),
    'documents behind each other': (list) => list.map((one) => JSON.stringify(one, null, 2)).join(''),
    'YAML documents': (list) => list.map((one) => `---\n${stringify(one)}`).join(''),
    'a YAML list': (list) => stringify({ apiVersion: 'v1', items: list, kind: 'List' }, { indentSeq: false }),
  };

  test.each(Object.entries(forms))('%s: all objects, in order, wherever the text is cut', async (_, form) => {
    await fc.assert(
      fc.asyncProperty(documents, cuts, async (list, at) => {
        expect(await objects(form(list), at)).toEqual(list);
      }),
      { numRuns: 300 },
    );
  });

  test('items of a typed list are of its kind, wherever it says so', async () => {
    const items = [{ metadata: { name: 'a' } }, { kind: 'Node', apiVersion: 'v1' }];
    const typed = [
      { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'a' } },
      { kind: 'Node', apiVersion: 'v1' },
    ];
    const kinds = async (list: Json) =>
      (await objects(JSON.stringify(list))).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? 1 : -1));
    const expected = [...typed].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? 1 : -1));
    expect(await kinds({ kind: 'PodList', apiVersion: 'v1', items })).toEqual(expected);
    expect(await kinds({ items, apiVersion: 'v1', kind: 'PodList' })).toEqual(expected);
    expect(await objects(stringify({ kind: 'PodList', apiVersion: 'v1', items }))).toEqual(typed);
  });

  test('a long YAML list taken apart is the same as a whole one', () => {
    const item = fc.record({ kind: fc.constantFrom('Pod', 'Node'), text: fc.constantFrom('a', '- a', 'x\n- y\nz', '#', ' b') });
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 4 }), fc.boolean(), fc.boolean(), (items, indentSeq, after) => {
        const list = after ? { apiVersion: 'v1', items, kind: 'List' } : { apiVersion: 'v1', kind: 'List', items };
        const apart = [...yamlValues(stringify(list, { indentSeq }), 'memory', 0)];
        expect(apart.slice(0, -1).map(({ value }) => value)).toEqual(items);
        expect(apart.at(-1)?.value).toEqual({ ...list, items: [] });
        expect(apart.map(({ item: place }) => place)).toEqual([...items.keys(), undefined]);
      }),
    );
  });

  test('a mistake in a long YAML list is told with its line', () => {
    const text = '\napiVersion: v1\nitems:\n# pods\n- a: 1\n\n- b: 1\n  c: [\nkind: List\n';
    expect(() => [...yamlValues(text, 'memory', 0)]).toThrow(/^memory:[89]:/);
    const apart = [...yamlValues(text.replace('[', '1'), 'memory', 0)];
    expect(apart.map(({ line, value }) => [line, value])).toEqual([
      [5, { a: 1 }],
      [7, { b: 1, c: 1 }],
      [1, { apiVersion: 'v1', items: [], kind: 'List' }],
    ]);
  });

  test.each([
    { what: 'JSON that ends early', text: '{"kind": "Pod",', where: 'memory:1', problem: 'never closed' },
    { what: 'an array that ends early', text: '[{"kind": "Pod"}', where: 'memory:1', problem: 'never closed' },
    { what: 'text between objects', text: '{}\nhello', where: 'memory:2', problem: 'where an object should begin' },
    { what: 'a mistake in an item', text: '{"items": [\n{},\n{"a" 1}]}', where: 'memory:3', problem: 'not valid json' },
    { what: 'a mistake in YAML', text: 'a: b\n---\nkind: Pod\n  x: 1\n', where: 'memory:3:7', problem: 'mapping' },
    { what: 'a wrong alias', text: 'kind: *nothing\n', where: 'memory:1', problem: 'alias' },
  ])('$what is told with its place', async ({ text, where, problem }) => {
    const error: unknown = await objects(text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).where).toContain(where);
    expect((error as InputError).problem.toLowerCase()).toContain(problem);
  });
});

const nodeObject = (
  name: string,
  { labels = {}, spec = {}, allocatable = {}, conditions = [] }: Record<string, unknown> = {},
): Json => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels },
  spec,
  status: { allocatable: { cpu: '8', memory: '32Gi', pods: '110', ...(allocatable as Json) }, conditions },
});

describe('clusters', () => {
  const zone = (name: string) => ({ 'topology.kubernetes.io/zone': name });
  const list = JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      nodeObject('a', { labels: { ...zone('z1'), 'nvidia.com/gpu.product': 'H100' }, allocatable: { 'nvidia.com/gpu': '8' } }),
      nodeObject('b', {
        labels: zone('z2'),
        spec: {
          taints: [
            { key: 'k', value: 'v', effect: 'NoSchedule' },
            { key: 'n', effect: 'NoExecute' },
          ],
        },
      }),
      nodeObject('c', { allocatable: { 'amd.com/gpu': '4' } }),
      podObject('p'),
    ],
  });

  test('a node is a pool of its own, and keeps its object', async () => {
    const { pools, topology, interchangeable } = await readClusterFile(list, 'nodes.json');
    expect(interchangeable).toBe(false);
    expect(pools.map(({ name, count }) => [name, count])).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
    expect(pools[0]).toMatchObject({ cpu: 8000, memory: 32 * 2 ** 30, gpus: 8, gpuModel: 'H100', other: { pods: 110 } });
    expect(pools[1]).toMatchObject({ gpus: 0, taints: ['k=v:NoSchedule', 'n:NoExecute'] });
    expect(pools[2]).toMatchObject({ gpus: 0, other: { pods: 110, 'amd.com/gpu': 4 } });
    expect(pools.map(({ object }) => object?.name)).toEqual(['a', 'b', 'c']);
    expect(topology).toEqual([{ name: 'zone', domain: { code: Int32Array.of(0, 1, -1), names: ['z1', 'z2'] } }]);
  });

  test('YAML and JSON give the same', async () => {
    const yaml = stringify(JSON.parse(list));
    expect((await readClusterFile(yaml, 'nodes.json')).pools).toEqual((await readClusterFile(list, 'nodes.json')).pools);
  });

  test.each([
    { what: 'no node', items: [podObject('p')], problem: 'there is no node in it' },
    { what: 'the same name twice', items: [nodeObject('a'), nodeObject('a')], problem: 'there are two nodes "a"' },
    { what: 'a wrong quantity', items: [nodeObject('a', { allocatable: { cpu: 'many' } })], problem: 'found "many"' },
    { what: 'less than nothing', items: [nodeObject('a', { allocatable: { cpu: '-1' } })], problem: 'found -1000 cpu' },
  ])('$what is a mistake', async ({ items, problem }) => {
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    const error: unknown = await readClusterFile(text, 'nodes.json').catch((thrown: unknown) => thrown);
    expect((error as InputError).problem).toContain(problem);
    expect((error as InputError).where).toContain('nodes.json');
  });

  test('nodes beside pods are the cluster of the trace; what is wrong with them is told', async () => {
    const conditions = [{ type: 'Ready', status: 'Unknown' }];
    const { declared, noJob, warnings } = await read([
      nodeObject('a', { spec: { unschedulable: true } }),
      nodeObject('b', { conditions }),
      nodeObject('b'),
      podObject('p'),
    ]);
    expect(declared.cluster?.pools.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(declared).toMatchObject({ nodes: 2, procs: 16 });
    expect(counts(noJob)).toEqual({ nodes: 2, 'earlier states of objects that are listed again': 1 });
    expect(warnings).toEqual([expect.stringContaining('1 of 2 nodes are cordoned')]);
  });
});

describe('pods', () => {
  const done = (from: number, until: number) => ({
    phase: 'Succeeded',
    startTime: at(from),
    containerStatuses: [terminated(from, until)],
  });

  test.each([
    { what: 'finished', pod: podObject('p', { status: done(3, 10) }), runtime: 7 },
    {
      what: 'finished, after its init container',
      pod: podObject('p', { status: { ...done(3, 10), initContainerStatuses: [terminated(1, 2)] } }),
      runtime: 9,
    },
    {
      what: 'finished, its longest container',
      pod: podObject('p', { status: { ...done(3, 10), containerStatuses: [terminated(3, 10), terminated(4, 12)] } }),
      runtime: 9,
    },
    {
      what: 'restarted: from its start',
      pod: podObject('p', { status: { ...done(1, 10), containerStatuses: [terminated(8, 10, { restartCount: 2 })] } }),
      runtime: 9,
    },
    {
      what: 'finished, although it says otherwise',
      pod: podObject('p', { status: done(3, 10), metadata: { annotations: { 'yardmaster.dev/runtime': '90m' } } }),
      runtime: 7,
    },
    { what: 'foretold', pod: podObject('p', { metadata: { annotations: { 'yardmaster.dev/runtime': '1h30m' } } }), runtime: 90 },
    {
      what: 'evicted',
      pod: podObject('p', {
        status: {
          phase: 'Failed',
          startTime: at(2),
          conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: at(8) }],
        },
      }),
      runtime: 6,
    },
    { what: 'unknown', pod: podObject('p'), runtime: 60 },
    { what: 'a service', pod: podObject('p', { spec: { restartPolicy: 'Always' } }), runtime: Infinity },
    { what: 'a service that ended', pod: podObject('p', { spec: { restartPolicy: 'Always' }, status: done(3, 4) }), runtime: 1 },
    {
      what: 'of a DaemonSet',
      pod: podObject('p', { owner: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd' } }),
      runtime: Infinity,
    },
    {
      what: 'being deleted',
      pod: podObject('p', {
        metadata: { deletionTimestamp: at(5), creationTimestamp: at(0) },
        status: { phase: 'Running', startTime: at(1) },
      }),
      runtime: 4,
    },
  ])('$what: runs for $runtime min', async ({ what, pod, runtime }) => {
    const { workload, repaired } = await read([pod]);
    expect(workload.runtime[0] / MINUTE).toBe(runtime);
    expect(total(repaired)).toBe(what === 'unknown' ? 1 : 0);
    expect(isService(workload, 0)).toBe(runtime === Infinity);
  });

  test('what is running stays on its node; what has ended is scheduled anew', async () => {
    const spec = { nodeName: 'n1' };
    const { workload } = await read([
      podObject('runs', { spec, status: { phase: 'Running', startTime: at(2) } }),
      podObject('failed', { created: 1, spec, status: { ...done(3, 4), phase: 'Failed' } }),
    ]);
    expect([0, 1].map((job) => groupsOf(workload, job)[0].template.nodeName)).toEqual(['n1', undefined]);
    expect([...workload.outcome]).toEqual([0, FAILS]);
    expect([...(workload.recordedStart ?? [])].map((time) => time / MINUTE)).toEqual([2, 3]);
    expect(workload.origin + workload.epoch).toBe(Date.parse(at(0)));
  });

  test('requests, walltime, user, queue and priority', async () => {
    const { workload } = await read([
      podObject('p', {
        metadata: { labels: { 'kueue.x-k8s.io/queue-name': 'q', 'yardmaster.dev/user': 'ada' } },
        spec: {
          activeDeadlineSeconds: 120,
          priority: 7,
          overhead: { cpu: '100m' },
          nodeSelector: { 'nvidia.com/gpu.product': 'H100' },
          containers: [
            container({ cpu: '1', memory: '1Gi' }),
            { resources: { limits: { 'nvidia.com/gpu': 2, 'example.com/nic': 1 } } },
          ],
          initContainers: [container({ cpu: '3' }), { ...container({ cpu: '250m' }), restartPolicy: 'Always' }],
        },
      }),
    ]);
    const request = { cpu: 3100, memory: 2 ** 30, gpu: 2000, gpuModels: ['H100'], other: { 'example.com/nic': 1 } };
    expect(groupsOf(workload, 0)[0].request).toEqual(request);
    expect(workload.walltime[0]).toBe(2 * MINUTE);
    expect(['user', 'account', 'queue', 'partition'].map((name) => nameOf(workload[name as 'user'], 0))).toEqual([
      'ada',
      'team',
      'q',
      undefined,
    ]);
    expect(workload.priority?.[0]).toBe(7);
  });

  test('a part of a GPU stands in an annotation', async () => {
    const { workload } = await read([podObject('p', { metadata: { annotations: { 'gpu-fraction': '0.25' } } })]);
    const [{ request, template }] = groupsOf(workload, 0);
    expect(request.gpu).toBe(250);
    // The pod asks for what the books take, or schedulers would put it where there is no room.
    expect(totalRequests(template.spec, { podLevelResources: true })).toEqual(
      new Map([
        ['cpu', 1000],
        ['nvidia.com/gpu', 0.25],
      ]),
    );
  });

  test('a pod that asks for whole GPUs is not given a part as well, and one without containers is', async () => {
    const metadata = { annotations: { 'gpu-fraction': '0.5' } };
    const whole = podObject('whole', { metadata, spec: { containers: [container({ 'nvidia.com/gpu': '2' })] } });
    const empty = podObject('empty', { metadata, spec: { containers: [] } });
    // The metadata of `podObject` stands in place of the names.
    const named = [whole, empty].map((pod, index) => ({ ...pod, metadata: { ...(pod.metadata as Json), name: `p${index}` } }));
    const { workload } = await read(named);
    const gpus = (job: number) => totalRequests(groupsOf(workload, job)[0].template.spec, { podLevelResources: true });
    expect([0, 1].map((job) => gpus(job).get('nvidia.com/gpu'))).toEqual([2, 0.5]);
  });

  test('who makes a new one for it', async () => {
    const owner = (kind: string) => ({ kind, name: 'o' });
    const { workload } = await read(
      [
        podObject('bare'),
        podObject('of-job', { owner: owner('Job') }),
        podObject('indexed', { owner: owner('Job'), metadata: { labels: { 'batch.kubernetes.io/job-completion-index': '0' } } }),
        podObject('of-set', { owner: owner('StatefulSet') }),
        podObject('static', { owner: owner('Node') }),
      ].map((pod, index) => ({ ...pod, metadata: { ...(pod.metadata as Json), creationTimestamp: at(index) } })),
      { recreate: '5s' },
    );
    // The label of the indexed one stands in place of its metadata, not beside its owner.
    const names = rows(workload).map(({ id }, index) => [id, groupsOf(workload, index)[0].template.replacement]);
    expect(Object.fromEntries(names)).toMatchObject({
      'team/bare': undefined,
      'team/of-job': { name: 'new', delay: 5000 },
      'team/indexed': { name: 'same', delay: 5000 },
      'team/of-set': { name: 'same', delay: 5000 },
      'team/static': undefined,
    });
  });

  test('pods of one spec share it', async () => {
    const { workload } = await read([
      podObject('a'),
      podObject('b', { spec: { nodeName: 'n' } }),
      podObject('c', { spec: { priority: 1 } }),
    ]);
    const specs = [0, 1, 2].map((job) => groupsOf(workload, job)[0].template.spec);
    expect(specs[0]).toBe(specs[1]);
    expect(specs[0]).not.toBe(specs[2]);
  });

  test('the last state of a pod that is listed again counts', async () => {
    const uid = { metadata: { name: 'p', namespace: 'team', uid: 'x', creationTimestamp: at(0) } };
    const { workload, noJob } = await read([
      podObject('p', uid),
      podObject('q', { created: 1 }),
      podObject('p', { ...uid, status: done(2, 5) }),
    ]);
    expect(rows(workload).map(({ id, runtime }) => [id, runtime])).toEqual([
      ['team/p', 3],
      ['team/q', 60],
    ]);
    expect(counts(noJob)).toEqual({ 'earlier states of objects that are listed again': 1 });
  });

  test('a start before the creation is none', async () => {
    const { workload, repaired } = await read([
      podObject('p', { created: 5, status: { phase: 'Running', startTime: at(4) } }),
      podObject('q'),
    ]);
    expect(workload.recordedStart?.every((start) => Number.isNaN(start)) ?? true).toBe(true);
    expect(Object.keys(counts(repaired))).toContain('it started before it was created: the start is left out');
  });

  test('one that cannot be read is counted with the reason, and the rest is read', async () => {
    const { workload, skipped } = await read([
      podObject('bad', { spec: { containers: [container({ cpu: '1 core' })] } }),
      podObject('good'),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } },
      controllerObject('batch/v1', 'CronJob', 'c', {}),
    ]);
    expect(rows(workload).map(({ id }) => id)).toEqual(['team/good']);
    expect(skipped.map(({ what, where }) => [what.slice(0, 60), where])).toEqual([
      ['Pod that cannot be read: spec.containers[].resources.request', [1]],
      ['ConfigMap: this kind is not read', [3]],
      ['CronJob: it makes Jobs at times that are not unrolled; those', [4]],
    ]);
  });

  test('without creation times all begin at 0, or when they say', async () => {
    const manifest = (name: string, annotations: Json = {}) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, annotations },
      spec: { containers: [] },
    });
    const { workload, warnings } = await read([manifest('late', { 'yardmaster.dev/submit': '2m' }), manifest('early')]);
    expect(rows(workload).map(({ id, submit }) => [id, submit])).toEqual([
      ['default/early', 0],
      ['default/late', 2],
    ]);
    expect(workload.epoch).toBeNaN();
    expect(warnings).toEqual([expect.stringContaining('no object has a creationTimestamp')]);
    const mixed = await read([podObject('p', { created: 5 }), manifest('m')]);
    expect(rows(mixed.workload).map(({ submit }) => submit)).toEqual([0, 0]);
    expect(Object.keys(counts(mixed.repaired))).toContain('no creationTimestamp: submitted with the first job');
  });
});

describe('priorities', () => {
  const priorityClass = (name: string, value: number, more: Json = {}) => ({
    ...{ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value },
    ...more,
  });

  test.each([
    { what: 'its own', spec: { priority: 3, priorityClassName: 'high' }, priority: 3, policy: 'Never' },
    { what: 'its class', spec: { priorityClassName: 'high' }, priority: 1000, policy: 'Never' },
    {
      what: 'its class, with a policy of its own',
      spec: { priorityClassName: 'high', preemptionPolicy: 'PreemptLowerPriority' },
      priority: 1000,
    },
    { what: 'a class of every cluster', spec: { priorityClassName: 'system-node-critical' }, priority: 2_000_001_000 },
    { what: 'the lowest default', spec: {}, priority: 5 },
    { what: 'a class that is not listed', spec: { priorityClassName: 'gone' }, priority: 0 },
  ])('$what', async ({ spec, priority, policy = 'PreemptLowerPriority' }) => {
    const classes = [priorityClass('d', 9, { globalDefault: true }), priorityClass('high', 1000, { preemptionPolicy: 'Never' })];
    // Classes may stand behind the pods.
    const { workload, repaired } = await read([
      podObject('p', { spec }),
      ...classes,
      priorityClass('e', 5, { globalDefault: true }),
    ]);
    const { template } = groupsOf(workload, 0)[0];
    expect(template.spec).toMatchObject({ priority, preemptionPolicy: policy });
    expect(workload.priority?.[0]).toBe(priority);
    expect(Object.keys(counts(repaired)).some((what) => what.includes('priority class'))).toBe(spec.priorityClassName === 'gone');
  });

  test("Kueue's class orders the queue, not the pods", async () => {
    const kueue = { apiVersion: 'kueue.x-k8s.io/v1beta1', kind: 'WorkloadPriorityClass', metadata: { name: 'w' }, value: 42 };
    const { workload } = await read([
      podObject('p', { metadata: { name: 'p', labels: { 'kueue.x-k8s.io/priority-class': 'w' } } }),
      kueue,
    ]);
    expect([workload.priority?.[0], groupsOf(workload, 0)[0].template.spec.priority]).toEqual([42, 0]);
  });
});

describe('Jobs', () => {
  test('a row for each completion, of which only so many may be there at once', async () => {
    const { workload, furtherJobs } = await read([
      job('j', { completions: 5, parallelism: 2, completionMode: 'Indexed' }),
      job('k', {}),
    ]);
    expect(rows(workload).map(({ id }) => id)).toEqual(['team/j-0', 'team/j-1', 'team/j-2', 'team/j-3', 'team/j-4', 'team/k']);
    expect([...(workload.kubernetes?.throttleOfJob ?? [])]).toEqual([0, 0, 0, 0, 0, -1]);
    expect(workload.kubernetes?.parallelism).toEqual([2]);
    const { template } = groupsOf(workload, 3)[0];
    expect(Object.fromEntries(template.labels)).toMatchObject({
      'job-name': 'j',
      'batch.kubernetes.io/job-completion-index': '3',
    });
    expect(template.replacement?.name).toBe('same');
    expect(template.owners).toMatchObject([{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', controller: true }]);
    expect(total(furtherJobs)).toBe(4);
  });

  test('pods, completions and listed pods: as many rows as pods there are and will be', async () => {
    const small = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
    const phase = fc.constantFrom('Succeeded', 'Failed', 'Running');
    await fc.assert(
      fc.asyncProperty(
        small,
        small,
        fc.array(phase, { maxLength: 4 }),
        fc.boolean(),
        async (parallelism, completions, phases, complete) => {
          const status = complete ? { completionTime: at(9), startTime: at(0) } : {};
          const pods = phases.map((one, index) =>
            podObject(`p${index}`, { owner: { kind: 'Job', name: 'j' }, status: { phase: one } }),
          );
          const objects = [job('j', { parallelism, completions }, { status }), ...pods, podObject('other')];
          const { workload, furtherJobs, skipped, noJob } = await read(objects);
          const wanted = parallelism === 0 ? 0 : (completions ?? parallelism ?? 1);
          const alive = phases.filter((one) => one !== 'Failed').length;
          // A complete Job has no more pods to make, unless no pod is there to tell of those it has made.
          const more = complete && phases.length > 0 ? 0 : Math.max(0, wanted - alive);
          expect(workload.count).toBe(phases.length + 1 + more);
          expect(workload.count - total(furtherJobs) + total(skipped) + total(noJob)).toBe(objects.length);
          const throttled = [...(workload.kubernetes?.throttleOfJob ?? [])].filter((one) => one >= 0).length;
          expect(throttled).toBe(more > (parallelism ?? 1) ? more : 0);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('its time is shared among its rounds', async () => {
    const status = { startTime: at(10), completionTime: at(40) };
    const { workload } = await read([job('rounds', { completions: 5, parallelism: 2 }, { status }), job('one', {}, { status })]);
    expect(rows(workload).map(({ runtime }) => runtime)).toEqual([10, 10, 10, 10, 10, 30]);
    expect(workload.recordedStart?.[5]).toBe(10 * MINUTE);
    expect(workload.recordedStart?.[0]).toBeNaN();
  });

  test('a failed one fails, a suspended one is skipped unless it waits for Kueue', async () => {
    const labels = { 'kueue.x-k8s.io/queue-name': 'q' };
    const { workload, skipped } = await read([
      job(
        'failed',
        {},
        { status: { startTime: at(1), conditions: [{ type: 'Failed', status: 'True', lastTransitionTime: at(3) }] } },
      ),
      job('suspended', { suspend: true }),
      job('queued', { suspend: true, activeDeadlineSeconds: 60 }, { metadata: { labels } }),
    ]);
    expect(rows(workload).map(({ id, runtime }) => [id, runtime])).toEqual([
      ['team/failed', 2],
      ['team/queued', 60],
    ]);
    expect([...workload.outcome]).toEqual([FAILS, 0]);
    expect(workload.walltime[1]).toBe(MINUTE);
    expect(nameOf(workload.queue, 1)).toBe('q');
    expect(counts(skipped)).toEqual({ 'Job: it is suspended': 1 });
  });
});

describe('services', () => {
  const deployment = controllerObject('apps/v1', 'Deployment', 'web', {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: template({}, { labels: { app: 'web' } }),
  });

  test('a Deployment has pods, and a ReplicaSet that selects them', async () => {
    const { workload } = await read([deployment]);
    expect([0, 1].map((one) => isService(workload, one))).toEqual([true, true]);
    const { labels, owners } = groupsOf(workload, 0)[0].template;
    const hash = labels.get('pod-template-hash') ?? '';
    expect(owners).toMatchObject([{ kind: 'ReplicaSet', name: `web-${hash}` }]);
    expect(workload.kubernetes?.replicators).toMatchObject([{ kind: 'ReplicaSet', name: `web-${hash}`, namespace: 'team' }]);
    expect([...(workload.kubernetes?.replicators[0].selector?.matchLabels ?? [])]).toEqual([
      ['app', 'web'],
      ['pod-template-hash', hash],
    ]);
    expect(workload.kubernetes?.namespaces).toMatchObject([
      { name: 'team', labels: new Map([['kubernetes.io/metadata.name', 'team']]) },
    ]);
  });

  test('listed pods stand for the ReplicaSet and the Deployment, whichever is listed', async () => {
    const pod = podObject('web-5f-abc', {
      metadata: {
        ...{ name: 'web-5f-abc', namespace: 'team', creationTimestamp: at(0), labels: { app: 'web', 'pod-template-hash': '5f' } },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-5f', uid: 'r', controller: true }],
      },
    });
    const set = controllerObject('apps/v1', 'ReplicaSet', 'web-5f', (deployment.spec as Json) ?? {}, {
      metadata: { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd', controller: true }] },
    });
    for (const objects of [[pod, set, deployment], [deployment, pod], [set, pod], [pod]]) {
      const { workload, noJob } = await read(objects);
      expect(rows(workload).map(({ id }) => id)).toEqual(['team/web-5f-abc']);
      expect(total(noJob)).toBe(objects.length - 1);
      expect(workload.kubernetes?.replicators.map(({ name }) => name)).toEqual(objects.length === 1 ? [] : ['web-5f']);
    }
    const { workload } = await read([set, deployment]);
    expect(rows(workload)).toHaveLength(2);
  });

  test('a StatefulSet numbers its pods', async () => {
    const { workload } = await read([
      controllerObject('apps/v1', 'StatefulSet', 'db', { replicas: 2, ordinals: { start: 5 }, template: template() }),
    ]);
    expect(rows(workload).map(({ id }) => id)).toEqual(['team/db-5', 'team/db-6']);
    expect(groupsOf(workload, 1)[0].template.labels.get('apps.kubernetes.io/pod-index')).toBe('6');
  });

  test('a DaemonSet has a pod on each node that its affinity and the taints leave', async () => {
    const tainted = { spec: { taints: [{ key: 'mine', effect: 'NoSchedule' }] } };
    const cordoned = {
      spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] },
    };
    const nodes = [
      nodeObject('a', { labels: { gpu: 'yes' } }),
      nodeObject('b'),
      nodeObject('c', { ...tainted, labels: { gpu: 'yes' } }),
      nodeObject('d', { ...cordoned, labels: { gpu: 'yes' } }),
    ];
    const daemons = controllerObject('apps/v1', 'DaemonSet', 'agent', { template: template({ nodeSelector: { gpu: 'yes' } }) });
    const { workload } = await read([daemons, ...nodes]);
    expect(rows(workload).map(({ id }) => id)).toEqual(['team/agent-a', 'team/agent-d']);
    const { spec } = groupsOf(workload, 1)[0].template;
    expect(spec.nodeAffinity.required).toEqual([
      { matchExpressions: [], matchFields: [{ key: 'metadata.name', operator: 'In', values: ['d'] }] },
    ]);
    expect(counts((await read([daemons, podObject('p')])).skipped)).toEqual({
      'DaemonSet: it has a pod on each node, and no nodes are listed': 1,
    });
  });
});

describe('gangs', () => {
  const podGroup = (apiVersion: string, name: string, spec: Json) => controllerObject(apiVersion, 'PodGroup', name, spec);

  test.each([
    {
      by: 'coscheduling',
      metadata: { labels: { 'scheduling.x-k8s.io/pod-group': 'g' } },
      group: podGroup('scheduling.x-k8s.io/v1alpha1', 'g', { minMember: 2, scheduleTimeoutSeconds: 30 }),
      minimum: 2,
      timeout: 30_000,
    },
    {
      by: 'Volcano',
      metadata: { annotations: { 'scheduling.k8s.io/group-name': 'g' } },
      group: podGroup('scheduling.volcano.sh/v1beta1', 'g', { minMember: 3, queue: 'q' }),
      minimum: 3,
      queue: 'q',
    },
    {
      by: 'Kubernetes',
      spec: { schedulingGroup: { podGroupName: 'g' } },
      group: podGroup('scheduling.k8s.io/v1alpha2', 'g', { schedulingPolicy: { gang: { minCount: 2 } } }),
      minimum: 2,
    },
    {
      by: 'labels alone',
      metadata: {
        labels: { 'pod-group.scheduling.sigs.k8s.io/name': 'g', 'pod-group.scheduling.sigs.k8s.io/min-available': '2' },
      },
      minimum: 2,
    },
    {
      by: 'a group that is not listed',
      metadata: { labels: { 'scheduling.x-k8s.io/pod-group': 'g' } },
      minimum: 3,
      repaired: 'PodGroup is not listed',
    },
  ])(
    'by $by: one job, one group, as many needed as it says',
    async ({ metadata = {}, spec = {}, group, minimum, timeout, queue, repaired }) => {
      const member = (name: string, created: number) => {
        const pod = podObject(name, { spec });
        return { ...pod, metadata: { ...(pod.metadata as Json), ...metadata, creationTimestamp: at(created) } };
      };
      const trace = await read([
        member('a', 4),
        podObject('alone', { created: 5 }),
        member('b', 2),
        member('c', 3),
        ...(group ? [group] : []),
      ]);
      const { workload } = trace;
      expect(rows(workload).map(({ id, submit, tasks }) => [id, submit, tasks])).toEqual([
        ['team/g', 0, [3]],
        ['team/alone', 3, [1]],
      ]);
      const [{ minimum: least, template: one }] = groupsOf(workload, 0);
      expect(least).toBe(minimum);
      expect(one.gang).toEqual({ name: 'g', minimum, ...(timeout === undefined ? {} : { timeout }) });
      expect(nameOf(workload.queue, 0)).toBe(queue);
      expect(Object.keys(counts(trace.repaired)).some((what) => what.includes(repaired ?? 'PodGroup'))).toBe(
        repaired !== undefined,
      );
      expect(total(trace.noJob)).toBe(group ? 3 : 2);
    },
  );

  test('a group with the basic policy is none', async () => {
    const group = podGroup('scheduling.k8s.io/v1alpha2', 'g', { schedulingPolicy: { basic: {} } });
    const { workload } = await read([
      group,
      ...['a', 'b'].map((name) => podObject(name, { spec: { schedulingGroup: { podGroupName: 'g' } } })),
    ]);
    expect(workload.count).toBe(2);
  });

  test('however its pods differ, the minimum of a gang is shared among them', async () => {
    const member = fc.record({ cpu: fc.constantFrom('1', '2'), owner: fc.constantFrom('x', 'y') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(member, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 7 }),
        async (members, minMember) => {
          const pods = members.map(({ cpu, owner }, index) => {
            const pod = podObject(`p${index}`, {
              owner: { kind: 'Job', name: owner },
              spec: { containers: [container({ cpu })] },
            });
            const labels = { 'scheduling.x-k8s.io/pod-group': 'g', 'batch.kubernetes.io/job-completion-index': String(index) };
            return { ...pod, metadata: { ...(pod.metadata as Json), labels } };
          });
          const { workload } = await read([podGroup('scheduling.x-k8s.io/v1alpha1', 'g', { minMember }), ...pods]);
          expect(workload.count).toBe(1);
          const groups = groupsOf(workload, 0);
          const sum = (of: (group: (typeof groups)[number]) => number) => groups.reduce((all, group) => all + of(group), 0);
          expect(groups).toHaveLength(new Set(members.map(({ cpu, owner }) => cpu + owner)).size);
          expect(sum(({ tasks }) => tasks)).toBe(members.length);
          expect(sum(({ minimum }) => minimum)).toBe(Math.min(members.length, minMember));
          expect(sum(({ tasks, request }) => tasks * request.cpu)).toBe(
            members.reduce((all, { cpu }) => all + 1000 * Number(cpu), 0),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  const replicas = (count: number, cpu: string) => ({
    replicas: count,
    template: template({ containers: [container({ cpu })] }),
  });

  test('JobSet, Volcano, Kubeflow: one job with a group for each part', async () => {
    const { workload } = await read([
      controllerObject('jobset.x-k8s.io/v1alpha2', 'JobSet', 'set', {
        replicatedJobs: [
          { name: 'driver', template: { spec: { template: template() } } },
          { name: 'worker', replicas: 3, template: { spec: { parallelism: 2, completions: 2, template: template() } } },
        ],
      }),
      controllerObject('batch.volcano.sh/v1alpha1', 'Job', 'volcano', {
        minAvailable: 3,
        queue: 'gpu',
        tasks: [
          { name: 'ps', ...replicas(1, '1') },
          { name: 'worker', ...replicas(4, '2') },
        ],
      }),
      controllerObject('kubeflow.org/v2beta1', 'MPIJob', 'mpi', {
        runPolicy: { schedulingPolicy: { minAvailable: 3 }, activeDeadlineSeconds: 60 },
        mpiReplicaSpecs: { Launcher: replicas(1, '1'), Worker: replicas(2, '2') },
      }),
    ]);
    expect(rows(workload).map(({ id, tasks }) => [id, tasks])).toEqual([
      ['team/set', [1, 6]],
      ['team/volcano', [1, 4]],
      ['team/mpi', [1, 2]],
    ]);
    expect([0, 1, 2].map((one) => groupsOf(workload, one).map(({ minimum }) => minimum))).toEqual([
      [1, 6],
      [1, 2],
      [1, 2],
    ]);
    expect([0, 1, 2].map((one) => nameOf(workload.queue, one))).toEqual([undefined, 'gpu', undefined]);
    expect(workload.walltime[2]).toBe(MINUTE);
    expect([...workload.procs]).toEqual([7, 9, 5]);
  });

  test('listed pods of a JobSet are a gang, and stand for it and its Jobs', async () => {
    const labels = { 'jobset.sigs.k8s.io/jobset-name': 'set' };
    const pods = ['a', 'b'].map((name) => {
      const pod = podObject(name, { owner: { kind: 'Job', name: 'set-worker-0' } });
      return { ...pod, metadata: { ...(pod.metadata as Json), labels } };
    });
    const ownerReferences = [{ apiVersion: 'jobset.x-k8s.io/v1alpha2', kind: 'JobSet', name: 'set', uid: 's', controller: true }];
    const worker = job('set-worker-0', { parallelism: 2, completions: 2 }, { metadata: { labels, ownerReferences } });
    const set = controllerObject('jobset.x-k8s.io/v1alpha2', 'JobSet', 'set', {
      replicatedJobs: [{ name: 'worker', template: { spec: worker.spec } }],
    });
    for (const objects of [[set, worker, ...pods], [set, ...pods], [worker, set], [set]]) {
      const { workload } = await read(objects);
      expect(rows(workload).map(({ id, tasks }) => [id, tasks])).toEqual([['team/set', [2]]]);
    }
  });
});

describe('around', () => {
  test('budgets, services and namespaces are kept', async () => {
    const { workload, noJob } = await read([
      podObject('p'),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team', labels: { tier: 'gold' } } },
      controllerObject('v1', 'Service', 's', { selector: { app: 'web' } }),
      controllerObject('policy/v1', 'PodDisruptionBudget', 'b', {
        minAvailable: '50%',
        selector: { matchLabels: { app: 'web' } },
      }),
    ]);
    const { budgets, services, namespaces } = workload.kubernetes ?? {};
    expect(budgets).toMatchObject([{ name: 'b', namespace: 'team', minAvailable: '50%' }]);
    expect(services).toMatchObject([{ name: 's', namespace: 'team' }]);
    expect(namespaces?.[0].labels.get('tier')).toBe('gold');
    expect(total(noJob)).toBe(3);
  });

  test('a slice keeps templates and throttles; a conversion says what is lost', async () => {
    const trace = await read([
      job('j', { completions: 3, parallelism: 1 }),
      podObject('p', { created: 1, spec: { restartPolicy: 'Always' } }),
    ]);
    const slice = selectJobs(trace.workload, [2, 3]);
    expect([0, 1].map((one) => groupsOf(slice, one)[0].template.name)).toEqual(['j-2', 'p']);
    expect([...(slice.kubernetes?.throttleOfJob ?? [])]).toEqual([0, -1]);
    const { losses } = await convertTrace(trace, csv, () => undefined);
    expect(losses.map(({ what, jobs }) => [what.split(':')[0], jobs])).toEqual([
      ['services, which never end', 1],
      ['pod templates', 4],
      ['how many pods of a controller may be there at once', 3],
      ['the time zone', 4],
    ]);
  });
});

test('a workload keeps templates with their groups, in any order and when jobs are withdrawn', () => {
  const row = fc.record({
    submit: fc.nat(3),
    groups: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
    throttled: fc.boolean(),
    gone: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), (list) => {
      const builder = new WorkloadBuilder();
      const request = builder.request();
      const { template: one } = PLAIN;
      const named = (name: string) => builder.template({ ...one, name });
      list.forEach(({ submit, groups, throttled, gone }, id) => {
        const [first, ...moreGroups] = groups.map((templated, group) => ({
          ...{ tasks: 1, request },
          ...(templated ? { template: named(`${id}/${group}`) } : {}),
        }));
        const throttle = throttled ? builder.throttle(id + 1) : undefined;
        const added = builder.add({ ...first, id, submit, runtime: 1, walltime: 1, throttle, moreGroups });
        if (gone) builder.withdraw(added);
      });
      const { kubernetes, count, ids, firstGroup } = builder.finish('test');
      const isPlain = list.every(({ groups }) => !groups.includes(true));
      expect(kubernetes === undefined).toBe(isPlain);
      if (kubernetes === undefined) return;
      for (let job = 0; job < count; job++) {
        const { groups, throttled } = list[Number(ids[job])];
        const names = [...kubernetes.templateOfGroup.subarray(firstGroup[job], firstGroup[job + 1])].map(
          (index) => kubernetes.templates[index]?.name,
        );
        expect(names).toEqual(groups.map((templated, group) => (templated ? `${ids[job]}/${group}` : undefined)));
        expect(kubernetes.parallelism[kubernetes.throttleOfJob[job]]).toBe(throttled ? Number(ids[job]) + 1 : undefined);
      }
    }),
  );
});

const SAMPLES = [
  [
    nodeObject('n1'),
    podObject('p', {
      owner: { kind: 'Job', name: 'j' },
      status: { phase: 'Succeeded', startTime: at(1), containerStatuses: [terminated(2, 3)] },
    }),
    podObject('q', {
      spec: { restartPolicy: 'Always', nodeName: 'n1', activeDeadlineSeconds: 60 },
      status: { phase: 'Running' },
    }),
    job('j', { parallelism: 2, completions: 3 }),
    controllerObject('apps/v1', 'DaemonSet', 'd', { template: template() }),
    controllerObject('apps/v1', 'Deployment', 'w', { replicas: 2, selector: {}, template: template() }),
    controllerObject('scheduling.x-k8s.io/v1alpha1', 'PodGroup', 'g', { minMember: 2 }),
    podObject('r', {
      metadata: { name: 'r', labels: { 'scheduling.x-k8s.io/pod-group': 'g' }, annotations: { 'yardmaster.dev/runtime': '5m' } },
    }),
  ],
  [
    { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 10, globalDefault: true },
    controllerObject('batch.volcano.sh/v1alpha1', 'Job', 'v', {
      minAvailable: 2,
      tasks: [{ replicas: 3, template: template() }],
    }),
    controllerObject('kubeflow.org/v1', 'PyTorchJob', 't', {
      pytorchReplicaSpecs: { Worker: { replicas: 2, template: template() } },
    }),
    controllerObject('jobset.x-k8s.io/v1alpha2', 'JobSet', 's', {
      replicatedJobs: [{ name: 'a', template: { spec: { template: template() } } }],
    }),
  ],
];

test(`${FUZZ_RUNS} damaged files of Kubernetes objects give a clear error or jobs that make sense`, async () => {
  const texts = SAMPLES.flatMap((objects) => [
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 1),
    objects.map((object) => stringify(object)).join('---\n'),
    objects.map((object) => JSON.stringify(object)).join('\n'),
  ]);
  let readable = 0;
  await fuzz(texts, ':', async (text) => {
    try {
      const { workload } = await read(text);
      readable++;
      for (let row = 0; row < workload.count; row++) {
        const groups = groupsOf(workload, row);
        const sane =
          Number.isSafeInteger(workload.submit[row]) &&
          workload.submit[row] >= 0 &&
          (workload.runtime[row] === Infinity || Number.isSafeInteger(workload.runtime[row])) &&
          workload.runtime[row] >= 0 &&
          workload.walltime[row] > 0 &&
          !(workload.recordedStart !== undefined && workload.recordedStart[row] < workload.submit[row]) &&
          groups.every(({ tasks, minimum, template: one }) => tasks > 0 && minimum >= 0 && minimum <= tasks && one.name !== '');
        if (!sane) throw new Error(`job ${jobId(workload, row)} makes no sense`);
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      expect(error.where).toContain('memory');
    }
  });
  expect(readable).toBeGreaterThan(FUZZ_RUNS / 20);
  expect(readable).toBeLessThan(FUZZ_RUNS);
}, 600_000);
