// Each statistic against its definition, written slowly, on cases dense enough that values coincide.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { independence, lagOne, wideningOf } from '../src/experiment/statistics/autocorrelation.ts';
import { chooseBatchCount } from '../src/experiment/statistics/batch-count.ts';
import { batchBounds, batchMeans, batchQuantiles } from '../src/experiment/statistics/batches.ts';
import { jackknife, replicates } from '../src/experiment/statistics/bootstrap.ts';
import { cliffsDelta, hodgesLehmann, rankBiserial } from '../src/experiment/statistics/effect-size.ts';
import { effectiveSampleSize, mser5, overlappingInterval, steadyRows } from '../src/experiment/statistics/index.ts';
import { deviationOf, meanOf } from '../src/experiment/statistics/moments.ts';
import { movingBlockReplicates } from '../src/experiment/statistics/moving-blocks.ts';
import { benjaminiHochberg, holm } from '../src/experiment/statistics/multiplicity.ts';
import { overlappingVariance } from '../src/experiment/statistics/overlapping-batch-means.ts';
import { midRanks } from '../src/experiment/statistics/ranks.ts';
import { pairsFor } from '../src/experiment/statistics/sample-size.ts';
import {
  allRows,
  changeStatistic,
  differenceStatistic,
  meanStatistic,
  quantileStatistic,
} from '../src/experiment/statistics/statistic.ts';
import { studentQuantile } from '../src/experiment/statistics/student-distribution.ts';
import { wilcoxon } from '../src/experiment/statistics/wilcoxon.ts';
import { randomStream } from '../src/random.ts';

const few = fc.integer({ min: -3, max: 3 });
const columns = (minLength: number, maxLength: number, value: fc.Arbitrary<number> = few) =>
  fc.array(value, { minLength, maxLength }).map((values) => Float64Array.from(values));
const pairs = (minLength: number, maxLength: number) =>
  fc
    .array(fc.tuple(few, few), { minLength, maxLength })
    .map((rows) => [0, 1].map((side) => Float64Array.from(rows, (row) => row[side])));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('ranks and effects', () => {
  test('a rank is the number of smaller values and half of the equal ones', () => {
    fc.assert(
      fc.property(columns(0, 12), (values) => {
        const slow = [...values].map(
          (one) => values.filter((other) => other < one).length + (values.filter((other) => other === one).length + 1) / 2,
        );
        expect([...midRanks(values)]).toEqual(slow);
      }),
    );
  });

  test('the exact p of Wilcoxon is the share of all signs that are as far off, with ties and zeros', () => {
    fc.assert(
      fc.property(columns(1, 10), (values) => {
        const nonzero = values.filter((value) => value !== 0);
        const ranks = midRanks(nonzero.map(Math.abs));
        const sums = Array.from({ length: 2 ** nonzero.length }, (_, signs) =>
          [...ranks].reduce((sum, rank, i) => sum + ((signs >> i) & 1 ? rank : 0), 0),
        );
        const positive = ranks.reduce((sum, rank, i) => sum + (nonzero[i] > 0 ? rank : 0), 0);
        const middle = mean(sums);
        const asFar = sums.filter((sum) => Math.abs(sum - middle) >= Math.abs(positive - middle)).length;
        const { p, statistic } = wilcoxon(values);
        expect(statistic).toBe(positive);
        if (nonzero.length === 0) expect(p).toBeNaN();
        else expect(p).toBeCloseTo(asFar / sums.length, 12);
      }),
    );
  });

  test("Cliff's delta counts all pairs, Hodges-Lehmann takes all averages, rank-biserial all ranks", () => {
    fc.assert(
      fc.property(pairs(1, 9), ([a, b]) => {
        const signs = [...b].flatMap((other) => [...a].map((one) => Math.sign(other - one)));
        expect(cliffsDelta(a, b)).toBeCloseTo(mean(signs), 12);
        const difference = b.map((value, row) => value - a[row]);
        const averages = [...difference].flatMap((one, i) => [...difference].slice(i).map((other) => (one + other) / 2));
        const sorted = averages.toSorted((x, y) => x - y);
        const half = sorted.length / 2;
        const median = sorted.length % 2 === 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
        expect(hodgesLehmann(difference)).toBeCloseTo(median, 12);
        const nonzero = [...difference].filter((value) => value !== 0);
        const ranks = midRanks(Float64Array.from(nonzero, Math.abs));
        const total = ranks.reduce((sum, rank) => sum + rank, 0);
        const balance = ranks.reduce((sum, rank, i) => sum + Math.sign(nonzero[i]) * rank, 0);
        expect(rankBiserial(difference)).toBeCloseTo(total === 0 ? 0 : balance / total, 12);
      }),
    );
  });
});

