/**
 * NOT the real thing: an API server of our own for tests, in this process, with as much of the API as a driver uses and a
 * kubelet that only seems to run pods. It answers wrongly, late or not at all when it is told to, and it watches over what
 * must never happen: two pods of one task on nodes at the same time, and nodes that hold more than they have. What the real
 * one does is shown by the suites of `npm run test:live`.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseQuantity } from '../src/kubernetes-quantity.ts';
import type { Clock } from '../src/live/kubernetes/clock.ts';

export type Json = Record<string, unknown>;

export interface FakeObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    resourceVersion: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
    finalizers?: string[];
  };
  spec: Json & {
    nodeName?: string;
    containers?: { resources?: { requests?: Record<string, string> } }[];
    unschedulable?: boolean;
  };
  status: Json & { phase?: string; conditions?: Json[]; allocatable?: Record<string, string>; reason?: string };
}

/** What is done to a request instead of, or after, carrying it out. */
export type Fault = { readonly status: number; readonly retryAfter?: number } | 'drop before' | 'drop after' | undefined;

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly isWatch: boolean;
}

interface Watcher {
  readonly response: ServerResponse;
  readonly resource: string;
  readonly selector: string | undefined;
}

const RUN_LABELS = ['yardmaster.dev/run', 'yardmaster.dev/job', 'yardmaster.dev/group', 'yardmaster.dev/task'];

export class FakeApi {
  readonly #clock: Clock;
  readonly #objects = new Map<string, Map<string, FakeObject>>();
  readonly #log: { version: number; resource: string; type: string; object: FakeObject }[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #timers = new Set<AbortController>();
  #port = 0;
  #version = 1;
  #compacted = 0;
  #server: Server | undefined;
  /** Decides on each request. */
  fault: (request: FakeRequest) => Fault = () => undefined;
  /** Called when a pod has ended by itself. */
  onPodEnd: (pod: FakeObject) => void = () => undefined;
  /** How long pods take to come up, and to go when they are deleted [ms]. */
  startUp = 0;
  stopIn = 0;
  /** Whether they say, before they go, that they failed: as a kubelet does if their containers did not end well. */
  failsWhenStopped = false;
  /** Whether it is a violation, too, to fill a node beside what others have there. */
  strangersAreHeeded = true;
  /** What must not happen, and did. */
  readonly violations: string[] = [];
  readonly calls = new Map<string, number>();
  /** Pods that others have bound. Two schedulers that bind at the same moment can fill a node twice: that is nobody's fault. */
  readonly #others = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** On the port that it had before, if it was stopped. */
  async start(port = 0): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** All connections break; objects are kept. */
  async stop(): Promise<number> {
    this.#watchers.clear();
    await new Promise<void>((resolve) => {
      this.#server?.close(() => resolve());
      this.#server?.closeAllConnections();
    });
    return this.#port;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) timer.abort();
    await this.stop();
  }

