/** What jobs of a mix want of their GPUs beside a number: memory, or MIG instances in place of whole ones. */
import { didYouMean, usageError } from '../../errors.ts';
import { MIG_PROFILES, migShareOfProfile } from '../../mig.ts';
import type { ParameterSpecs, Parameters } from '../../parameters.ts';
import type { Random } from '../../random.ts';
import { parseQuantity } from '../../units.ts';
import type { TaskRequest } from '../../workload.ts';

export const GPU_PARAMETERS = {
  mig: {
    summary:
      'MIG instances in place of the GPU of jobs of one: profiles with their parts of these jobs, such as 1g.10gb:0.3+3g.40gb:0.2; the rest takes all of it.',
    type: 'text',
    default: '',
  },
  'gpu-memory': {
    summary:
      'Least memory on each GPU: amounts with their parts of the jobs, such as 16Gi:0.5+40Gi:0.2; for the rest any will do.',
    type: 'text',
    default: '',
  },
} as const satisfies ParameterSpecs;

type Streams = (purpose: string) => Random;

/** Draws for one submission after another what it wants of each of its GPUs, as an index into `wishes`; 0 = nothing. */
export interface GpuWishes {
  readonly draw: (size: number) => number;
  readonly wishes: readonly Pick<TaskRequest, 'gpuMemory' | 'mig'>[];
}

export function gpuWishesOf(parameters: Parameters, streams: Streams): GpuWishes {
  for (const name of ['mig', 'gpu-memory'] as const) {
    if (parameters[name] === '' || parameters['unit'] === 'gpus') continue;
    throw usageError(`${name} is given, but the jobs have no GPUs`, name, 'add unit=gpus');
  }
  const profiles = sharesOf(String(parameters['mig']), 'mig', checkedProfile);
  const amounts = sharesOf(String(parameters['gpu-memory']), 'gpu-memory', (text) => parseQuantity(text, 'gpu-memory'));
  const wishes = [{}, ...profiles.map(({ value }) => ({ mig: value })), ...amounts.map(({ value }) => ({ gpuMemory: value }))];
  const [mig, memory] = [streams('mig'), streams('gpu memory')];
  return {
    wishes,
    draw: (size) => {
      // Both are drawn for each job, so that one never moves the other.
      const [profile, amount] = [drawn(profiles, mig), drawn(amounts, memory)];
      if (size === 1 && profile >= 0) return 1 + profile;
      return amount < 0 ? 0 : 1 + profiles.length + amount;
    },
  };
}

/** What a request for whole GPUs or a share becomes with these wishes. */
export function withWishes(request: TaskRequest, wish: Pick<TaskRequest, 'gpuMemory' | 'mig'>): TaskRequest {
  if (wish.mig === undefined) return { ...request, ...wish };
  return { ...request, ...wish, gpu: migShareOfProfile(wish.mig) ?? request.gpu };
}

interface Share<Value> {
  readonly value: Value;
  readonly upTo: number;
}

function sharesOf<Value>(text: string, where: string, read: (text: string) => Value): Share<Value>[] {
  if (text === '') return [];
  let upTo = 0;
  const shares = text.split('+').map((part) => {
    const match = /^([^:]+):(\d*\.?\d+)$/.exec(part.trim());
    if (!match) throw usageError(`"${part}" is no value with its part of the jobs`, where, 'write for example 16Gi:0.5+40Gi:0.2');
    return { value: read(match[1]), upTo: (upTo += Number(match[2])) };
  });
  // A sum of decimal parts may miss 1 by its last digits.
  if (upTo > 1 + 1e-9)
    throw usageError(`the parts in "${text}" sum up to ${upTo}`, where, 'they must not be more than 1 together');
  return shares;
}

function drawn(shares: readonly Share<unknown>[], random: Random): number {
  const point = random.uniform();
  return shares.findIndex(({ upTo }) => point < upTo);
}

function checkedProfile(name: string): string {
  if (MIG_PROFILES.includes(name)) return name;
  throw usageError(`"${name}" is no MIG profile`, 'mig', didYouMean(name, MIG_PROFILES));
}
