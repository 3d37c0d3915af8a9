/** Families of neural networks: how fast they are on which GPUs, how much they lose when spread, what a restart costs them. */
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
  /** To write a checkpoint and load it again [s]. */
  readonly restart: number;
}

/**
 * Medians over batch sizes of stanford-futuredata/gavel, scheduler/simulation_throughputs.json, on V100s; what was measured to
 * be faster when spread is taken as 1. Restarts: petuum/adaptdl (Sia), applications.py, of the network that is most alike.
 */
const FAMILIES: readonly Family[] = [
  { name: 'ResNet-50', gpus: { P100: 0.6, K80: 0.14 }, spread: spreadOf(0.85, 1, 1), restart: 250 },
  { name: 'ResNet-18', gpus: { P100: 0.65, K80: 0.1 }, spread: spreadOf(0.42, 0.4, 0.25), restart: 50 },
  { name: 'Transformer', gpus: { P100: 0.59, K80: 0.2 }, spread: spreadOf(0.63, 0.55, 0.34), restart: 120 },
  { name: 'LM', gpus: { P100: 0.75, K80: 0.21 }, spread: spreadOf(0.23, 0.31, 0.12), restart: 30 },
];

function spreadOf(two: number, four: number, eight: number): Family['spread'] {
  return [
    [2, two],
    [4, four],
    [8, eight],
  ];
}

export const FAMILY_PARAMETERS = {
  families: {
    summary:
      'Kinds of neural networks, equally likely: none = jobs are as fast anywhere; gavel = four families of Gavel; pollux = five networks of Pollux, which can do with more or fewer GPUs than they ask for.',
    type: 'choice',
    choices: ['none', 'gavel', 'pollux'],
    default: 'none',
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
  if (parameters.families === 'pollux') return withTrainings(workload, Number(parameters['gpus-per-node']), random);
  if (parameters.families === 'none' && every === 0) return workload;
  const interval = new Float64Array(workload.count).fill(every === 0 ? Infinity : every);
  const cost = new Float64Array(workload.count);
  const restart = new Float64Array(workload.count);
  if (parameters.families === 'none') return { ...workload, checkpoints: { interval, cost, restart } };
  const models: SpeedModel[] = [];
  const indexOf = new Map<string, number>();
  const model = new Int32Array(workload.count);
  for (let job = 0; job < workload.count; job++) {
    const family = FAMILIES[random.integer(FAMILIES.length)];
    restart[job] = family.restart * SECOND;
    const own = modelOf(family, gpusOf(workload, job) / 1000);
    if (!indexOf.has(own.name)) indexOf.set(own.name, models.push(own) - 1);
    model[job] = indexOf.get(own.name) ?? -1;
  }
  return { ...workload, checkpoints: { interval, cost, restart }, speeds: { model, models } };
}

function modelOf({ name, gpus, spread }: Family, count: number): SpeedModel {
  const [size, others] = spread.findLast(([least]) => least <= count) ?? [1, 1];
  return { name: `${name}, ${size === 8 ? '8 GPUs or more' : `${size} GPUs`}`, gpus, others };
}