describe('many comparisons', () => {
  const ps = fc.array(fc.constantFrom(0, 0.01, 0.02, 0.04, 0.05, 0.3, 1, NaN), { maxLength: 8 });

  test('Holm and Benjamini-Hochberg reject what their step-down and step-up rules do, at every level', () => {
    fc.assert(
      fc.property(ps, fc.constantFrom(0.005, 0.03, 0.05, 0.1, 0.5), (p, level) => {
        const there = p.filter((one) => !Number.isNaN(one)).toSorted((a, b) => a - b);
        let down = 0;
        while (down < there.length && there[down] <= level / (there.length - down) + 1e-12) down++;
        let up = there.length;
        while (up > 0 && there[up - 1] > (up / there.length) * level + 1e-12) up--;
        expect(holm(p).filter((one) => one <= level + 1e-12)).toHaveLength(down);
        expect(benjaminiHochberg(p).filter((one) => one <= level + 1e-12)).toHaveLength(up);
        p.forEach((one, test) => expect(Number.isNaN(holm(p)[test])).toBe(Number.isNaN(one)));
      }),
    );
  });
});

describe('warm-up', () => {
  test('MSER-5 cuts where the error of the rest is least', () => {
    fc.assert(
      fc.property(columns(0, 120), (values) => {
        const batches = Array.from({ length: Math.floor(values.length / 5) }, (_, i) =>
          mean([...values.slice(5 * i, 5 * i + 5)]),
        );
        const error = (cut: number) => {
          const rest = batches.slice(cut);
          return rest.reduce((sum, one) => sum + (one - mean(rest)) ** 2, 0) / rest.length ** 2;
        };
        const { rows, settled } = mser5(values);
        expect(rows % 5).toBe(0);
        if (batches.length <= 10) {
          expect({ rows, settled }).toEqual({ rows: 0, settled: false });
          return;
        }
        const cuts = Array.from({ length: batches.length - 5 }, (_, cut) => error(cut));
        const firstHalf = cuts.slice(0, Math.floor(batches.length / 2) + 1);
        expect(error(rows / 5)).toBeCloseTo(Math.min(...firstHalf), 10);
        // Of cuts that are equally good only rounding decides.
        const [here, there] = [firstHalf, cuts.slice(firstHalf.length)].map((some) => Math.min(...some));
        if (Math.abs(here - there) > 1e-9) expect(settled).toBe(here < there);
      }),
    );
  });

  test('MSER-5 finds the end of a start that is off, and nothing where there is none', () => {
    const random = randomStream(1, 'mser');
    const biased = Float64Array.from({ length: 2000 }, (_, i) => (i < 200 ? 20 : 0) + random.normal(0, 1));
    expect(mser5(biased)).toEqual({ rows: 200, settled: true });
    // Of cuts that are equally good it is the shortest.
    expect(mser5(new Float64Array(100))).toEqual({ rows: 0, settled: true });
    const rising = Float64Array.from({ length: 2000 }, (_, i) => i + random.normal(0, 1));
    expect(mser5(rising).settled).toBe(false);
  });

  test('the fixed rule leaves out what was submitted outside of the steady window; MSER-5 may leave out more', () => {
    const submits = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(submits, fc.constantFrom(0, 0.1, 0.25, 1), fc.constantFrom(0, 0.1, 0.5), (times, warmUp, drain) => {
        const submit = Float64Array.from(
          times.toSorted((a, b) => a - b),
          (time) => 100 * time,
        );
        const last = submit[submit.length - 1];
        const [from, to] = [submit[0] + Math.round(warmUp * (last - submit[0])), last - Math.round(drain * (last - submit[0]))];
        const rows = steadyRows(submit, [submit], { warmUp, drain });
        expect([...submit.slice(rows.from, rows.until)]).toEqual([...submit].filter((time) => time >= from && time <= to));
        const later = steadyRows(submit, [submit], { warmUp: 'mser-5' });
        expect(later.from).toBe(Math.max(steadyRows(submit, [], {}).from, mser5(submit).rows));
      }),
    );
  });
});

