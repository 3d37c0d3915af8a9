import { InputError } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { countOf, HOUR } from '../units.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { jsonObject, parseJson } from './json-document.ts';
import type { JsonObject } from './json-document.ts';
import { KubernetesObjectsReader } from './kubernetes/objects.ts';
import { decodeMsgpack } from './msgpack.ts';
import { PodLifecycles } from './simkube-lifecycles.ts';

/** Objects as SimKube records them: what was applied and deleted, and when. They are read as `kubernetes` reads them. */
export const simkube: TraceFormat = {
  name: 'simkube',
  summary:
    'Recordings of SimKube (version 2, MessagePack or JSON): Kubernetes objects with the times they were applied and deleted at, and when their pods ran.',
  source: 'acrlabs/simkube, trace format version 2: docs/ref/trace-files.md, sk-core/src/trace',
  extensions: [],
  parameters: {
    runtime: { summary: 'how long jobs run that are no services and were not deleted', type: 'duration', default: HOUR, min: 0 },
  },
  likelihood: (head) =>
    isBinary(head) || (/^\s*\{\s*"version"\s*:\s*2\b/.test(head) && head.includes('"trackedObjects"')) ? 1 : 0,
  read,
};

/** An object from when it was first applied until it was deleted. Times are Unix times [s]; NaN = never. */
interface Life {
  readonly created: number;
  readonly where: string;
  json: JsonObject;
  deleted: number;
}

async function read(input: TraceInput, sink: TraceSink, { runtime }: Parameters): Promise<void> {
  const { version, events, pod_lifecycles: lifecycles } = objectOf(await valueOf(input), input.name);
  if (version !== 2) throw wrong(`its version is ${JSON.stringify(version)?.slice(0, 40)}`, input.name);
  if (!Array.isArray(events)) throw wrong('it has no list of events', input.name);
  const reader = new KubernetesObjectsReader(input.name, sink, { runtime: Number(runtime), recreate: 0 });
  const ran = new PodLifecycles(lifecycles ?? {}, input.name);
  livesOf(events, input.name, sink).forEach(({ created, deleted, json, where }, index) => {
    const { apiVersion, kind } = json;
    const metadata = objectOf(json.metadata ?? {}, where);
    const known = ran.runtimeOf(json, metadata) ?? (Number.isNaN(deleted) ? undefined : Math.max(0, deleted - created));
    const lasted = known === undefined ? {} : { 'yardmaster.dev/runtime': `${known}s` };
    const annotations = { ...objectOf(metadata.annotations ?? {}, where), ...lasted };
    const creationTimestamp = new Date(created * 1000).toISOString();
    // An object that is applied again after it was deleted is another one.
    const told = { ...json, metadata: { uid: `life-${index}`, ...metadata, annotations, creationTimestamp } };
    reader.take({ json: told, apiVersion: textOf(apiVersion), kind: textOf(kind), where });
  });
  reader.finish();
  if (ran.averaged > 0)
    sink.warn(`the pods of ${countOf(ran.averaged, 'object')} ran for different times: each takes their mean`);
}

/** The tracer writes MessagePack, a map whose first key is the version. Its bytes are no UTF-8: read as such, the first is lost. */
function isBinary(head: string): boolean {
  return /^[^{]{1,4}version\u0002.config/u.test(head);
}

async function valueOf(input: TraceInput): Promise<unknown> {
  const bytes = await input.bytes();
  return (bytes[0] & 0x80) !== 0 && bytes[0] !== 0xef
    ? decodeMsgpack(bytes, input.name, HINT)
    : parseJson(new TextDecoder().decode(bytes), input.name, HINT);
}

function livesOf(events: readonly unknown[], file: string, sink: TraceSink): Life[] {
  const lives: Life[] = [];
  const living = new Map<string, Life>();
  events.forEach((value, index) => {
    const where = `${file}, events[${index}]`;
    const event = objectOf(value, where);
    const { ts } = event;
    if (!Number.isSafeInteger(ts) || Number(ts) < 0 || Number(ts) > LATEST)
      throw wrong(`ts is ${JSON.stringify(ts)?.slice(0, 40)}`, where);
    for (const json of listOf(event.applied_objs, where)) {
      const known = living.get(nameOf(json, where));
      if (known !== undefined) {
        known.json = json;
        sink.noJob('later state of an object');
        continue;
      }
      const life = { created: Number(ts), where, json, deleted: NaN };
      lives.push(life);
      living.set(nameOf(json, where), life);
    }
    for (const json of listOf(event.deleted_objs, where)) {
      const known = living.get(nameOf(json, where));
      sink.noJob(known ? 'deletion of an object' : 'deletion of an object that was never applied');
      if (known !== undefined) known.deleted = Number(ts);
      living.delete(nameOf(json, where));
    }
  });
  return lives;
}

/** The end of the year 9999 [Unix s]. */
const LATEST = 253_402_300_799;

function listOf(value: unknown, where: string): JsonObject[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong('applied_objs or deleted_objs is no list', where);
  return value.map((one) => objectOf(one, where));
}

function nameOf({ kind, apiVersion, metadata }: JsonObject, where: string): string {
  const { namespace, name } = objectOf(metadata ?? {}, where);
  return JSON.stringify([apiVersion, kind, namespace, name]);
}

function objectOf(value: unknown, where: string): JsonObject {
  return jsonObject(value, where, HINT);
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

const HINT = 'is this a trace of SimKube, version 2, as its tracer exports it, or as JSON?';

function wrong(problem: string, where: string): InputError {
  return new InputError(problem, where, HINT);
}
