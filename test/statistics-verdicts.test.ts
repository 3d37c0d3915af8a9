// What is said of two samples, in words and in numbers: sentences as people read them, every degenerate case, and what
// must hold of any verdict.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareFamily, compareRuns, keyWithoutSeed, pairKey, splitByWorkload } from '../src/experiment/statistics/index.ts';
import type { CompareOptions, RunSample, TraceSample, Verdict } from '../src/experiment/statistics/index.ts';
import { studentQuantile } from '../src/experiment/statistics/student-distribution.ts';
import { metricNamed } from '../src/metrics/measure.ts';
import { randomStream } from '../src/random.ts';

const figureOf = (metric: string, figure?: string) => {
  const { name, unit, better } = metricNamed(metric);
  return { name, unit, better, ...(figure === undefined ? {} : { figure }) };
};
const WAIT = { figure: figureOf('wait', 'mean') };
const seeded = (values: readonly number[], workload = 'w') =>
  values.map((value, seed) => [pairKey({ workload, cluster: 'c', seed }), value] as const);
const runs = (label: string, values: readonly number[], workload?: string): RunSample => ({
  kind: 'runs',
  label,
  figures: new Map(seeded(values, workload)),
});
const compare = (baseline: readonly number[], other: readonly number[], options: CompareOptions = WAIT) =>
  compareRuns(runs('fcfs', baseline), runs('easy', other), options);

const random = randomStream(1, 'verdicts');
const noisy = (values: readonly number[], factor: number, deviation: number) =>
  values.map((value) => value * factor * Math.exp(random.normal(0, deviation)));
const base = Array.from({ length: 20 }, () => 1200 * Math.exp(random.normal(0, 0.3)));
const shorter = noisy(base, 0.62, 0.1);
const alike = noisy(base, 1, 0.03);
const unlike = noisy(base, 1, 0.5);
const longer = noisy(base, 1.3, 0.05);
const far = noisy(base, 13, 0.05);