describe('batches', () => {
  test('hold every row once and differ by at most one row; the mean of their means is the mean', () => {
    fc.assert(
      fc.property(columns(1, 50), fc.integer({ min: 1, max: 12 }), (values, wanted) => {
        const batches = Math.min(wanted, values.length);
        const bounds = batchBounds(values.length, batches);
        const sizes = [...bounds].slice(1).map((bound, i) => bound - bounds[i]);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(values.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(meanOf(batchMeans(values, batches))).toBeCloseTo(meanOf(values), 10);
        const largest = [...sizes].map((_, i) => Math.max(...values.slice(bounds[i], bounds[i + 1])));
        expect([...batchQuantiles(values, batches, 1)]).toEqual(largest);
      }),
    );
  });

  test('the correlation of neighbours and the test of it are as defined', () => {
    fc.assert(
      fc.property(columns(3, 20), (values) => {
        const centre = meanOf(values);
        const squares = [...values].reduce((sum, value) => sum + (value - centre) ** 2, 0);
        const neighbours = [...values].slice(1).map((value, i) => [values[i], value]);
        const steps = neighbours.reduce((sum, [a, b]) => sum + (b - a) ** 2, 0);
        const products = neighbours.reduce((sum, [a, b]) => sum + (a - centre) * (b - centre), 0);
        if (squares < 1e-9) return;
        expect(lagOne(values)).toBeCloseTo(products / squares, 10);
        expect(independence(values).statistic).toBeCloseTo(1 - steps / 2 / squares, 10);
        const r = Math.min(0.9, Math.max(0, products / squares));
        expect(wideningOf(values)).toBeCloseTo(Math.sqrt((1 + r) / (1 - r)), 10);
      }),
    );
  });

  test('under independence the test rejects as often as it says', () => {
    const random = randomStream(1, 'independence');
    let rejected = 0;
    for (let repetition = 0; repetition < 4000; repetition++) {
      if (independence(Float64Array.from({ length: 20 }, () => random.normal(0, 1))).p < 0.1) rejected++;
    }
    expect(rejected / 4000).toBeGreaterThan(0.085);
    expect(rejected / 4000).toBeLessThan(0.115);
  });

  test('as many batches as pass: 30 of independent values, fewer of correlated ones, none of too few', () => {
    const random = randomStream(3, 'batches');
    let value = 0;
    const independent = Float64Array.from({ length: 3000 }, () => random.normal(0, 1));
    const correlated = Float64Array.from({ length: 3000 }, () => (value = 0.995 * value + random.normal(0, 1)));
    const choose = (values: Float64Array) => chooseBatchCount(values.length, 10, (count) => [batchMeans(values, count)]);
    expect(choose(independent)).toEqual({ batches: 30, independent: true });
    expect(choose(correlated).batches).toBeLessThan(30);
    expect(choose(Float64Array.from({ length: 3000 }, (_, i) => i))).toEqual({ batches: 10, independent: false });
    expect(choose(independent.subarray(0, 99))).toEqual({ batches: 0, independent: false });
    expect(choose(new Float64Array(200))).toEqual({ batches: 20, independent: true });
  });

  test('overlapping batch means are the mean square of all stretches', () => {
    fc.assert(
      fc.property(columns(2, 20), fc.integer({ min: 1, max: 19 }), (values, length) => {
        const count = values.length;
        if (length >= count) {
          expect(overlappingVariance(values, length)).toBeNaN();
          return;
        }
        const stretches = Array.from({ length: count - length + 1 }, (_, i) => mean([...values.slice(i, i + length)]));
        const squares = stretches.reduce((sum, one) => sum + (one - meanOf(values)) ** 2, 0);
        expect(overlappingVariance(values, length)).toBeCloseTo((length * squares) / (count - length) / (count - length + 1), 10);
        if (length === 1) expect(overlappingVariance(values, 1)).toBeCloseTo(deviationOf(values) ** 2 / count, 10);
      }),
    );
  });

  test('the effective size of AR(1) is near n (1 - r) / (1 + r), of independent values near n', () => {
    const random = randomStream(2, 'effective');
    let value = 0;
    const correlated = Float64Array.from({ length: 100_000 }, () => (value = 0.8 * value + random.normal(0, 1)));
    expect(effectiveSampleSize(correlated, 1000) / (100_000 / 9)).toBeGreaterThan(0.75);
    expect(effectiveSampleSize(correlated, 1000) / (100_000 / 9)).toBeLessThan(1.3);
    expect(
      effectiveSampleSize(
        Float64Array.from({ length: 10_000 }, () => random.normal(0, 1)),
        50,
      ),
    ).toBeGreaterThan(8000);
    expect(overlappingInterval(correlated, 100_000, 0.95)).toEqual({ low: NaN, high: NaN });
  });
});

describe('resampling', () => {
  test('the jackknife leaves out each row once', () => {
    fc.assert(
      fc.property(columns(2, 10), (values) => {
        const slow = [...values].map((_, left) => mean([...values].filter((_value, row) => row !== left)));
        jackknife(meanStatistic(values), values.length).forEach((one, i) => expect(one).toBeCloseTo(slow[i], 12));
      }),
    );
  });

  test('pairs stay pairs: a statistic of both columns sees the same rows', () => {
    fc.assert(
      fc.property(pairs(1, 8), fc.integer(), ([a, b], seed) => {
        const doubled = a.map((value) => 2 * value);
        const same = differenceStatistic(meanStatistic(a), meanStatistic(doubled));
        const direct = replicates(meanStatistic(a), a.length, 20, randomStream(seed, 'x'));
        replicates(same, a.length, 20, randomStream(seed, 'x')).forEach((one, i) => expect(one).toBeCloseTo(direct[i], 10));
        expect(quantileStatistic(b, 1)(allRows(b.length))).toBe(Math.max(...b));
        const change = changeStatistic(meanStatistic(a), meanStatistic(doubled))(allRows(a.length));
        if (Math.abs(meanOf(a)) > 1e-9) expect(change).toBeCloseTo(1, 10);
      }),
    );
  });

  test('moving blocks are made of neighbours, from every place, up to the length of the series', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), fc.integer(), (count, length, seed) => {
        fc.pre(length <= count);
        const begins = new Set<number>();
        const check = (rows: Int32Array) => {
          expect(rows).toHaveLength(count);
          rows.forEach((row, i) => {
            if (i % length === 0) begins.add(row);
            else expect(row).toBe(rows[i - 1] + 1);
            expect(row).toBeLessThan(count);
          });
          return 0;
        };
        movingBlockReplicates(check, count, length, 60, randomStream(seed, 'blocks'));
        if (count - length < 3) expect(begins.size).toBe(count - length + 1);
      }),
    );
    expect(() => movingBlockReplicates(() => 0, 5, 6, 1, randomStream(1, 'x'))).toThrow(/6 rows where 1 to 5/);
  });

  test('blocks see the correlation that single rows do not', () => {
    const random = randomStream(4, 'blocks');
    let value = 0;
    const values = Float64Array.from({ length: 4000 }, () => (value = 0.9 * value + random.normal(0, Math.sqrt(0.19))));
    const spread = (length: number) =>
      deviationOf(movingBlockReplicates(meanStatistic(values), 4000, length, 400, randomStream(5, 'blocks')));
    // The truth is sqrt((1 + 0.9) / (1 - 0.9)) = 4.4 times the independent one.
    expect(spread(200) / spread(1)).toBeGreaterThan(3);
    expect(spread(200) / spread(1)).toBeLessThan(5.5);
  });
});

test('the number of pairs is the smallest that is enough', () => {
  const cases = fc.tuple(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 1, max: 60 }), fc.constantFrom(0.8, 0.9, 0.95));
  fc.assert(
    fc.property(cases, ([count, tenths, confidence]) => {
      const p = (1 + confidence) / 2;
      const deviation = Math.sqrt(count) / studentQuantile(p, count - 1);
      let slow = 2;
      while ((studentQuantile(p, slow - 1) * deviation) / Math.sqrt(slow) > tenths / 10) slow++;
      expect(pairsFor(tenths / 10, 1, count, confidence)).toBe(slow);
    }),
    { numRuns: 50 },
  );
});
