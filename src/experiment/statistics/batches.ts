import { quantiles } from '../../metrics/quantiles.ts';

/**
 * Splits rows into batches of consecutive ones that differ in size by at most one: the first row of each, then the
 * count of all.
 */
export function batchBounds(rows: number, batches: number): Int32Array {
  return Int32Array.from({ length: batches + 1 }, (_, batch) => Math.floor((batch * rows) / batches));
}

/**
 * The mean of each batch, each weighed so that the mean of the batch means is the mean of all values, though some
 * batches have one value more.
 */
export function batchMeans(values: Float64Array, batches: number): Float64Array {
  const bounds = batchBounds(values.length, batches);
  const perBatch = values.length / batches;
  return Float64Array.from({ length: batches }, (_, batch) => {
    let sum = 0;
    for (let row = bounds[batch]; row < bounds[batch + 1]; row++) sum += values[row];
    return sum / perBatch;
  });
}

/** The p-quantile of each batch. */
export function batchQuantiles(values: Float64Array, batches: number, p: number): Float64Array {
  const bounds = batchBounds(values.length, batches);
  return Float64Array.from({ length: batches }, (_, batch) => quantiles(values.slice(bounds[batch], bounds[batch + 1]), [p])[0]);
}
