/**
 * The histogram of user estimates: few round values, most jobs in the twenty most popular ones.
 * Source: Tsafrir, Etsion, Feitelson, "Modeling user runtime estimates", JSSPP 2005, and the authors' est_model.
 * Departures: shares become jobs by plain rounding, and a histogram that is too small for a tail keeps its head.
 */
import { usageError } from '../../errors.ts';
import type { Random } from '../../random.ts';
import { assignPopularity, HEAD, headTimes } from './tsafrir-head.ts';

/** Estimates of one value. */
export interface EstimateBin {
  /** [s] */
  readonly time: number;
  readonly jobs: number;
}

/** How many bins there are for so many jobs: a line through these points, flat beyond the last. */
const BIN_COUNTS = [
  [0, 0],
  [20, 10],
  [200, 20],
  [1000, 35],
  [10_000, 90],
  [70_000, 340],
  [250_000, 565],
] as const;

/** Share of the head's jobs [percent], and of the bin of rank x: 14.0491 exp(-0.177531 x) + 0.462513 from x = 2. */
const HEAD_SHARE = 89;
const headShare = (rank: number) => 14.0491 * Math.exp(-0.177531 * rank) + 0.462513;
/** The same for the tail, from x = 21, up to its scale: a power law. */
const tailShare = (rank: number) => rank ** -2.267;

/** The bins, shortest estimate first; their jobs sum to `jobs`. `longest` [s] is the most popular estimate. */
export function popularEstimates(jobs: number, longest: number, random: { head: Random; tail: Random }): EstimateBin[] {
  if (longest < 3600) {
    throw usageError(
      `an estimate of at most ${longest} s`,
      'max-estimate',
      'the model of popular estimates needs an hour or more',
    );
  }
  const times = headTimes(longest);
  const tail = tailTimes(Math.max(0, binCount(jobs) - times.length), longest, new Set(times));
  const shares = headShares(times.length, tail.length > 0 ? HEAD_SHARE : 100);
  const popularity = assignPopularity(times.length, random.head);
  const head = times.map((time, index) => ({ time, share: shares[popularity[index] - 1] }));
  const bins = [...head, ...tailBins(tail, random.tail)];
  return sharesToJobs(bins, jobs).sort((a, b) => a.time - b.time);
}

export function binCount(jobs: number): number {
  for (let k = 1; k < BIN_COUNTS.length; k++) {
    const [x0, y0] = BIN_COUNTS[k - 1];
    const [x1, y1] = BIN_COUNTS[k];
    if (jobs <= x1) return y0 + Math.round(((jobs - x0) * (y1 - y0)) / (x1 - x0));
  }
  return BIN_COUNTS[BIN_COUNTS.length - 1][1];
}

/** Shares of the head's bins by popularity, summing to `total` [percent]: the first takes what the others leave. */
function headShares(bins: number, total: number): number[] {
  const shares = Array.from({ length: bins }, (_, index) => headShare(index + 1));
  const others = shares.slice(1).reduce((sum, share) => sum + share, 0);
  shares[0] = total - others;
  return shares;
}

/** Where to look beside a minute that is taken [s]. */
const ASIDE = [0, 30, -30, 20, -20, 10, -10];

/** Times of the tail [s]: t(x) = (a - 1) x / (a - x) of the longest, at whole minutes, none of them in the head. */
function tailTimes(count: number, longest: number, taken: Set<number>): number[] {
  const a = 1 + 12.1039 * (count + taken.size) ** -0.6026;
  const times: number[] = [];
  for (let k = 1; k <= count; k++) {
    const x = k / count;
    const minute = Math.round((((a - 1) * x) / (a - x)) * (longest / 60)) * 60;
    const free = ASIDE.map((aside) => minute + aside).find((time) => time > 0 && time < longest && !taken.has(time));
    if (free === undefined) continue;
    taken.add(free);
    times.push(free);
  }
  return times;
}

/** Gives each time of the tail a rank at random, and the rank's share. */
function tailBins(times: number[], random: Random): { time: number; share: number }[] {
  const shares = times.map((_, index) => tailShare(HEAD + 1 + index));
  const sum = shares.reduce((total, share) => total + share, 0);
  for (let last = shares.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [shares[last], shares[other]] = [shares[other], shares[last]];
  }
  return times.map((time, index) => ({ time, share: (shares[index] * (100 - HEAD_SHARE)) / sum }));
}

/** Whole jobs from shares: at least one a bin, and rounding made good on the largest bins. */
function sharesToJobs(bins: { time: number; share: number }[], jobs: number): EstimateBin[] {
  // The most popular first, so that with fewer jobs than bins the least popular estimates go unused.
  const counted = [...bins]
    .sort((a, b) => b.share - a.share || a.time - b.time)
    .slice(0, jobs)
    .map(({ time, share }) => ({ time, jobs: Math.max(1, Math.round((share * jobs) / 100)) }));
  let missing = jobs - counted.reduce((sum, bin) => sum + bin.jobs, 0);
  for (let index = 0; missing !== 0; index = (index + 1) % counted.length) {
    const step = Math.sign(missing);
    if (counted[index].jobs + step < 1) continue;
    counted[index].jobs += step;
    missing -= step;
  }
  return counted;
}
