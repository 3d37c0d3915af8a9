// Statistics against values that others have published; the source stands at each.
import { describe, expect, test } from 'vitest';
import {
  bcaCorrections,
  bcaInterval,
  expandedConfidence,
  jackknife,
  percentileInterval,
  replicates,
} from '../src/experiment/statistics/bootstrap.ts';
import { cohensD, hodgesLehmann } from '../src/experiment/statistics/effect-size.ts';
import { differences, meanOf, squaresAround } from '../src/experiment/statistics/moments.ts';
import { benjaminiHochberg, holm } from '../src/experiment/statistics/multiplicity.ts';
import { normalProbability, normalQuantile } from '../src/experiment/statistics/normal-distribution.ts';
import { pairedT } from '../src/experiment/statistics/paired-t.ts';
import { pairsFor } from '../src/experiment/statistics/sample-size.ts';
import { allRows } from '../src/experiment/statistics/statistic.ts';
import type { Statistic } from '../src/experiment/statistics/statistic.ts';
import { studentProbability, studentQuantile, studentTwoSided } from '../src/experiment/statistics/student-distribution.ts';
import { wilcoxon } from '../src/experiment/statistics/wilcoxon.ts';
import { randomStream } from '../src/random.ts';

const column = (...values: number[]) => Float64Array.from(values);

