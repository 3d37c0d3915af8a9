import type { Cluster } from '../cluster.ts';
import { InputError } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { SECOND } from '../units.ts';
import { addFound } from './found-job.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { jsonObject, parseJson } from './json-document.ts';
import type { JsonObject } from './json-document.ts';

/** Made traces of pods whose sizes are parts of a node. Replicas are pods of their own: none waits for another. */
export const kwokReplayer: TraceFormat = {
  name: 'kwok-replayer',
  summary: 'Pods of the trace replayer for KWOK (JSON with meta and pods), sized in parts of a node.',
  source: 'kubernetes-sigs/scheduler-plugins, traces of a replayer for KWOK',
  extensions: [],
  parameters: {
    'node-cpus': { summary: 'processors of a node', type: 'integer', default: 64, min: 1, max: 100_000 },
    'node-memory-gib': { summary: 'memory of a node [GiB]', type: 'integer', default: 256, min: 1, max: 1_000_000 },
  },
  likelihood: (head) => (/^\s*\{\s*"meta"\s*:\s*\{/.test(head) && head.includes('"num_nodes"') ? 1 : 0),
  read,
};

async function read(input: TraceInput, sink: TraceSink, parameters: Parameters): Promise<void> {
  let text = '';
  for await (const piece of input.text()) text += piece;
  const { meta, pods } = objectOf(parseJson(text, input.name, HINT), input.name);
  if (!Array.isArray(pods)) throw wrong('it has no list of pods', input.name);
  const node = { cpu: Number(parameters['node-cpus']) * 1000, memory: Number(parameters['node-memory-gib']) * 2 ** 30 };
  pods.forEach((pod: unknown, index) =>
    addPod(objectOf(pod, `${input.name}, pods[${index}]`), index + 1, node, input.name, sink),
  );
  const nodes = objectOf(meta, `${input.name}, meta`).num_nodes;
  if (!Number.isInteger(nodes) || Number(nodes) < 1 || Number(nodes) > 1_000_000)
    throw wrong(`num_nodes is ${JSON.stringify(nodes)?.slice(0, 60) ?? 'not there'}`, `${input.name}, meta`);
  const pool = { name: 'node', count: Number(nodes), ...node, gpus: 0 };
  const cluster: Cluster = { name: input.name, interchangeable: false, pools: [pool], partitions: [], outages: [] };
  sink.declare({ cluster });
}

function addPod(pod: JsonObject, row: number, node: { cpu: number; memory: number }, file: string, sink: TraceSink): void {
  const number = (key: string, otherwise?: number) => {
    const value = pod[key] ?? otherwise;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw wrong(`${key} is ${JSON.stringify(value)?.slice(0, 60) ?? 'not there'}`, `${file}, pods[${row - 1}]`);
  };
  const submit = Math.round(number('start_time') * SECOND);
  const times = { submit, runtime: Math.round(number('end_time') * SECOND) - submit, priority: number('priority', 0) };
  const request = { cpu: Math.ceil(number('cpu') * node.cpu), memory: Math.ceil(number('mem') * node.memory), gpu: 0 };
  const replicas = number('replicas', 1);
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > 10_000)
    return sink.skip('has an impossible number of replicas', row);
  const before = sink.jobs.count;
  const id = typeof pod.id === 'number' || typeof pod.id === 'string' ? String(pod.id) : String(row);
  // One that cannot be replayed is one row left out, however many replicas it has.
  addFound({ id: `${id}-0`, ...times, request }, row, sink);
  if (sink.jobs.count === before) return;
  for (let replica = 1; replica < replicas; replica++) addFound({ id: `${id}-${replica}`, ...times, request }, row, sink);
  sink.furtherJobs('further replicas', row, replicas - 1);
}

const HINT = 'write {"meta": {"num_nodes": 16}, "pods": [{"id": 1, "start_time": 1, "end_time": 9, "cpu": 0.1, "mem": 0.2}]}';

function objectOf(value: unknown, where: string): JsonObject {
  return jsonObject(value, where, HINT);
}

function wrong(problem: string, where: string): InputError {
  return new InputError(problem, where, HINT);
}
