import type { ParameterSpecs, Parameters } from '../../parameters.ts';
import { randomStream } from '../../random.ts';
import type { Random } from '../../random.ts';
import { SECOND } from '../../units.ts';
import { WorkloadBuilder } from '../../workload-builder.ts';
import type { TaskRequest, Workload } from '../../workload.ts';
import { DrawnColumn } from './drawn-column.ts';
import { addEstimates, ESTIMATE_PARAMETERS } from './estimates.ts';
import { EXTENT_PARAMETERS, readExtent } from './extent.ts';
import type { GeneratorSpec } from './generator.ts';
import { FAMILY_PARAMETERS, withFamilies } from './mix-families.ts';
import { GPU_PARAMETERS, gpuWishesOf, withWishes } from './mix-gpus.ts';
import { submissions, submissionsAtLoad } from './job-stream.ts';
import type { JobStream } from './job-stream.ts';
import { ARRIVAL_PARAMETERS, cycleClock, drawBursts } from './mix-arrivals.ts';
import { RUNTIME_PARAMETERS, runtimesOf } from './mix-runtimes.ts';
import { sizesOf } from './mix-sizes.ts';
import { USER_PARAMETERS, zipf } from './users.ts';

const PARAMETERS = {
  capacity: {
    summary: 'Processors (or GPUs) of the cluster, which the load is measured against.',
    type: 'integer',
    default: 256,
    min: 1,
  },
  load: {
    summary: 'Offered load to reach by choosing the gaps [ratio]; 0 = take the mean from `gap`.',
    type: 'number',
    default: 0.8,
    min: 0,
    max: 100,
  },
  ...EXTENT_PARAMETERS,
  ...ARRIVAL_PARAMETERS,
  sizes: {
    summary: 'log2:1-64 (powers of two, equally likely) or sizes with shares, such as 1:0.7+2:0.1+4:0.2.',
    type: 'text',
    default: 'log2:1-64',
  },
  unit: { summary: 'What sizes count: procs or gpus.', type: 'choice', choices: ['procs', 'gpus'], default: 'procs' },
  'gpus-per-node': {
    summary: 'GPUs of a node; a larger job has one task a node, with all its GPUs.',
    type: 'integer',
    default: 8,
    min: 1,
  },
  'gpu-shares': {
    summary: 'Part of the jobs of one GPU that ask for a share of it: 10 to 90 %, and as much of its processors.',
    type: 'number',
    default: 0,
    min: 0,
    max: 1,
  },
  'cpus-per-gpu': { summary: 'Processors that go with each GPU.', type: 'integer', default: 4, min: 0 },
  'task-gpus': {
    summary: 'GPUs of each task of a job with several; 0 = as many as a node can hold. Tasks of one job may be spread.',
    type: 'integer',
    default: 0,
    min: 0,
  },
  ...GPU_PARAMETERS,
  ...RUNTIME_PARAMETERS,
  ...FAMILY_PARAMETERS,
  ...USER_PARAMETERS,
  ...ESTIMATE_PARAMETERS,
} as const satisfies ParameterSpecs;

export const mix: GeneratorSpec = {
  name: 'mix',
  summary: 'Jobs put together from textbook distributions at a chosen load: arrivals, sizes, run times, users.',
  source: 'renewal arrivals with the day shape of Lublin and Feitelson 2003; no log behind it',
  parameters: PARAMETERS,
  cluster: ({ unit, capacity, 'gpus-per-node': gpus, 'cpus-per-gpu': cpus }) =>
    unit === 'procs'
      ? `procs=${capacity}`
      : `nodes=${Math.ceil(Number(capacity) / Number(gpus))},cpus=${Math.max(1, Number(gpus) * Number(cpus))},gpus=${gpus}`,
  generate: (parameters, seed) => generate('mix', parameters, seed),
};