describe('sentences', () => {
  const cases: [string, Verdict][] = [
    ['better', compare(base, shorter)],
    ['equivalent', compare(base, alike, { figure: figureOf('wait', 'p95') })],
    ['undecided', compare(base, unlike)],
    ['worse', compare(base, longer, { figure: figureOf('bounded-slowdown', 'mean') })],
    ['worse', compare(base, far)],
    ['better', compare(base, longer, { figure: figureOf('utilization') })],
    ['worse', compare(base, shorter, { figure: figureOf('utilization') })],
    ['lower', compare(base, shorter, { figure: { name: 'queue-length', unit: 'jobs', better: 'neither' } })],
    ['higher', compare(base, longer, { figure: { name: 'queue-length', unit: 'jobs', better: 'neither' } })],
    ['equal', compare(base, base, { figure: figureOf('makespan') })],
    ['equal', compare([7], [7])],
    [
      'worse',
      compare(
        base.map(() => 0),
        base.map((_, i) => 3 + (i % 3)),
        { figure: figureOf('restarts') },
      ),
    ],
    [
      'better',
      compare(
        base,
        base.map((value) => value / 2),
      ),
    ],
    ['better', compare(base, noisy(base, 0.97, 0.01))],
    ['undecided', compare(base.slice(0, 1), shorter.slice(0, 1))],
    ['undecided', compare([5, 5, 5], [3, 3, 3])],
    ['undecided', compare([], [])],
    ['undecided', compare([NaN, Infinity], [1, 2])],
    ['undecided', compare(base.slice(0, 2), shorter.slice(0, 2))],
  ];

  test('say who, what, by how much, how sure, from where to where', () => {
    expect(cases.map(([, { sentence }]) => sentence).join('\n')).toMatchInlineSnapshot(`
      "easy cuts the mean wait by 37 % [34, 41] against fcfs (23 min 17 s to 14 min 40 s)
      the p95 wait does not differ between easy and fcfs: +1 % [-1, 2], all within ±5 %
      whether the mean wait differs between easy and fcfs is not decided: +2 % [-25, 40] (23 min 17 s to 23 min 49 s)
      easy raises the mean bounded slowdown by 30 % [27, 36] against fcfs (1397 to 1820), which is worse
      easy multiplies the mean wait by 13.4 [13.1, 13.8] against fcfs (23 min 17 s to 5 h 13 min), which is worse
      easy raises the utilization by 30 % [26, 35] against fcfs (1397 to 1820)
      easy lowers the utilization by 37 % [34, 40] against fcfs (1397 to 880), which is worse
      easy lowers the queue length by 37 % [34, 40] against fcfs (1397 to 880 jobs)
      easy raises the queue length by 30 % [27, 36] against fcfs (1397 to 1820 jobs)
      the makespan is the same under easy and fcfs in all 20 pairs (mean 23 min 17 s)
      the mean wait is the same under easy and fcfs in the one pair of runs (7 s)
      easy raises the restarts by 4.0 runs [3.6, 4.3] against fcfs (0 to 3.95 runs), which is worse
      easy cuts the mean wait by 50 % against fcfs (23 min 17 s to 11 min 39 s), the same in each of 20 pairs
      easy cuts the mean wait by 3.1 % [2.4, 3.6] against fcfs (23 min 17 s to 22 min 34 s), less than the 5 % that matter
      the mean wait of easy against fcfs: -43.1 % (14 min 57 s to 8 min 30 s), but one pair of runs says nothing of another
      the mean wait of easy against fcfs: -40 % (5 to 3 s), but one pair of runs says nothing of another
      nothing can be said of the mean wait under easy and fcfs: no pair has a value
      nothing can be said of the mean wait under easy and fcfs: no pair has a value
      whether the mean wait differs between easy and fcfs is not decided: -38 % [-84, 8] (21 min 38 s to 13 min 28 s)"
    `);
  });

  test.each(cases.map(([conclusion, verdict], index) => [index, conclusion, verdict] as const))(
    'case %i is %s',
    (_index, conclusion, verdict) => expect(verdict.conclusion).toBe(conclusion),
  );

  test('the detail holds effect sizes, tests and pairs; the rule all numbers of the decision; the advice more seeds', () => {
    const { detail, rule, advice } = compare(base, shorter);
    expect([detail, rule, advice].join('\n\n')).toMatchInlineSnapshot(`
      "20 pairs, 20 lower and 0 higher; difference -517 s [-672, -452]; change -37 % [-41, -34]; Hodges-Lehmann shift -488 s; Cohen's d -3.122; rank-biserial -1; Cliff's delta -0.67; paired t: p < 0.001 (t with 19 degrees of freedom); Wilcoxon signed-rank: p < 0.001 (exact)

      runs of the same workload, cluster and seed are pairs; a difference is shown if its 95 % interval excludes 0 and p of paired t is below 0.05; it does not matter if the interval lies within ±5 %; interval of the difference: bootstrap-t with 2000 resamples, at 97 % for a long tail (skewness -1.793); of the change: bootstrap-t with 2000 resamples

      30 more seeds would bring the interval to ±2 %; with 20, a change of 4.1 % is found four times out of five"
    `);
  });
});

