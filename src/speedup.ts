/** How much faster a job is with more GPUs, as its user may know: nothing of batches and networks. */
import { onLine } from './on-line.ts';

/** How fast it was with so many GPUs, in any unit. */
export interface SizeSpeed {
  readonly gpus: number;
  readonly speed: number;
}

/**
 * Speeds that were seen, by ascending numbers of GPUs; or the part of the work that GPUs share among them, as Amdahl's law has it
 * (AFIPS 1967): 1 = twice as fast with twice as many, 0 = more make it no faster [ratio].
 */
export type Speedup = number | readonly SizeSpeed[];

/** Against any number of GPUs for which this is asked: between two that were seen, on a line; with fewer, as many times less. */
export function speedWith(speedup: Speedup, gpus: number): number {
  if (gpus <= 0) return 0;
  if (typeof speedup === 'number') return 1 / (1 - speedup + speedup / gpus);
  const [first, last] = [speedup[0], speedup[speedup.length - 1]];
  if (gpus < first.gpus) return (first.speed * gpus) / first.gpus;
  if (gpus > last.gpus) return last.speed;
  return onLine(
    speedup.map((one) => one.gpus),
    speedup.map((one) => one.speed),
    gpus,
  );
}

/** `1=1/2=1.9/4=3.5`, GPUs before speed, or `0.95`, the part that they share. Undefined if it is neither. */
export function parseSpeedup(text: string): Speedup | undefined {
  if (!text.includes('=')) {
    const shared = text.trim() === '' ? NaN : Number(text);
    return shared >= 0 && shared <= 1 ? shared : undefined;
  }
  const speeds = text.split('/').map((pair) => {
    const match = /^\s*(\d{1,9})\s*=\s*([\d.]+(?:[eE][+-]?\d+)?)\s*$/.exec(pair);
    return { gpus: Number(match?.[1] ?? NaN), speed: Number(match?.[2] ?? NaN) };
  });
  const isKnown = speeds.every(({ gpus, speed }, at) => gpus > (speeds[at - 1]?.gpus ?? 0) && speed > 0 && speed < Infinity);
  return isKnown ? speeds : undefined;
}

export function formatSpeedup(speedup: Speedup): string {
  if (typeof speedup === 'number') return String(speedup);
  return speedup.map(({ gpus, speed }) => `${gpus}=${speed}`).join('/');
}
