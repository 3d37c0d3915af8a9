/** Families of neural networks: how fast they are on which GPUs, how much they lose when spread, what a restart costs them. */
import { usageError } from '../../errors.ts';
import type { ParameterSpecs, Parameters } from '../../parameters.ts';
import type { Random } from '../../random.ts';
import type { SpeedModel } from '../../speeds.ts';
import { SECOND } from '../../units.ts';
import type { Workload } from '../../workload.ts';
import { gpusOf } from '../../workload.ts';
import { withTrainings } from './mix-trainings.ts';

interface Family {
  readonly name: string;
  /** Against a V100 [ratio]. */
  readonly gpus: Readonly<Record<string, number>>;
  /** What is left of the speed of so many GPUs that are spread [ratio]. */
  readonly spread: readonly (readonly [gpus: number, left: number])[];
  /** What is left of its speed beside another job on one GPU, by its family [ratio]. */
  readonly beside: Readonly<Record<string, number>>;
  /** To write a checkpoint and load it again [s]. */
  readonly restart: number;
}

/**
 * Medians over batch sizes of stanford-futuredata/gavel, scheduler/simulation_throughputs.json, on V100s; what was measured to
 * be faster when spread is taken as 1. Beside another: jobs of one GPU, of the 636 pairs that fit on one. Restarts: petuum/adaptdl (Sia), applications.py, of the network that is most alike.
 */
const FAMILIES: readonly Family[] = [
  {
    name: 'ResNet-50',
    gpus: { P100: 0.6, K80: 0.14 },
    spread: spreadOf(0.85, 1, 1),
    beside: besideOf(0.39, 0.77, 0.48, 0.43),
    restart: 250,
  },
  {
    name: 'ResNet-18',
    gpus: { P100: 0.65, K80: 0.1 },
    spread: spreadOf(0.42, 0.4, 0.25),
    beside: besideOf(0.62, 1, 0.82, 1),
    restart: 50,
  },
  {
    name: 'Transformer',
    gpus: { P100: 0.59, K80: 0.2 },
    spread: spreadOf(0.63, 0.55, 0.34),
    beside: besideOf(0.2, 0.55, 0.81, 0.8),
    restart: 120,
  },
  {
    name: 'LM',
    gpus: { P100: 0.75, K80: 0.21 },
    spread: spreadOf(0.23, 0.31, 0.12),
    beside: besideOf(0.44, 0.71, 0.8, 0.63),
    restart: 30,
  },
];

function spreadOf(two: number, four: number, eight: number): Family['spread'] {
  return [
    [2, two],
    [4, four],
    [8, eight],
  ];
}

/** Only jobs of one GPU ask for a share of it. */
function besideOf(resnet50: number, resnet18: number, transformer: number, lm: number): Family['beside'] {
  return { 'ResNet-50, 1 GPUs': resnet50, 'ResNet-18, 1 GPUs': resnet18, 'Transformer, 1 GPUs': transformer, 'LM, 1 GPUs': lm };
}

export const FAMILY_PARAMETERS = {
  families: {
    summary:
      'Kinds of neural networks, equally likely: none = jobs are as fast anywhere; gavel = four families of Gavel; pollux = five networks of Pollux, which can do with more or fewer GPUs than they ask for.',
    type: 'choice',
    choices: ['none', 'gavel', 'pollux'],
    default: 'none',
  },
  interference: {
    summary:
      'What a job loses of its speed beside another on the same GPU [ratio], several delaying it one after the other; 0 = nothing. Half of the pairs that Gavel measured on V100s lose more than 0.32 each. With families=gavel also `pairs`: as measured for its families.',
    type: 'text',
    default: '0',
  },
  'checkpoint-every': {
    summary: 'Work between two checkpoints; 0 = jobs save their work only when they are asked to.',
    type: 'duration',
    default: 0,
    min: 0,
  },
} as const satisfies ParameterSpecs;

/** The same jobs with a family each, if there are to be any. */
export function withFamilies(workload: Workload, parameters: Parameters, random: Random): Workload {
  const every = Number(parameters['checkpoint-every']);
  const interference = interferenceOf(parameters);
  if (parameters.families === 'pollux') return withTrainings(workload, Number(parameters['gpus-per-node']), random);
  if (parameters.families === 'none' && every === 0) return withInterference(workload, interference);
  const interval = new Float64Array(workload.count).fill(every === 0 ? Infinity : every);
  const cost = new Float64Array(workload.count);
  const restart = new Float64Array(workload.count);
  if (parameters.families === 'none')
    return { ...withInterference(workload, interference), checkpoints: { interval, cost, restart } };
  const models: SpeedModel[] = [];
  const indexOf = new Map<string, number>();
  const model = new Int32Array(workload.count);
  for (let job = 0; job < workload.count; job++) {
    const family = FAMILIES[random.integer(FAMILIES.length)];
    restart[job] = family.restart * SECOND;
    const own = { ...modelOf(family, gpusOf(workload, job) / 1000), ...lossOf(interference, family) };
    if (!indexOf.has(own.name)) indexOf.set(own.name, models.push(own) - 1);
    model[job] = indexOf.get(own.name) ?? -1;
  }
  return { ...workload, checkpoints: { interval, cost, restart }, speeds: { model, models } };
}

function modelOf({ name, gpus, spread }: Family, count: number): SpeedModel {
  const [size, others] = spread.findLast(([least]) => least <= count) ?? [1, 1];
  return { name: `${name}, ${size === 8 ? '8 GPUs or more' : `${size} GPUs`}`, gpus, others };
}

/** What a job loses beside another on its GPU [ratio], or as it was measured for pairs of families. */
function interferenceOf({ interference, families, unit, 'gpu-shares': shares }: Parameters): number | 'pairs' {
  const loses = interference === 'pairs' ? interference : Number(interference);
  const where = 'interference';
  if (interference === '' || !(loses === 'pairs' || (loses >= 0 && loses <= 1)))
    throw usageError(`"${interference}" is no part of a speed`, where, 'write a number from 0 to 1, or pairs');
  if (loses === 0) return loses;
  if (families === 'pollux')
    throw usageError('the jobs of families=pollux share no GPUs', where, 'leave it out, or take families=gavel');
  if (loses === 'pairs' && families !== 'gavel')
    throw usageError('only families of Gavel were measured in pairs', where, 'add families=gavel, or write a number');
  if (unit !== 'gpus' || shares === 0)
    throw usageError('no job asks for a share of a GPU', where, 'add unit=gpus and gpu-shares, the part of the jobs that do');
  return loses;
}

function lossOf(interference: number | 'pairs', { beside }: Family): Pick<SpeedModel, 'beside' | 'shared'> {
  if (interference === 'pairs') return { beside };
  return interference === 0 ? {} : { shared: 1 - interference };
}

/** All jobs lose the same, and are as fast anywhere. */
function withInterference(workload: Workload, interference: number | 'pairs'): Workload {
  if (interference === 'pairs' || interference === 0) return workload;
  const models = [{ name: 'any', shared: 1 - interference }];
  return { ...workload, speeds: { model: new Int32Array(workload.count), models } };
}