describe('honesty', () => {
  test('seeds that change nothing count once, and there is no interval', () => {
    const verdict = compare([5, 5, 5, 5], [3, 3, 3, 3]);
    expect(verdict.count).toBe(1);
    expect(verdict.change).toMatchObject({ value: expect.closeTo(-0.4, 10), low: NaN, high: NaN });
    expect(verdict.warnings.join()).toContain('the 4 seeds of w|c gave the same figures');
    expect(verdict.advice).toContain('more seeds');
  });

  test('differences that are all the same are decided by their signs, for t does not apply', () => {
    const { tests, adjustedP, conclusion } = compare([1, 2, 3, 4, 5, 6, 7, 8], [3, 4, 5, 6, 7, 8, 9, 10]);
    expect(tests[0].name).toBe('Wilcoxon signed-rank');
    expect(adjustedP).toBeCloseTo(2 / 256, 10);
    expect(conclusion).toBe('worse');
  });

  test('equal samples have equal intervals, whatever they are called and wherever they stand', () => {
    const family = compareFamily(
      ['a', 'b', 'c'].map((label) => ({ baseline: runs('fcfs', base), other: runs(label, shorter), options: WAIT })),
    );
    for (const { change, difference } of family) {
      expect(change).toEqual(family[0].change);
      expect(difference).toEqual(family[0].difference);
    }
  });

  test('runs without a partner and pairs without a value are left out and named', () => {
    const verdict = compare([1, 2, NaN, 4, 5], [2, 3, 4, 6]);
    expect(verdict.count).toBe(3);
    expect(verdict.warnings).toEqual([
      'left out 1 run of fcfs that easy has not: w|c|4',
      'left out 1 pair in which the figure is not defined: w|c|2',
    ]);
  });

  test('pairs of several workloads are said to be so, and can be taken apart', () => {
    const both = (label: string, a: readonly number[], b: readonly number[]): RunSample => ({
      kind: 'runs',
      label,
      figures: new Map([...seeded(a, 'one|two'), ...seeded(b, 'two')]),
    });
    const baseline = both('fcfs', base, longer);
    expect(compareRuns(baseline, both('easy', shorter, base), WAIT).warnings.join()).toContain('2 combinations');
    const parts = splitByWorkload(baseline);
    expect([...parts.keys()]).toEqual(['one\\|two|c', 'two|c']);
    expect([...(parts.get('two|c')?.figures.values() ?? [])]).toEqual(longer);
    expect(keyWithoutSeed(pairKey({ workload: 'a\\', cluster: 'b|', seed: 1 }))).toBe('a\\\\|b\\|');
  });

  test('what is shown alone may not be shown among many', () => {
    const weak = base.map((value, i) => value * (1 + 0.1 * Math.sin(7 * i) - 0.055));
    const one = { baseline: runs('fcfs', base), other: runs('easy', weak), options: WAIT };
    const [alone] = compareFamily([one]);
    expect(alone.conclusion).toBe('better');
    const dull = { ...one, other: runs('dull', unlike) };
    const [among] = compareFamily([one, ...Array.from({ length: 40 }, () => dull)]);
    expect(among.conclusion).toBe('undecided');
    expect(among.sentence).toMatch(/is not decided: .*, but p = 0\.\d+ after correction for 41 comparisons$/);
    expect(among.change).toEqual(alone.change);
  });

  test('samples of two kinds, traces of two lengths and a confidence out of range are bugs of the caller', () => {
    const trace: TraceSample = { kind: 'trace', label: 'fcfs', submit: new Float64Array(3), values: new Float64Array(3) };
    const shorterTrace: TraceSample = { ...trace, values: new Float64Array(2) };
    expect(() => compareRuns(trace, runs('easy', [1]), WAIT)).toThrow(/fcfs is a sample of trace, easy of runs/);
    expect(() => compareRuns(trace, shorterTrace, WAIT)).toThrow(/3 and 2 jobs/);
    expect(() => compare([1], [2], { ...WAIT, confidence: 95 })).toThrow(/between 0 and 1/);
  });
});

