import type { Random } from '../../random.ts';
import type { Statistic } from './statistic.ts';

/**
 * The statistic of resamples of a series made of whole blocks of consecutive rows, so that what is correlated stays
 * together; sorted, NaN last. Both policies' values of a job are read at the same row, so pairs stay pairs.
 * Block begins are drawn from all places where a whole block fits; the last block is cut to the length of the series.
 * Source: Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of Statistics 17(3), 1989.
 */
export function movingBlockReplicates(
  statistic: Statistic,
  count: number,
  blockLength: number,
  resamples: number,
  random: Random,
): Float64Array {
  if (!(Number.isInteger(blockLength) && blockLength >= 1 && blockLength <= count))
    throw new Error(`a block has ${blockLength} rows where 1 to ${count} are possible`);
  const rows = new Int32Array(count);
  const values = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    for (let filled = 0; filled < count;) {
      const begin = random.integer(count - blockLength + 1);
      for (let i = 0; i < blockLength && filled < count; i++) rows[filled++] = begin + i;
    }
    values[resample] = statistic(rows);
  }
  return values.sort();
}
