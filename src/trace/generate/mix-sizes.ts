import { usageError } from '../../errors.ts';
import type { Random } from '../../random.ts';

/** A size and its share of the submissions, cumulated. */
interface SizeShare {
  readonly size: number;
  readonly upTo: number;
}

/**
 * Draws sizes [count] as written: `log2:1-64` (powers of two between the bounds, equally likely),
 * or `1:0.7+2:0.1+4:0.2` (sizes with their shares, which are scaled to sum to 1).
 */
export function sizesOf(text: string, largest: number, where: string): (random: Random) => number {
  const shares = cumulated(/^log2:/.test(text) ? powersOfTwo(text, where) : listed(text, where));
  const tooLarge = shares.find(({ size }) => size > largest);
  if (tooLarge !== undefined) {
    throw usageError(
      `size ${tooLarge.size} is more than the capacity of ${largest}`,
      where,
      'leave it out or raise the capacity',
    );
  }
  const total = shares[shares.length - 1].upTo;
  return (random) => {
    const point = random.uniform() * total;
    for (const { size, upTo } of shares) if (point < upTo) return size;
    return shares[shares.length - 1].size;
  };
}

function cumulated(shares: readonly (readonly [size: number, share: number])[]): SizeShare[] {
  let upTo = 0;
  return shares.map(([size, share]) => ({ size, upTo: (upTo += share) }));
}

const HINT = 'write for example log2:1-64 or 1:0.7+2:0.1+4:0.15+8:0.05';

function powersOfTwo(text: string, where: string): [number, number][] {
  const bounds = /^log2:(\d+)-(\d+)$/.exec(text);
  const from = bounds ? Math.ceil(Math.log2(Number(bounds[1]))) : NaN;
  const to = bounds ? Math.floor(Math.log2(Number(bounds[2]))) : NaN;
  if (!(from >= 0 && to >= from && to < 31)) throw usageError(`"${text}" is not a range of powers of two`, where, HINT);
  return Array.from({ length: to - from + 1 }, (_, step) => [2 ** (from + step), 1]);
}

function listed(text: string, where: string): [number, number][] {
  return text.split('+').map((part) => {
    const match = /^(\d+):(\d*\.?\d+)$/.exec(part.trim());
    if (!match || Number(match[1]) < 1 || Number(match[2]) <= 0) {
      throw usageError(`"${part}" is not a size with its share`, where, HINT);
    }
    return [Number(match[1]), Number(match[2])];
  });
}