/** The mix with other defaults, under a name of its own. */
export function preset(
  { name, summary, source }: Pick<GeneratorSpec, 'name' | 'summary' | 'source'>,
  defaults: Partial<Record<keyof typeof PARAMETERS, string | number>>,
): GeneratorSpec {
  const parameters: ParameterSpecs = Object.fromEntries(
    Object.entries<ParameterSpecs[string]>(PARAMETERS).map(([key, spec]) => [
      key,
      { ...spec, default: defaults[key as keyof typeof PARAMETERS] ?? spec.default },
    ]),
  );
  return { name, summary, source, parameters, cluster: mix.cluster, generate: (given, seed) => generate(name, given, seed) };
}

function generate(name: string, parameters: Parameters, seed: number | string): Workload {
  const capacity = Number(parameters['capacity']);
  const load = Number(parameters['load']);
  const extent = readExtent(parameters);
  const random = (purpose: string) => randomStream(seed, `generate/mix/${purpose}`);
  const { gap, submission } = drawBursts(parameters, { gaps: random('gaps'), bursts: random('bursts') });
  const sizeOf = drawnEach(sizesOf(String(parameters['sizes']), capacity, 'sizes'), random('sizes'));
  const runtimeOf = drawnEach(runtimesOf(parameters), random('runtimes'));
  const stream: JobStream = {
    gap,
    // Jobs that come together are alike in size; how long each runs is its own.
    size: new DrawnColumn((row) => sizeOf.at(submission.at(row))),
    runtime: runtimeOf,
    clock: cycleClock(parameters),
  };
  const plan = load > 0 ? submissionsAtLoad([stream], extent, { load, capacity, factor: 1 }) : submissions([stream], extent, 1);
  const users = Number(parameters['users']);
  const userOf = drawnEach(zipf(users, Number(parameters['user-skew'])), randomStream(seed, 'generate/users'));
  const shareOf = drawnEach((from) => shareOfGpu(Number(parameters['gpu-shares']), from), random('gpu shares'));
  const { draw, wishes } = gpuWishesOf(parameters, random);
  const wishOf = new DrawnColumn((from) => draw(stream.size.at(plan.row[from])));
  const jobs = new WorkloadBuilder();
  for (let job = 0; job < plan.count; job++) {
    const row = plan.row[job];
    jobs.add({
      id: job + 1,
      submit: plan.time[job] * SECOND,
      runtime: stream.runtime.at(row) * SECOND,
      walltime: Infinity,
      ...tasksOf(stream.size.at(row), shareOf.at(submission.at(row)), wishes[wishOf.at(job)], parameters, jobs),
      user: users > 0 ? String(userOf.at(submission.at(row)) + 1) : undefined,
    });
  }
  return addEstimates(withFamilies(jobs.finish(name), parameters, random('families')), parameters, seed);
}

function drawnEach(draw: (random: Random) => number, random: Random): DrawnColumn {
  return new DrawnColumn(() => draw(random));
}

/** What a job of one GPU asks for of it [tenths]. */
function shareOfGpu(part: number, random: Random): number {
  return random.uniform() < part ? 1 + random.integer(9) : 10;
}

/** A job's tasks: one a processor; with GPUs one that holds them all if a node can, else one a node or one a GPU. */
function tasksOf(
  size: number,
  tenths: number,
  wish: Pick<TaskRequest, 'gpuMemory' | 'mig'>,
  parameters: Parameters,
  jobs: WorkloadBuilder,
): { tasks: number; request: number } {
  if (parameters['unit'] === 'procs') return { tasks: size, request: jobs.request() };
  const node = Number(parameters['gpus-per-node']);
  const largest = Number(parameters['task-gpus']);
  const together = largest === 0 ? node : Math.min(largest, node);
  const gpus = size <= together ? size : size % together === 0 ? together : 1;
  const cpus = Number(parameters['cpus-per-gpu']) * gpus;
  const each = size === 1 ? 100 * tenths : 1000;
  return { tasks: size / gpus, request: jobs.request(withWishes({ cpu: cpus * each, memory: 0, gpu: gpus * each }, wish)) };
}
