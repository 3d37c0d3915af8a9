import { usageError } from '../../errors.ts';
import type { ParameterSpecs, Parameters } from '../../parameters.ts';
import { randomStream } from '../../random.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../units.ts';
import { WorkloadBuilder } from '../../workload-builder.ts';
import type { GeneratorSpec } from './generator.ts';
import { sizesOf } from './mix-sizes.ts';

const PARAMETERS = {
  nodes: { summary: 'Nodes of the cluster.', type: 'integer', default: 8, min: 1 },
  'gpus-per-node': { summary: 'GPUs of a node.', type: 'integer', default: 8, min: 1 },
  'cpus-per-gpu': { summary: 'Processors that go with each GPU.', type: 'integer', default: 4, min: 1 },
  span: { summary: 'How long jobs come, and services scale.', type: 'duration', default: 7 * DAY, min: HOUR },
  services: { summary: 'Services.', type: 'integer', default: 4, min: 0 },
  'replicas-least': {
    summary: 'Replicas of a service at its quietest hour: they never end.',
    type: 'integer',
    default: 1,
    min: 0,
  },
  'replicas-most': { summary: 'Replicas of a service at its peak.', type: 'integer', default: 8, min: 0 },
  'replica-gpus': { summary: 'GPUs of a replica, on one node.', type: 'integer', default: 1, min: 1 },
  peak: {
    summary: 'When the load of services is highest, from the beginning of each day.',
    type: 'duration',
    default: 14 * HOUR,
    min: 0,
  },
  shift: {
    summary: 'Each service peaks earlier or later by up to this, anew each day.',
    type: 'duration',
    default: 2 * HOUR,
    min: 0,
  },
  'batch-load': {
    summary: 'What batch jobs ask for, over all GPUs in the span [ratio].',
    type: 'number',
    default: 0.6,
    min: 0,
    max: 100,
  },
  'batch-mean': {
    summary: 'Mean run time of batch jobs, which is exponential.',
    type: 'duration',
    default: 4 * HOUR,
    min: MINUTE,
  },
  'batch-sizes': { summary: 'GPUs of batch jobs with their shares.', type: 'text', default: '1:0.7+2:0.1+4:0.15+8:0.05' },
} as const satisfies ParameterSpecs;

type Known = (name: keyof typeof PARAMETERS) => number;

/** Replicas come and go as load does, which is a cosine over the day: what an autoscaler without delay would ask for. */
export const services: GeneratorSpec = {
  name: 'services',
  summary: 'Inference services whose replicas follow the hour of the day, and go before batch jobs on the same GPUs.',
  source: 'a load that swings once a day; sizes of batch jobs: Narayanan et al., Gavel, OSDI 2020; no log behind it',
  parameters: PARAMETERS,
  cluster: ({ nodes, 'gpus-per-node': gpus, 'cpus-per-gpu': cpus }) =>
    `nodes=${nodes},cpus=${Number(gpus) * Number(cpus)},gpus=${gpus}`,
  generate(parameters, seed) {
    const number: Known = (name) => Number(parameters[name]);
    const jobs = new WorkloadBuilder();
    if (number('replicas-most') < number('replicas-least')) {
      throw usageError(
        `a peak of ${number('replicas-most')} is less than ${number('replicas-least')}`,
        'replicas-most',
        'raise it, or lower replicas-least',
      );
    }
    for (let service = 0; service < number('services'); service++) addService(jobs, service, number, seed);
    addBatch(jobs, parameters, number, seed);
    return jobs.finish('services');
  },
};

function addService(jobs: WorkloadBuilder, service: number, number: Known, seed: number | string): void {
  const random = randomStream(seed, `generate/services/${service}`);
  const gpus = number('replica-gpus');
  const request = jobs.request({ cpu: 1000 * gpus * number('cpus-per-gpu'), memory: 0, gpu: 1000 * gpus });
  const common = { walltime: Infinity, tasks: 1, request, user: 'services', queue: 'services', priority: 100 };
  const [least, most] = [number('replicas-least'), number('replicas-most')];
  for (let replica = 1; replica <= least; replica++) {
    jobs.add({ ...common, id: `service-${service}-${replica}`, submit: 0, runtime: Infinity });
  }
  for (let day = 0; day * DAY < number('span'); day++) {
    const peak = day * DAY + number('peak') + (2 * random.uniform() - 1) * number('shift');
    for (let replica = least + 1; replica <= most; replica++) {
      // The load is least + (most - least) (1 + cos) / 2: for so long to either side of its peak it needs this replica.
      const half = (DAY / (2 * Math.PI)) * Math.acos((2 * (replica - 0.5 - least)) / (most - least) - 1);
      const submit = Math.max(0, wholeSeconds(peak - half));
      const runtime = wholeSeconds(peak + half) - submit;
      if (runtime > 0) jobs.add({ ...common, id: `service-${service}-${replica}-day-${day}`, submit, runtime });
    }
  }
}

function addBatch(jobs: WorkloadBuilder, parameters: Parameters, number: Known, seed: number | string): void {
  const random = randomStream(seed, 'generate/services/batch');
  const node = number('gpus-per-node');
  const sizeOf = sizesOf(String(parameters['batch-sizes']), node, 'batch-sizes');
  const [wanted, span] = [number('batch-load') * number('nodes') * node * number('span'), number('span')];
  for (let work = 0, job = 0; work < wanted; job++) {
    const gpus = sizeOf(random);
    const runtime = Math.max(SECOND, wholeSeconds(random.exponential(number('batch-mean'))));
    const request = jobs.request({ cpu: 1000 * gpus * number('cpus-per-gpu'), memory: 0, gpu: 1000 * gpus });
    const submit = wholeSeconds(random.uniform() * span);
    work += runtime * gpus;
    jobs.add({
      id: `batch-${job}`,
      submit,
      runtime,
      walltime: Infinity,
      tasks: 1,
      request,
      user: 'batch',
      queue: 'batch',
      priority: 0,
    });
  }
}

function wholeSeconds(time: number): number {
  return Math.round(time / SECOND) * SECOND;
}