describe('one long trace', () => {
  const count = 6000;
  let level = 0;
  const values = Float64Array.from({ length: count }, () => 1000 + (level = 0.9 * level + random.normal(0, 100)));
  const faster = values.map((value) => 0.6 * value + random.normal(0, 50));
  const submit = values.map((_, row) => 1000 * row);
  const trace = (label: string, column: Float64Array): TraceSample => ({ kind: 'trace', label, submit, values: column });

  test('its batches are the observations, and the sentence says that it speaks of this trace', () => {
    const verdict = compareRuns(trace('fcfs', values), trace('easy', faster), WAIT);
    expect(verdict.sentence).toMatch(/^easy cuts the mean wait by (39|40)(\.\d+)? % \[.*\] against fcfs in this trace \(/);
    expect(verdict).toMatchObject({ conclusion: 'better', observations: 'batches' });
    expect(verdict.count).toBeGreaterThanOrEqual(10);
    const steady = values.filter((_, row) => submit[row] >= Math.round(0.1 * submit[count - 1]));
    expect(verdict.baselineValue).toBeCloseTo(steady.reduce((sum, value) => sum + value, 0) / steady.length, 8);
    expect(verdict.rule).toContain('first 10 % of the submission time');
  });

  test('jobs without a value are left out of both and counted; their order is that of submission', () => {
    const gaps = values.map((value, row) => (row % 100 === 0 ? NaN : value));
    const others = faster.map((value, row) => (row % 50 === 0 ? NaN : value));
    const verdict = compareRuns(trace('fcfs', gaps), trace('easy', others), WAIT);
    expect(verdict.warnings).toContain(
      'left out 120 of 6000 jobs without a value: 60 under both policies, 0 only under fcfs, 60 only under easy',
    );
    const mixed = Int32Array.from(submit, (_, row) => (row * 7) % count);
    const shuffle = (column: Float64Array) => Float64Array.from(mixed, (row) => column[row]);
    const [a, b] = [gaps, others].map((column) => ({ ...trace('x', shuffle(column)), submit: shuffle(submit) }));
    const shuffled = compareRuns({ ...a, label: 'fcfs' }, { ...b, label: 'easy' }, WAIT);
    expect(shuffled).toEqual({ ...verdict, warnings: shuffled.warnings });
  });

  test('a quantile is that of all jobs, its interval from sections; a trace too short has none', () => {
    const options = { figure: figureOf('wait', 'p95'), trace: { of: 0.95, warmUp: 0 } };
    const verdict = compareRuns(trace('fcfs', values), trace('easy', faster), options);
    const sorted = values.toSorted();
    const position = 0.95 * (count - 1);
    const exact = sorted[Math.floor(position)] + (position % 1) * (sorted[Math.ceil(position)] - sorted[Math.floor(position)]);
    expect(verdict.baselineValue).toBeCloseTo(exact, 8);
    expect(verdict.change.method).toContain('sectioning');
    const brief = (sample: TraceSample) => ({ ...sample, submit: submit.slice(0, 50), values: sample.values.slice(0, 50) });
    const short = compareRuns(brief(trace('fcfs', values)), brief(trace('easy', faster)), WAIT);
    expect(short.sentence).toMatch(/in this trace: -\d.*, but the trace is too short for an interval$/);
    expect(short.warnings.join()).toContain('45 jobs are too few for 10 batches of 10');
  });

  test('a trace that never settles says so', () => {
    const rising = values.map((value, row) => value + 10 * row);
    const verdict = compareRuns(
      trace('fcfs', rising),
      trace(
        'easy',
        rising.map((value, row) => value * (1 + row / count)),
      ),
      WAIT,
    );
    expect(verdict.warnings.join()).toContain('MSER-5 finds no end of the warm-up');
    expect(verdict.warnings.join()).toContain('10 batches are correlated');
    const twice = rising.map((value, row) => 3 * value + (row % 7));
    const { sentence } = compareRuns(trace('fcfs', rising), trace('easy', twice), WAIT);
    // The interval is widened as the test is: both ends lie t standard errors off.
    const {
      change,
      tests,
      count: batches,
    } = compareRuns(trace('fcfs', rising), trace('easy', twice), { ...WAIT, interval: 't' });
    const error = Math.abs(change.value / tests[0].statistic);
    expect((change.high - change.low) / 2 / error).toBeCloseTo(studentQuantile(0.975, batches - 1), 6);
    expect(sentence).toMatch(/; its stretches are correlated, so the interval is likely too narrow$/);
    expect(verdict.tests.map(({ name, p }) => [name, Number.isNaN(p)])).toEqual([
      ['t of the change', false],
      ['Wilcoxon signed-rank', true],
    ]);
  });

  test('a change that every batch shows is decided, though a growing queue makes most of the difference in a few', () => {
    const waits = values.map((_, row) => 1 + 2 ** (row / 600) + (row % 7));
    const cut = waits.map((value, row) => value * (0.1 + 0.02 * (row % 5)));
    const verdict = compareRuns(trace('fcfs', waits), trace('easy', cut), WAIT);
    expect(verdict.conclusion).toBe('better');
    expect(verdict.tests[0].p).toBeLessThan(0.001);
  });
});

describe('any verdict', () => {
  const few = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom(NaN, 0.1, 1000));
  const samples = fc.array(fc.tuple(few, few), { maxLength: 12 });
  const wanted = fc.record({
    test: fc.constantFrom('t', 'wilcoxon'),
    interval: fc.constantFrom('t', 'bootstrap-t', 'bca', undefined),
    better: fc.constantFrom('lower', 'higher', 'neither'),
  });
  const verdictOf = (pairs: readonly (readonly [number, number])[], options: { better: 'lower' | 'higher' | 'neither' }) =>
    compare(
      pairs.map(([a]) => a),
      pairs.map(([, b]) => b),
      { ...options, figure: { ...figureOf('wait', 'mean'), better: options.better }, resamples: 200 },
    );
  const DECIDED = ['better', 'worse', 'higher', 'lower'];

  test('claims a difference only with a low p and an interval without 0, and says how large it is', () => {
    fc.assert(
      fc.property(samples, wanted, (pairs, options) => {
        const verdict = verdictOf(pairs, options);
        const { conclusion, sentence, detail, change, difference, adjustedP, count } = verdict;
        expect(sentence + detail).not.toMatch(/NaN|undefined|Infinity|null|\b-0\b/);
        expect(Number.isNaN(verdict.tests[0].p) || verdict.tests[0].p >= 0).toBe(true);
        const shown = Number.isNaN(change.value) ? difference : change;
        if (!Number.isNaN(shown.low)) {
          expect(shown.low).toBeLessThanOrEqual(shown.value);
          expect(shown.high).toBeGreaterThanOrEqual(shown.value);
        }
        if (!DECIDED.includes(conclusion)) return;
        expect(adjustedP).toBeLessThan(0.05);
        expect(count).toBeGreaterThan(1);
        expect(Number.isNaN(shown.low) || shown.low > 0 || shown.high < 0).toBe(true);
        expect(sentence).toMatch(/ by \d|multiplies/);
        const rises = difference.value > 0;
        if (options.better === 'neither') expect(conclusion).toBe(rises ? 'higher' : 'lower');
        else expect(conclusion).toBe(rises === (options.better === 'higher') ? 'better' : 'worse');
      }),
      { numRuns: 300 },
    );
  });

  test('does not depend on the order of the runs, nor on the unit they are measured in', () => {
    fc.assert(
      fc.property(samples, wanted, (pairs, options) => {
        const figures = (side: 0 | 1, list: readonly (readonly [string, number])[]): RunSample => ({
          kind: 'runs',
          label: side === 0 ? 'fcfs' : 'easy',
          figures: new Map(list),
        });
        const columns = ([0, 1] as const).map((side) => seeded(pairs.map((pair) => pair[side])));
        const full = { ...options, figure: { ...figureOf('wait', 'mean'), better: options.better }, resamples: 100 };
        const here = compareRuns(figures(0, columns[0]), figures(1, columns[1]), full);
        expect(compareRuns(figures(0, columns[0].toReversed()), figures(1, columns[1].toReversed()), full)).toEqual(here);
        const doubled = verdictOf(
          pairs.map(([a, b]) => [2 * a, 2 * b] as const),
          options,
        );
        const single = verdictOf(pairs, options);
        expect(doubled).toMatchObject({ conclusion: single.conclusion, change: single.change, adjustedP: single.adjustedP });
      }),
    );
  });

  test('turned round is the same the other way round', () => {
    fc.assert(
      fc.property(samples, (pairs) => {
        fc.pre(pairs.some((pair) => pair.every(Number.isFinite)));
        const options = { interval: 't', better: 'neither' } as const;
        const there = verdictOf(pairs, options);
        const back = verdictOf(
          pairs.map(([a, b]) => [b, a] as const),
          options,
        );
        expect(back.difference.value).toBeCloseTo(-there.difference.value, 10);
        expect(back.difference.low + there.difference.high).toEqual(
          Number.isNaN(there.difference.low) ? NaN : expect.closeTo(0, 8),
        );
        expect(back.effect.cliffsDelta).toBeCloseTo(-there.effect.cliffsDelta, 12);
        expect(back.effect.hodgesLehmann).toBeCloseTo(-there.effect.hodgesLehmann, 8);
        expect(back.tests.map(({ p }) => p)).toEqual(there.tests.map(({ p }) => (Number.isNaN(p) ? NaN : expect.closeTo(p, 10))));
      }),
    );
  });

  test('in a family is never surer than alone', () => {
    fc.assert(
      fc.property(
        fc.array(samples, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('holm', 'benjamini-hochberg'),
        (many, correction) => {
          const comparisons = many.map((pairs) => ({
            baseline: runs(
              'fcfs',
              pairs.map(([a]) => a),
            ),
            other: runs(
              'easy',
              pairs.map(([, b]) => b),
            ),
            options: { ...WAIT, resamples: 100 },
          }));
          const together = compareFamily(comparisons, correction);
          together.forEach((verdict, index) => {
            const alone = compareFamily([comparisons[index]])[0];
            if (!Number.isNaN(alone.adjustedP)) expect(verdict.adjustedP).toBeGreaterThanOrEqual(alone.adjustedP);
            if (DECIDED.includes(verdict.conclusion)) expect(alone.conclusion).toBe(verdict.conclusion);
          });
        },
      ),
    );
  });
});
