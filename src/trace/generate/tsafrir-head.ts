/** The twenty most popular estimates: which times they are, and which of them is how popular. */
import type { Random } from '../../random.ts';

/** How many estimates make the head of the distribution. */
export const HEAD = 20;

const MINUTE = 60;
const HOUR = 3600;

/** Estimates that are among the most popular in all four logs of the study [s]. */
const IN_ALL_LOGS = [
  ...[5, 10, 15, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 4, 5, 6, 8, 10, 12, 18].map((hours) => hours * HOUR),
];
/** Multiples of these fill the head up, from the longest estimate downwards [s]. */
const ROUND = [200 * HOUR, 100 * HOUR, 50 * HOUR, 10 * HOUR, 5 * HOUR, 2 * HOUR, HOUR, 20 * MINUTE, 10 * MINUTE, 5 * MINUTE];

/** The head's times: the longest one first, then the others rising [s]. Fewer than `HEAD` if it is below 100 minutes. */
export function headTimes(longest: number): number[] {
  const times = new Set(IN_ALL_LOGS.filter((time) => time < longest));
  for (const round of ROUND) {
    for (let time = Math.floor(longest / round) * round; time > 0 && times.size < HEAD - 1; time -= round) {
      if (time < longest) times.add(time);
    }
  }
  return [longest, ...[...times].sort((a, b) => a - b)];
}

/**
 * How popular each of the head's times was in the four logs of the study, in the order of `headTimes`: 1 is the most
 * popular (parameters of the model: SDSC-SP2, CTC-SP2, KTH-SP2 and SDSC-BLUE).
 */
const RANKS = [
  [3, 1, 4, 17, 13, 7, 8, 18, 2, 6, 16, 10, 5, 15, 14, 19, 11, 12, 9, 20],
  [1, 3, 4, 2, 12, 9, 8, 18, 6, 7, 11, 20, 16, 5, 14, 13, 10, 15, 17, 19],
  [1, 4, 10, 14, 20, 2, 3, 7, 12, 6, 19, 5, 18, 16, 9, 17, 15, 13, 8, 11],
  [1, 6, 5, 3, 7, 2, 18, 19, 4, 11, 20, 9, 10, 14, 13, 16, 15, 17, 8, 12],
];
/** Of so many ranks drawn the most popular is taken. */
const DRAWS = 2;

/**
 * A popularity for each time of the head: the longest is the most popular; for each of the others ranks are drawn
 * among those that it or an earlier time has in the logs. A rank that no later time has is given out at once.
 */
export function assignPopularity(times: number, random: Random): number[] {
  const lastTime = Array.from({ length: HEAD + 1 }, (_, rank) => Math.max(...RANKS.map((ranks) => ranks.indexOf(rank))));
  const given: number[] = [];
  let pool: number[] = [];
  for (let time = 0; time < HEAD; time++) {
    pool.push(...RANKS.map((ranks) => ranks[time]).filter((rank) => !given.includes(rank)));
    const due = pool.filter((rank) => lastTime[rank] <= time);
    const drawn = Array.from({ length: DRAWS }, () => pool[random.integer(pool.length)]);
    const rank = time === 0 ? 1 : Math.min(...(due.length > 0 ? due : drawn));
    given.push(rank);
    pool = pool.filter((other) => other !== rank);
  }
  // A head of fewer times: the ranks that are left close up.
  const used = given.slice(0, times);
  const order = [...used].sort((a, b) => a - b);
  return used.map((rank) => order.indexOf(rank) + 1);
}
