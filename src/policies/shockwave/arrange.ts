import type { RoundCounts, Window } from './window-program.ts';

/** In which rounds of the window each job runs; jobs by their index in the window. */
export type Arrangement = readonly ReadonlySet<number>[];

/**
 * Puts as many rounds as each job gets into particular rounds, so that what is worth more goes first: the mean of a job's rounds,
 * times its worth, is to be small in sum. Source: uw-mad-dash/shockwave, scheduler/shockwave.py (`rank_in_schedule_jobs`), where a
 * solver looks for the least; here, the widest jobs take the emptiest rounds, then rounds are put in order and jobs of one
 * width change places as long as that is better. A round for which a job finds no room is lost to it.
 */
export function arrange(window: Pick<Window, 'jobs' | 'gpus' | 'rounds'>, { counts, worth }: RoundCounts): Set<number>[] {
  const weights = counts.map((count, at) => worth[at] / count);
  const rounds = fillEmptiest(window, counts);
  const weightOf = (round: ReadonlySet<number>) => [...round].reduce((sum, at) => sum + weights[at], 0);
  rounds.sort((one, other) => weightOf(other) - weightOf(one));
  while (improve(window, rounds, weights)) continue;
  return rounds;
}

function fillEmptiest({ jobs, gpus, rounds }: Pick<Window, 'jobs' | 'gpus' | 'rounds'>, counts: readonly number[]) {
  const filled = Array.from({ length: rounds }, () => new Set<number>());
  const free = new Float64Array(rounds).fill(gpus);
  const order = [...jobs.keys()].sort((a, b) => jobs[b].width - jobs[a].width || counts[b] - counts[a]);
  for (const at of order) {
    const { width } = jobs[at];
    const emptiest = [...filled.keys()].sort((a, b) => free[b] - free[a]).slice(0, counts[at]);
    for (const round of emptiest) {
      if (free[round] < width) continue;
      filled[round].add(at);
      free[round] -= width;
    }
  }
  return filled;
}

/** One change of places for each job and pair of rounds where it is for the better. Answers whether there was any. */
function improve({ jobs, gpus }: Pick<Window, 'jobs' | 'gpus'>, rounds: Set<number>[], weights: readonly number[]): boolean {
  let anyBetter = false;
  rounds.forEach((early, index) => {
    for (const late of rounds.slice(index + 1)) {
      for (const at of [...late]) {
        if (early.has(at)) continue;
        const used = [...early].reduce((sum, other) => sum + jobs[other].width, 0);
        const loser = used + jobs[at].width <= gpus ? undefined : lightest(at, early, late);
        if (loser === -1) continue;
        move(at, late, early);
        if (loser !== undefined) move(loser, early, late);
        anyBetter = true;
      }
    }
  });
  return anyBetter;

  /** Who of the early round is of the same width, could go to the late one and weighs least, and less; -1 = nobody. */
  function lightest(at: number, early: ReadonlySet<number>, late: ReadonlySet<number>): number {
    let best = -1;
    for (const other of early) {
      if (jobs[other].width !== jobs[at].width || late.has(other) || !(weights[other] < weights[at])) continue;
      if (best < 0 || weights[other] < weights[best]) best = other;
    }
    return best;
  }
}

function move(at: number, from: Set<number>, to: Set<number>): void {
  from.delete(at);
  to.add(at);
}
