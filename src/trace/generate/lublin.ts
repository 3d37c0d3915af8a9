import type { ParameterSpecs, Parameters } from '../../parameters.ts';
import { randomStream } from '../../random.ts';
import { HOUR, SECOND } from '../../units.ts';
import { WorkloadBuilder } from '../../workload-builder.ts';
import type { Workload } from '../../workload.ts';
import { CycleClock, BUCKETS_IN_DAY } from './cycle-clock.ts';
import { DrawnColumn } from './drawn-column.ts';
import { addEstimates, ESTIMATE_PARAMETERS } from './estimates.ts';
import { EXTENT_PARAMETERS, readExtent } from './extent.ts';
import type { GeneratorSpec } from './generator.ts';
import { submissions, submissionsAtLoad } from './job-stream.ts';
import type { JobStream } from './job-stream.ts';
import { BATCH, cycleWeights, drawGap, drawRuntime, drawSize, INTERACTIVE, UNTYPED } from './lublin-model.ts';
import type { LublinClass } from './lublin-model.ts';
import { USER_PARAMETERS, zipf } from './users.ts';

/** What the size parameters mean when they are left alone. */
const AS_PUBLISHED = -1;
/** Between log2 of the machine and the medium size, as the model's authors advise. */
const MEDIUM_BELOW_HIGH = 2.5;

const PARAMETERS = {
  procs: { summary: 'Processors of the machine.', type: 'integer', default: 128, min: 2, max: 2 ** 24 },
  type: {
    summary: 'both (two streams, with the class as the queue), batch or interactive alone, or untyped (one class for all).',
    type: 'choice',
    choices: ['both', 'batch', 'interactive', 'untyped'],
    default: 'both',
  },
  ...EXTENT_PARAMETERS,
  'start-hour': { summary: 'Hour of the day at which arrivals begin.', type: 'integer', default: 0, min: 0, max: 23 },
  'arrival-factor': {
    summary: 'Stretches all gaps between jobs; below 1 means more load [ratio].',
    type: 'number',
    default: 1,
    min: 1e-3,
    max: 1e3,
  },
  load: {
    summary: 'Offered load to reach by stretching the gaps [ratio]; 0 = as the model gives it.',
    type: 'number',
    default: 0,
    min: 0,
    max: 100,
  },
  serial: { summary: 'Share of serial jobs; -1 = as published.', type: 'number', default: AS_PUBLISHED, min: -1, max: 1 },
  'power-of-two': {
    summary: 'Share of jobs rounded to a power of two; -1 = as published.',
    type: 'number',
    default: AS_PUBLISHED,
    min: -1,
    max: 1,
  },
  low: {
    summary: 'log2 of the smallest parallel job; -1 = as published.',
    type: 'number',
    default: AS_PUBLISHED,
    min: -1,
    max: 24,
  },
  medium: {
    summary: 'log2 of the size where the stages meet; -1 = high - 2.5.',
    type: 'number',
    default: AS_PUBLISHED,
    min: -1,
    max: 24,
  },
  high: { summary: 'log2 of the largest job; -1 = log2(procs).', type: 'number', default: AS_PUBLISHED, min: -1, max: 24 },
  'lower-stage': {
    summary: 'Probability of the lower stage; -1 = as published.',
    type: 'number',
    default: AS_PUBLISHED,
    min: -1,
    max: 1,
  },
  ...USER_PARAMETERS,
  ...ESTIMATE_PARAMETERS,
} as const satisfies ParameterSpecs;

export const lublin: GeneratorSpec = {
  name: 'lublin',
  summary: 'Rigid parallel jobs of a supercomputer, with a daily cycle, in a batch and an interactive class.',
  source:
    'Lublin, Feitelson, "The workload on parallel supercomputers", JPDC 63(11), 2003, as their program m_lublin99.c does it, without its loss of fractions of seconds; times count from midnight',
  parameters: PARAMETERS,
  cluster: ({ procs }) => `procs=${procs}`,
  generate,
};

function generate(parameters: Parameters, seed: number | string): Workload {
  const streams = classesOf(parameters).map(([queue, model]) => stream(queue, model, parameters, seed));
  const extent = readExtent(parameters);
  const factor = Number(parameters['arrival-factor']);
  const load = Number(parameters['load']);
  const plan =
    load > 0
      ? submissionsAtLoad(streams, extent, { load, capacity: Number(parameters['procs']), factor })
      : submissions(streams, extent, factor);
  const users = Number(parameters['users']);
  const pickUser = zipf(users, Number(parameters['user-skew']));
  const pick = randomStream(seed, 'generate/users');
  const jobs = new WorkloadBuilder();
  const request = jobs.request();
  for (let job = 0; job < plan.count; job++) {
    const { queue, size, runtime } = streams[plan.stream[job]];
    const row = plan.row[job];
    jobs.add({
      id: job + 1,
      submit: plan.time[job] * SECOND,
      runtime: runtime.at(row) * SECOND,
      walltime: Infinity,
      tasks: size.at(row),
      request,
      queue,
      user: users > 0 ? String(pickUser(pick) + 1) : undefined,
    });
  }
  return addEstimates(jobs.finish('lublin'), parameters, seed);
}

/** The classes that were asked for, with their queues; at equal times the first one's job comes first. */
function classesOf({ type }: Parameters): (readonly [string | undefined, LublinClass])[] {
  const all = [['interactive', INTERACTIVE] as const, ['batch', BATCH] as const];
  if (type === 'untyped') return [[undefined, UNTYPED]];
  return type === 'both' ? all : all.filter(([queue]) => queue === type);
}

function stream(queue: string | undefined, published: LublinClass, parameters: Parameters, seed: number | string): JobStream {
  const model = forMachine(published, parameters);
  const procs = Number(parameters['procs']);
  const random = (purpose: string) => randomStream(seed, `generate/lublin/${queue ?? 'untyped'}/${purpose}`);
  const gaps = random('gaps');
  const sizes = random('sizes');
  const runtimes = { which: random('runtimes'), short: random('short'), long: random('long'), again: random('again') };
  const weights = cycleWeights(model);
  const start = (Number(parameters['start-hour']) * HOUR * BUCKETS_IN_DAY) / (24 * HOUR);
  const size = new DrawnColumn(() => drawSize(model, procs, sizes));
  return {
    queue,
    gap: new DrawnColumn(() => drawGap(model, gaps)),
    size,
    runtime: new DrawnColumn((row) => drawRuntime(model, size.at(row), runtimes)),
    clock: () => new CycleClock(weights, start),
  };
}

/** The class with its sizes set for the machine, and what the user sets otherwise. */
function forMachine(model: LublinClass, parameters: Parameters): LublinClass {
  const given = (name: string, otherwise: number) => {
    const value = Number(parameters[name]);
    return value === AS_PUBLISHED ? otherwise : value;
  };
  const high = given('high', Math.log2(Number(parameters['procs'])));
  return {
    ...model,
    serial: given('serial', model.serial),
    powerOfTwo: given('power-of-two', model.powerOfTwo),
    low: given('low', Math.min(model.low, high)),
    medium: given('medium', Math.max(Math.min(model.low, high), high - MEDIUM_BELOW_HIGH)),
    high,
    lowerStage: given('lower-stage', model.lowerStage),
  };
}
