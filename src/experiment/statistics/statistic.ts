import { quantiles } from '../../metrics/quantiles.ts';

/**
 * A number computed from some rows of a sample. A row may be there more than once: a bootstrap draws rows with
 * repetition, and pairs stay pairs because both columns are read at the same row.
 */
export type Statistic = (rows: Int32Array) => number;

/** All rows, each once. */
export function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}

export function meanStatistic(values: Float64Array): Statistic {
  return (rows) => {
    let sum = 0;
    for (let i = 0; i < rows.length; i++) sum += values[rows[i]];
    return sum / rows.length;
  };
}

/** The p-quantile, of type 7 as everywhere (src/metrics/quantiles.ts); p = 0.5 is the median. */
export function quantileStatistic(values: Float64Array, p: number): Statistic {
  let drawn = new Float64Array(0);
  return (rows) => {
    if (drawn.length !== rows.length) drawn = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) drawn[i] = values[rows[i]];
    return quantiles(drawn, [p])[0];
  };
}

/** What `other` comes to minus what `baseline` comes to, on the same rows. */
export function differenceStatistic(baseline: Statistic, other: Statistic): Statistic {
  return (rows) => other(rows) - baseline(rows);
}

/**
 * By which share `other` is above `baseline`, on the same rows: of means it is the ratio of the means minus 1, not the
 * mean of ratios, in which a run with hardly any wait would weigh as much as the worst one. NaN where the baseline is 0.
 */
export function changeStatistic(baseline: Statistic, other: Statistic): Statistic {
  return (rows) => {
    const base = baseline(rows);
    return base === 0 ? NaN : other(rows) / base - 1;
  };
}

/** The standard error of the difference of two means of pairs, on the same rows; see `ErrorOf`. */
export function differenceError(baseline: Float64Array, other: Float64Array) {
  return (rows: Int32Array, difference: number): number => {
    let squares = 0;
    for (let i = 0; i < rows.length; i++) squares += (other[rows[i]] - baseline[rows[i]] - difference) ** 2;
    return Math.sqrt(squares / (rows.length - 1) / rows.length);
  };
}

/**
 * The standard error of the change of the mean, by the linear approximation that is usual for ratios: Cochran, "Sampling
 * Techniques", 1977, section 6.4.
 */
export function changeError(baseline: Float64Array, other: Float64Array) {
  return (rows: Int32Array, change: number): number => {
    let squares = 0;
    let sum = 0;
    for (let i = 0; i < rows.length; i++) {
      squares += (other[rows[i]] - (1 + change) * baseline[rows[i]]) ** 2;
      sum += baseline[rows[i]];
    }
    return Math.sqrt((squares * rows.length) / (rows.length - 1)) / sum;
  };
}
