import type { ParameterSpecs, Parameters } from '../../parameters.ts';
import { randomStream } from '../../random.ts';
import { HOUR, SECOND } from '../../units.ts';
import { WorkloadBuilder } from '../../workload-builder.ts';
import type { Workload } from '../../workload.ts';
import type { GeneratorSpec } from './generator.ts';

const PARAMETERS = {
  nodes: { summary: 'Nodes of the cluster; every job takes one, and all of it.', type: 'integer', default: 16, min: 1 },
  'node-cpus': { summary: 'Processors of a node.', type: 'integer', default: 8, min: 1 },
  span: { summary: 'How long sessions come.', type: 'duration', default: 48 * HOUR, min: SECOND },
  'batch-shortest': { summary: 'Shortest batch job.', type: 'duration', default: HOUR, min: SECOND },
  'batch-longest': { summary: 'Longest batch job.', type: 'duration', default: 4 * HOUR, min: SECOND },
  backlog: {
    summary: 'Batch work that waits from the beginning, over what the nodes can do in the span [ratio].',
    type: 'number',
    default: 1.2,
    min: 0,
    max: 100,
  },
  sessions: { summary: 'Interactive sessions that begin in an hour; 0 = a single one.', type: 'number', default: 2.5, min: 0 },
  'session-length': { summary: 'Length of a session.', type: 'duration', default: 2 * HOUR, min: SECOND },
  'first-session': { summary: 'When sessions begin to come.', type: 'duration', default: 0, min: 0 },
  background: {
    summary: 'Time between pods that need nothing and are gone at once, from the first session on; 0s = none come.',
    type: 'duration',
    default: 0,
    min: 0,
  },
} as const satisfies ParameterSpecs;

/** Slurm's backlog and interactive sessions on the same nodes. */
export const sharing: GeneratorSpec = {
  name: 'sharing',
  summary: 'A backlog of batch jobs of one node, and interactive sessions that come at random and want one at once.',
  source: 'the questions of Tripp, Davidson and Telfer (StackHPC), 2025; no log behind it',
  parameters: PARAMETERS,
  cluster: ({ nodes, 'node-cpus': cpus }) => `nodes=${nodes},cpus=${cpus},memory=64Gi`,
  generate,
};

function generate(parameters: Parameters, seed: number | string): Workload {
  const number = (name: keyof typeof PARAMETERS) => Number(parameters[name]);
  const jobs = new WorkloadBuilder();
  const request = jobs.request({ cpu: 1000 * number('node-cpus'), memory: 0, gpu: 0 });
  const random = randomStream(seed, 'generate/sharing/batch');
  const [shortest, longest] = [number('batch-shortest'), number('batch-longest')];
  const wanted = number('backlog') * number('nodes') * number('span');
  const common = { tasks: 1, walltime: 2 * longest };
  for (let job = 0, work = 0; work < wanted; job++) {
    const runtime = wholeSeconds(shortest + (longest - shortest) * random.uniform());
    work += runtime;
    jobs.add({ ...common, id: `batch-${job}`, submit: 0, runtime, request, user: 'batch', queue: 'batch' });
  }
  for (const [row, submit] of sessionTimes(parameters, seed).entries()) {
    const runtime = number('session-length');
    const session = { submit, runtime, request, user: 'sessions', queue: 'interactive', priority: 10 };
    jobs.add({ ...common, ...session, id: `session-${row}` });
  }
  addBackground(jobs, parameters);
  return jobs.finish('sharing');
}

function sessionTimes(parameters: Parameters, seed: number | string): number[] {
  const first = Number(parameters['first-session']);
  const rate = Number(parameters['sessions']);
  if (rate === 0) return [first];
  const random = randomStream(seed, 'generate/sharing/sessions');
  const times: number[] = [];
  const end = Number(parameters['span']);
  for (let at = first + random.exponential(HOUR / rate); at < end; at += random.exponential(HOUR / rate)) {
    times.push(wholeSeconds(at));
  }
  return times;
}

/** Each of them is an event that moves the queues of Kubernetes, and nothing else. */
function addBackground(jobs: WorkloadBuilder, parameters: Parameters): void {
  const every = Number(parameters['background']);
  if (every === 0) return;
  const request = jobs.request({ cpu: 0, memory: 0, gpu: 0 });
  const end = Number(parameters['span']);
  const from = Number(parameters['first-session']);
  for (let at = from + 1, row = 0; at < end; at += every, row++) {
    const pod = { submit: at, runtime: 1, walltime: Infinity, tasks: 1, request, user: 'background', queue: 'background' };
    jobs.add({ ...pod, id: `background-${row}`, priority: 0 });
  }
}

function wholeSeconds(time: number): number {
  return Math.round(time / SECOND) * SECOND;
}