describe('distributions', () => {
  // Abramowitz & Stegun, tables 26.1 and 26.5; the tails as SciPy 1.17 gives them.
  test.each([
    [-38, 2.88542835100396e-316],
    [-10, 7.61985302416047e-24],
    [-4, 3.16712418331199e-5],
    [-1.96, 0.0249978951482204],
    [0, 0.5],
    [1, 0.841344746068543],
    [4, 0.999968328758167],
    [Infinity, 1],
    [NaN, NaN],
  ])('a normal number is at most %d with probability %d', (x, p) => {
    if (Number.isNaN(p)) expect(normalProbability(x)).toBeNaN();
    else expect(normalProbability(x) / p).toBeCloseTo(1, 7);
  });

  test.each([
    [0.975, 1.959963984540054],
    [0.95, 1.6448536269514722],
    [0.5, 0],
    [1e-200, -30.20559417957964],
    [0, -Infinity],
    [1, Infinity],
    [1.1, NaN],
  ])('the %d-quantile of the normal distribution is %d', (p, x) => {
    if (Number.isFinite(x)) expect(normalQuantile(p)).toBeCloseTo(x, 12);
    else expect(normalQuantile(p)).toBe(x);
  });

  // The t table of any textbook, two-sided 5 %.
  test.each([
    [1, 12.706],
    [2, 4.303],
    [5, 2.571],
    [9, 2.262],
    [10, 2.228],
    [29, 2.045],
    [30, 2.042],
    [120, 1.98],
    [1e6, 1.96],
  ])("Student's 97.5 %% quantile with %d degrees of freedom is %d", (degrees, t) => {
    expect(studentQuantile(0.975, degrees)).toBeCloseTo(t, 3);
    expect(studentProbability(studentQuantile(0.975, degrees), degrees)).toBeCloseTo(0.975, 9);
    expect(studentQuantile(0.025, degrees)).toBe(-studentQuantile(0.975, degrees));
  });

  test('one degree of freedom is Cauchy, two have a closed form', () => {
    for (const t of [-50, -1.5, -0.01, 0, 0.3, 2, 1000]) {
      expect(studentProbability(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 12);
      expect(studentProbability(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 12);
    }
    expect(studentTwoSided(2.5, 7)).toBeCloseTo(0.0409922185857529, 13); // SciPy 1.17
  });
});

describe('bootstrap', () => {
  // Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, table 14.1: the spatial test of 26 children, test A.
  const spatial = column(48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41);
  const variance: Statistic = (rows) => {
    const values = Float64Array.from(rows, (row) => spatial[row]);
    return squaresAround(values, meanOf(values)) / values.length;
  };

  test('BCa of the variance in the spatial test: (115.8, 259.6) in table 14.2, percentiles (100.8, 233.9)', () => {
    const estimate = variance(allRows(26));
    expect(estimate).toBeCloseTo(171.5, 1);
    const sorted = replicates(variance, 26, 20_000, randomStream(1, 'spatial'));
    const corrections = bcaCorrections(sorted, estimate, jackknife(variance, 26));
    expect(corrections.acceleration).toBeCloseTo(0.061, 3);
    // The book has 0.146 of 2,000 resamples, whose standard error is 0.03.
    expect(Math.abs(corrections.bias - 0.146)).toBeLessThan(0.06);
    // The ends of the book vary as much: its standard errors are about 2 below and 4 above.
    const bca = bcaInterval(sorted, corrections, 0.9);
    expect(Math.abs(bca.low - 115.8)).toBeLessThan(4);
    expect(Math.abs(bca.high - 259.6)).toBeLessThan(8);
    const percentile = percentileInterval(sorted, 0.9);
    expect(Math.abs(percentile.low - 100.8)).toBeLessThan(5);
    expect(Math.abs(percentile.high - 233.9)).toBeLessThan(5);
  });

  test('with z0 = 0.146 and a = 0.061 the 5 % and 95 % points move to 11.0 % and 98.5 % (page 186)', () => {
    const share = Float64Array.from({ length: 9999 }, (_, rank) => (rank + 1) / 10_000);
    const { low, high } = bcaInterval(share, { bias: 0.146, acceleration: 0.061 }, 0.9);
    expect(low).toBeCloseTo(0.11, 3);
    expect(Math.abs(high - 0.985)).toBeLessThan(0.001);
    expect(percentileInterval(share, 0.9)).toEqual({ low: expect.closeTo(0.05, 10), high: expect.closeTo(0.95, 10) });
  });

  test('replicates equal to the estimate count half: a discrete figure that is in the middle has no bias', () => {
    const sorted = column(0, 1, 1, 1, 2);
    expect(bcaCorrections(sorted, 1, sorted).bias).toBeCloseTo(0, 12);
  });

  test('two rows asked for BCa, or an acceleration beyond its pole, give no interval that is turned round', () => {
    const sorted = Float64Array.from({ length: 99 }, (_, rank) => rank);
    expect(bcaInterval(sorted, { bias: 0, acceleration: 0 }, expandedConfidence(0.95, 2))).toEqual({ low: 0, high: 98 });
    expect(bcaInterval(sorted, { bias: 0, acceleration: 0.6 }, 0.95)).toEqual({ low: NaN, high: NaN });
    expect(bcaInterval(sorted, { bias: -Infinity, acceleration: 0 }, 0.95)).toEqual({ low: NaN, high: NaN });
  });

  test('the law schools: correlation 0.776, standard error by the jackknife 0.142, by the bootstrap 0.13', () => {
    // Table 3.1 of the same book; sections 6.2 and 11.2 for the standard errors.
    const lsat = column(576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594);
    const gpa = column(3.39, 3.3, 2.81, 3.03, 3.44, 3.07, 3.0, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96);
    const correlation: Statistic = (rows) => {
      const [x, y] = [lsat, gpa].map((values) => Float64Array.from(rows, (row) => values[row]));
      const [meanX, meanY] = [meanOf(x), meanOf(y)];
      const products = x.reduce((sum, value, i) => sum + (value - meanX) * (y[i] - meanY), 0);
      return products / Math.sqrt(squaresAround(x, meanX) * squaresAround(y, meanY));
    };
    expect(correlation(allRows(15))).toBeCloseTo(0.776, 3);
    const left = jackknife(correlation, 15);
    expect(Math.sqrt((14 / 15) * squaresAround(left, meanOf(left)))).toBeCloseTo(0.142, 2);
    const sorted = replicates(correlation, 15, 3200, randomStream(1, 'law'));
    expect(Math.abs(Math.sqrt(squaresAround(sorted, meanOf(sorted)) / 3199) - 0.132)).toBeLessThan(0.01);
  });

  test('the expanded confidence makes percentiles of a normal mean as wide as t', () => {
    // Hesterberg 2015, section 3.2: percentiles span z of the asked confidence times sqrt((n - 1) / n) deviations.
    for (const count of [5, 10, 30, 1000]) {
      const z = normalQuantile((1 + expandedConfidence(0.95, count)) / 2);
      expect(z * Math.sqrt((count - 1) / count)).toBeCloseTo(studentQuantile(0.975, count - 1), 6);
    }
  });
});

describe('tests of pairs', () => {
  // Student, "The probable error of a mean", Biometrika 6, 1908: hours of sleep won by two drugs; R's data set `sleep`.
  const first = column(0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2);
  const second = column(1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4);

  test("t of Student's sleep data: t = 4.0621 with 9 degrees of freedom, p = 0.002833 (R)", () => {
    const difference = differences(first, second);
    expect(meanOf(difference)).toBeCloseTo(1.58, 10);
    const { statistic, p } = pairedT(difference);
    expect(statistic).toBeCloseTo(4.0621, 4);
    expect(p).toBeCloseTo(0.002833, 6);
    expect(cohensD(difference)).toBeCloseTo(4.0621 / Math.sqrt(10), 4);
  });

  test('Wilcoxon of the depression scores of Hollander & Wolfe (1973, page 29): V = 40, shift -0.46', () => {
    const before = column(1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3);
    const after = column(0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29);
    const { statistic, p, method } = wilcoxon(differences(after, before));
    expect({ statistic, method }).toEqual({ statistic: 40, method: 'exact' });
    expect(p).toBeCloseTo(2 * 0.01953, 4); // R gives the one-sided p
    expect(hodgesLehmann(differences(before, after))).toBeCloseTo(-0.46, 10);
  });

  // Critical values at 5 % two-sided: Wilcoxon & Wilcox, "Some Rapid Approximate Statistical Procedures", 1964.
  test.each([
    [6, 0],
    [7, 2],
    [8, 3],
    [9, 5],
    [10, 8],
    [11, 10],
    [12, 13],
    [13, 17],
    [14, 21],
    [15, 25],
    [16, 29],
    [17, 34],
    [18, 40],
    [19, 46],
    [20, 52],
    [25, 89],
  ])('of %d pairs the smaller rank sum may be at most %d', (count, critical) => {
    expect(wilcoxon(withRankSum(count, critical)).p).toBeLessThanOrEqual(0.05);
    expect(wilcoxon(withRankSum(count, critical + 1)).p).toBeGreaterThan(0.05);
  });

  test('beyond 50 pairs the normal approximation, with ties: p = 0.0226788 (SciPy 1.17, correction on)', () => {
    const values = Float64Array.from({ length: 60 }, (_, i) => Math.floor(((i % 3 === 0 ? -1 : 1) * (i + 1)) / 2));
    const { p, method } = wilcoxon(values);
    expect(method).toBe('normal approximation');
    expect(p).toBeCloseTo(0.022678832895116793, 12);
  });

  test('differences that are all the same have no t, and signs still count', () => {
    expect(pairedT(column(0.1, 0.1, 0.1)).p).toBeNaN();
    expect(pairedT(column(2)).p).toBeNaN();
    expect(wilcoxon(column(0.1, 0.1, 0.1)).p).toBeCloseTo(0.25, 12);
    expect(wilcoxon(column(0, 0)).p).toBeNaN();
  });
});

/** Differences 1..n, signs such that the negative ones have this sum of ranks. */
function withRankSum(count: number, sum: number): Float64Array {
  const values = Float64Array.from({ length: count }, (_, i) => i + 1);
  for (let rank = count, left = sum; rank > 0; rank--) {
    if (rank > left) continue;
    values[rank - 1] = -rank;
    left -= rank;
  }
  return values;
}

describe('many comparisons', () => {
  // Benjamini & Hochberg 1995, section 4.1: 15 tests of thrombolysis; they reject 4, Bonferroni and Hochberg 3.
  const p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1];

  test('their procedure rejects 4 of the 15 hypotheses of Benjamini & Hochberg, Holm 3', () => {
    expect(benjaminiHochberg(p).filter((one) => one <= 0.05)).toHaveLength(4);
    expect(holm(p).filter((one) => one <= 0.05)).toHaveLength(3);
    const known = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714, 0.06385714, 0.0645, 0.0765, 0.486];
    benjaminiHochberg(p)
      .slice(0, 10)
      .forEach((one, test) => expect(one).toBeCloseTo(known[test], 8)); // SciPy 1.17
  });

  test("R's p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05))", () => {
    const five = [0.01, 0.02, 0.03, 0.04, 0.05];
    holm(five).forEach((one, test) => expect(one).toBeCloseTo([0.05, 0.08, 0.09, 0.09, 0.09][test], 12));
    benjaminiHochberg(five).forEach((one) => expect(one).toBeCloseTo(0.05, 12));
  });

  test('tests that do not apply are not counted', () => {
    expect(holm([NaN, 0.01, NaN, 0.02])).toEqual([NaN, 0.02, NaN, 0.02]);
    expect(benjaminiHochberg([NaN, 0.01, NaN, 0.02])).toEqual([NaN, 0.02, NaN, 0.02]);
    expect(holm([])).toEqual([]);
  });
});

test('how many pairs: a deviation of 10 to within ±2 asks for 99, where the normal distribution alone says 97', () => {
  // Law, "Simulation Modeling and Analysis", 2015, section 9.4.1: the smallest i with t(i - 1) s / sqrt(i) <= target.
  const halfWidth = (studentQuantile(0.975, 9) * 10) / Math.sqrt(10);
  expect(pairsFor(2, halfWidth, 10, 0.95)).toBe(99);
  expect(pairsFor(halfWidth * 1.000001, halfWidth, 10, 0.95)).toBe(10);
  expect(pairsFor(1e-9, halfWidth, 10, 0.95)).toBe(Infinity);
  expect(pairsFor(2, NaN, 10, 0.95)).toBeNaN();
});