  dropWatches(): void {
    for (const { response } of this.#watchers) response.destroy();
    this.#watchers.clear();
  }

  /** What happened until now cannot be watched any more. */
  compact(): void {
    this.#compacted = this.#version;
  }

  /** Watches stay open, but nothing comes any more. */
  muteWatches(): void {
    this.#watchers.clear();
  }

  all(resource: string): FakeObject[] {
    return [...this.#of(resource).values()];
  }

  addNode(name: string, allocatable: Record<string, string>, ready = true): void {
    this.#put('nodes', name, 'ADDED', {
      metadata: { name, uid: `node-${name}-${this.#version}`, resourceVersion: '', labels: { 'kubernetes.io/hostname': name } },
      spec: {},
      status: { allocatable, capacity: allocatable, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
    });
  }

  changeNode(name: string, change: (node: FakeObject) => void): void {
    const node = this.#of('nodes').get(name);
    if (node !== undefined) this.#change('nodes', name, node, change);
  }

  /** Pods on it stay, as on a real cluster, until somebody deletes them. */
  removeNode(name: string): void {
    const node = this.#of('nodes').get(name);
    if (node !== undefined) this.#remove('nodes', name, node);
  }

  /** A pod of somebody else, bound already if it names a node. */
  addPod(name: string, spec: FakeObject['spec'], labels: Record<string, string> = {}): FakeObject {
    const pod = this.#create('other', { metadata: { name, labels }, spec } as unknown as FakeObject);
    this.#others.add(pod.metadata.uid);
    return pod;
  }

  /** Another scheduler binds a pod. */
  bindAsOther(pod: FakeObject, node: string): void {
    this.#others.add(pod.metadata.uid);
    this.#bind(pod, { metadata: {}, target: { name: node } });
  }

  /** It ends now, as it would have by itself. */
  endPod(namespace: string, name: string): void {
    const pod = this.#of('pods').get(`${namespace}/${name}`);
    if (pod !== undefined) this.#endPod(pod);
  }

  deletePod(namespace: string, name: string, grace = 0): void {
    const pod = this.#of('pods').get(`${namespace}/${name}`);
    if (pod !== undefined) this.#deletePod(pod, grace);
  }

  // Requests.

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '', 'http://fake');
    const isWatch = url.searchParams.get('watch') === 'true';
    const method = request.method ?? '';
    const fault = this.fault({ method, path: url.pathname, isWatch });
    if (fault === 'drop before') return void response.destroy();
    if (typeof fault === 'object') return this.#refuse(response, fault.status, 'Fault', 'a fault of the test', fault.retryAfter);
    const text = Buffer.concat(chunks).toString();
    const body = text === '' ? {} : (JSON.parse(text) as Json);
    if (isWatch) return this.#watch(url, response);
    const answer = this.#answer(method, url, body);
    if (fault === 'drop after') return void response.destroy();
    if ('refused' in answer) return this.#refuse(response, answer.refused, answer.reason, answer.message, answer.retryAfter);
    response.writeHead(method === 'POST' ? 201 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer.object));
  }

  #refuse(response: ServerResponse, code: number, reason: string, message: string, retryAfter?: number): void {
    const headers = {
      'content-type': 'application/json',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    };
    response.writeHead(code, headers).end(JSON.stringify({ kind: 'Status', status: 'Failure', code, reason, message }));
  }

  #answer(method: string, url: URL, body: Json): Answer {
    const [resource, namespace, name, sub] = parsePath(url.pathname);
    const key = namespace === '' ? name : `${namespace}/${name}`;
    this.calls.set(`${method} ${sub || resource}`, (this.calls.get(`${method} ${sub || resource}`) ?? 0) + 1);
    if (resource === 'events') return { object: body };
    if (method === 'GET' && name === '') return { object: this.#list(resource, url) };
    if (method === 'DELETE' && name === '') return this.#deleteAll(resource, url, body);
    if (method === 'POST' && sub === '') {
      const given = body as unknown as FakeObject;
      if (this.#of(resource).has(`${namespace}/${given.metadata.name}`)) {
        return refusal(409, 'AlreadyExists', `${resource} "${given.metadata.name}" already exists`);
      }
      return { object: resource === 'pods' ? this.#create(namespace, given) : this.#createOther(resource, namespace, given) };
    }
    const object = this.#of(resource).get(key);
    if (object === undefined) return refusal(404, 'NotFound', `${resource} "${name}" not found`);
    if (method === 'GET') return { object };
    if (method === 'PUT') return this.#replace(resource, key, object, body as unknown as FakeObject);
    if (method === 'PATCH' && sub === '') return this.#patch(object, body);
    if (sub === 'binding') return this.#bind(object, body);
    if (sub === 'status') return this.#patchStatus(object, body);
    if (sub === 'eviction') return this.#delete(object, (body.deleteOptions as Json | undefined) ?? {});
    if (method === 'DELETE' && resource !== 'pods') {
      this.#remove(resource, key, object);
      return { object };
    }
    if (method === 'DELETE') return this.#delete(object, body);
    return refusal(405, 'MethodNotAllowed', `${method} ${url.pathname}`);
  }

  #list(resource: string, url: URL): Json {
    const name = /^metadata\.name=(.*)$/.exec(url.searchParams.get('fieldSelector') ?? '')?.[1];
    const all = [...this.#of(resource).values()].filter(
      (object) =>
        matches(object, url.searchParams.get('labelSelector')) && (name ?? object.metadata.name) === object.metadata.name,
    );
    const from = Number(url.searchParams.get('continue') ?? 0);
    const limit = Number(url.searchParams.get('limit') ?? all.length);
    const more = from + limit < all.length ? String(from + limit) : undefined;
    return { items: all.slice(from, from + limit), metadata: { resourceVersion: String(this.#version), continue: more } };
  }

  #watch(url: URL, response: ServerResponse): void {
    const [resource] = parsePath(url.pathname);
    const from = Number(url.searchParams.get('resourceVersion'));
    if (from < this.#compacted) {
      // The real one says it in either way.
      if (from % 2 === 0) return this.#refuse(response, 410, 'Expired', 'too old resource version');
      response.writeHead(200);
      send(response, 'ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
      return void response.end();
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watcher = { response, resource, selector: url.searchParams.get('labelSelector') ?? undefined };
    for (const event of this.#log)
      if (event.version > from && event.resource === resource) this.#tell(watcher, event.type, event.object);
    this.#watchers.add(watcher);
    response.on('close', () => this.#watchers.delete(watcher));
    this.#bookmark(watcher);
    const seconds = Number(url.searchParams.get('timeoutSeconds'));
    this.#later(seconds * 1000, () => {
      this.#watchers.delete(watcher);
      response.end();
    });
  }

  #bookmark(watcher: Watcher): void {
    this.#later(5000, () => {
      if (!this.#watchers.has(watcher)) return;
      send(watcher.response, 'BOOKMARK', { metadata: { resourceVersion: String(this.#version) } });
      this.#bookmark(watcher);
    });
  }

  #tell({ response, selector }: Watcher, type: string, object: FakeObject): void {
    // To whoever has chosen by labels, an object that loses them is deleted.
    if (matches(object, selector ?? null)) send(response, type, object);
    else if (type === 'MODIFIED') send(response, 'DELETED', object);
  }

  // Objects.

  #of(resource: string): Map<string, FakeObject> {
    let objects = this.#objects.get(resource);
    if (objects === undefined) this.#objects.set(resource, (objects = new Map()));
    return objects;
  }

  #put(resource: string, key: string, type: string, object: FakeObject): FakeObject {
    const made = structuredClone(object);
    made.metadata.resourceVersion = String(++this.#version);
    if (type === 'DELETED') this.#of(resource).delete(key);
    else this.#of(resource).set(key, made);
    this.#log.push({ version: this.#version, resource, type, object: made });
    for (const watcher of this.#watchers) if (watcher.resource === resource) this.#tell(watcher, type, made);
    return made;
  }

  #change(resource: string, key: string, object: FakeObject, change: (object: FakeObject) => void): FakeObject {
    const changed = structuredClone(object);
    change(changed);
    return this.#put(resource, key, 'MODIFIED', changed);
  }

  /** What has finalizers stays until nobody holds it any more. */
  #remove(resource: string, key: string, object: FakeObject): void {
    if ((object.metadata.finalizers ?? []).length === 0) return void this.#put(resource, key, 'DELETED', object);
    if (isHeldOnly(object)) return;
    this.#change(resource, key, object, ({ metadata }) => {
      metadata.deletionTimestamp ??= this.#time();
      metadata.deletionGracePeriodSeconds = 0;
    });
  }

  #patch(pod: FakeObject, body: Json): Answer {
    const {
      uid,
      finalizers = [],
      ...metadata
    } = body.metadata as {
      uid?: string;
      finalizers?: string[];
      '$deleteFromPrimitiveList/finalizers'?: string[];
    };
    if (uid !== undefined && uid !== pod.metadata.uid)
      return refusal(409, 'Conflict', 'the UID in the precondition does not match');
    const gone = metadata['$deleteFromPrimitiveList/finalizers'] ?? [];
    const held = pod.metadata.finalizers ?? [];
    const more = finalizers.filter((name) => !held.includes(name));
    if (more.length > 0 && pod.metadata.deletionTimestamp !== undefined) return refusal(422, 'Invalid', 'no new finalizers');
    const changed = this.#change('pods', keyOf(pod), pod, (one) => {
      one.metadata.finalizers = [...held, ...more].filter((name) => !gone.includes(name));
    });
    if (isHeldOnly(changed)) this.#remove('pods', keyOf(pod), changed);
    return { object: changed };
  }

  #create(namespace: string, given: FakeObject): FakeObject {
    const metadata = {
      ...given.metadata,
      ...{ namespace, uid: `uid-${this.#version}`, resourceVersion: '', creationTimestamp: this.#time() },
    };
    const pod = this.#put('pods', `${namespace}/${metadata.name}`, 'ADDED', {
      ...given,
      ...{ metadata, status: { phase: 'Pending' } },
    });
    if (pod.spec.nodeName !== undefined) this.#play(pod);
    return pod;
  }

  #createOther(resource: string, namespace: string, given: FakeObject): FakeObject {
    const metadata = { ...given.metadata, namespace, uid: `uid-${this.#version}`, resourceVersion: '' };
    return this.#put(resource, `${namespace}/${metadata.name}`, 'ADDED', { ...given, metadata });
  }

  #replace(resource: string, key: string, object: FakeObject, body: FakeObject): Answer {
    if (body.metadata.resourceVersion !== object.metadata.resourceVersion)
      return refusal(409, 'Conflict', 'it has been modified');
    return { object: this.#put(resource, key, 'MODIFIED', body) };
  }

  #bind(pod: FakeObject, body: Json): Answer {
    const { uid } = body.metadata as { uid?: string };
    const { name: node } = body.target as { name: string };
    if (uid !== undefined && uid !== pod.metadata.uid)
      return refusal(409, 'Conflict', 'the UID in the precondition does not match');
    if (pod.metadata.deletionTimestamp !== undefined) return refusal(409, 'Conflict', 'the pod is being deleted');
    if (pod.spec.nodeName !== undefined)
      return refusal(409, 'Conflict', `the pod is already assigned to node ${pod.spec.nodeName}`);
    const bound = this.#change('pods', keyOf(pod), pod, (one) => {
      one.spec.nodeName = node;
      one.status.nominatedNodeName = undefined;
      setCondition(one, { type: 'PodScheduled', status: 'True' });
    });
    this.#judge(bound);
    this.#play(bound);
    return { object: { kind: 'Status', status: 'Success' } };
  }

  #patchStatus(pod: FakeObject, body: Json): Answer {
    const { resourceVersion } = body.metadata as { resourceVersion?: string };
    if (resourceVersion !== undefined && resourceVersion !== pod.metadata.resourceVersion)
      return refusal(409, 'Conflict', 'modified');
    const { conditions = [], nominatedNodeName } = body.status as { conditions?: Json[]; nominatedNodeName?: string | null };
    return {
      object: this.#change('pods', keyOf(pod), pod, (one) => {
        for (const condition of conditions) setCondition(one, condition);
        if (nominatedNodeName !== undefined) one.status.nominatedNodeName = nominatedNodeName ?? undefined;
      }),
    };
  }

  #deleteAll(resource: string, url: URL, body: Json): Answer {
    const matching = this.all(resource).filter((object) => matches(object, url.searchParams.get('labelSelector')));
    for (const object of matching) this.#delete(object, body);
    return { object: { items: matching } };
  }

  #delete(pod: FakeObject, body: Json): Answer {
    const { uid } = (body.preconditions as { uid?: string } | undefined) ?? {};
    if (uid !== undefined && uid !== pod.metadata.uid)
      return refusal(409, 'Conflict', 'the UID in the precondition does not match');
    this.#deletePod(pod, typeof body.gracePeriodSeconds === 'number' ? body.gracePeriodSeconds : 30);
    return { object: pod };
  }

  #deletePod(pod: FakeObject, grace: number): void {
    const key = keyOf(pod);
    const isFinished = pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
    if (grace === 0 || pod.spec.nodeName === undefined || isFinished) return this.#remove('pods', key, pod);
    if (pod.metadata.deletionTimestamp !== undefined) return;
    this.#change('pods', key, pod, ({ metadata }) => {
      metadata.deletionTimestamp = this.#time();
      metadata.deletionGracePeriodSeconds = grace;
    });
    // Without a node nobody answers.
    if (!this.#of('nodes').has(pod.spec.nodeName)) return;
    this.#later(Math.min(this.stopIn, grace * 1000), () => {
      const last = this.#same(pod);
      if (last === undefined) return;
      const fail = (one: FakeObject) => (one.status.phase = 'Failed');
      this.#remove('pods', key, this.failsWhenStopped ? this.#change('pods', key, last, fail) : last);
    });
  }

  /** The kubelet: the pod comes up, runs and ends. */
  #play(pod: FakeObject): void {
    this.#later(this.startUp, () => {
      const bound = this.#same(pod);
      if (bound === undefined || bound.metadata.deletionTimestamp !== undefined) return;
      this.#change('pods', keyOf(pod), bound, (one) => {
        one.status.phase = 'Running';
        one.status.startTime = this.#time();
      });
      const runtime = /^([\d.]+)s$/.exec(pod.metadata.annotations?.['yardmaster.dev/runtime'] ?? '');
      if (runtime !== null) this.#later(Number(runtime[1]) * 1000, () => this.#endPod(pod));
    });
  }

  #endPod(pod: FakeObject): void {
    const running = this.#same(pod);
    if (running?.status.phase !== 'Running' || running.metadata.deletionTimestamp !== undefined) return;
    const failed = pod.metadata.annotations?.['yardmaster.dev/exit-code'] === '1';
    this.#change('pods', keyOf(pod), running, (one) => (one.status.phase = failed ? 'Failed' : 'Succeeded'));
    this.onPodEnd(pod);
  }

  #same(pod: FakeObject): FakeObject | undefined {
    const now = this.#of('pods').get(keyOf(pod));
    return now?.metadata.uid === pod.metadata.uid ? now : undefined;
  }

  /** Notes what must not happen when a pod is bound. */
  #judge(bound: FakeObject): void {
    const task = (pod: FakeObject) => RUN_LABELS.map((label) => pod.metadata.labels?.[label]).join('/');
    if (this.#others.has(bound.metadata.uid)) return;
    const isHeeded = ({ metadata: { uid } }: FakeObject) => this.strangersAreHeeded || !this.#others.has(uid);
    const onNodes = this.all('pods').filter(
      (pod) => pod.spec.nodeName !== undefined && !isOver(pod.status.phase) && !isHeldOnly(pod) && isHeeded(pod),
    );
    const twins = onNodes.filter((pod) => task(pod) === task(bound) && pod.metadata.labels?.['yardmaster.dev/run'] !== undefined);
    if (twins.length > 1) this.violations.push(`task ${task(bound)} has ${twins.length} pods on nodes`);
    const node = this.#of('nodes').get(bound.spec.nodeName ?? '');
    if (node === undefined) return;
    for (const [resource, has] of Object.entries(node.status.allocatable ?? {})) {
      const used = onNodes
        .filter(({ spec }) => spec.nodeName === bound.spec.nodeName)
        .reduce((sum, pod) => sum + requestOf(pod, resource), 0);
      if (used > amount(has))
        this.violations.push(`node ${bound.spec.nodeName ?? ''} has ${has} ${resource}, and ${used} of it in use`);
    }
  }

  #later(ms: number, action: () => void): void {
    if (ms <= 0) return action();
    const timer = new AbortController();
    this.#timers.add(timer);
    void this.#clock.sleep(ms, timer.signal).then(() => {
      this.#timers.delete(timer);
      if (!timer.signal.aborted) action();
    });
  }

  #time(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}

type Answer =
  | { readonly object: unknown }
  | { readonly refused: number; readonly reason: string; readonly message: string; readonly retryAfter?: number };

function refusal(refused: number, reason: string, message: string): Answer {
  return { refused, reason, message };
}

function send(response: ServerResponse, type: string, object: unknown): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

function keyOf({ metadata: { namespace = '', name } }: FakeObject): string {
  return `${namespace}/${name}`;
}

/** All who had to stop it have done so. */
function isHeldOnly({ metadata: { deletionTimestamp, deletionGracePeriodSeconds } }: FakeObject): boolean {
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0;
}

function isOver(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

function setCondition(object: FakeObject, condition: Json): void {
  const others = (object.status.conditions ?? []).filter(({ type }) => type !== condition.type);
  object.status.conditions = [...others, condition];
}

function matches({ metadata: { labels = {} } }: FakeObject, selector: string | null): boolean {
  if (selector === null || selector === '') return true;
  return selector.split(',').every((part) => {
    const [key, value] = part.split('=');
    return value === undefined ? key in labels : labels[key] === value;
  });
}

function requestOf(pod: FakeObject, resource: string): number {
  if (resource === 'pods') return 1;
  return (pod.spec.containers ?? []).reduce((sum, one) => sum + amount(one.resources?.requests?.[resource] ?? '0'), 0);
}

/** In thousandths. */
function amount(quantity: string): number {
  return Number(parseQuantity(quantity, 3));
}

/** Resource, namespace, name and subresource. */
function parsePath(path: string): [string, string, string, string] {
  const parts = path.replace(/^\/(api\/v1|apis\/[^/]+\/[^/]+)\//, '').split('/');
  if (parts[0] !== 'namespaces') return [parts[0], '', parts[1] ?? '', parts[2] ?? ''];
  return [parts[2], parts[1], parts[3] ?? '', parts[4] ?? ''];
}
