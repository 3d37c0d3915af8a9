/** What a job gains from each configuration. Source: siasosp23/artifacts, sia-simulator/sia.py (`optimize_mip`). */
import type { ElasticJob } from './elastic-jobs.ts';
import type { Round } from './elastic-rounds.ts';
import type { Configuration, SiaType } from './sia-configurations.ts';

interface Choices {
  readonly types: readonly SiaType[];
  readonly configurations: readonly Configuration[];
  /** What it holds; undefined if it holds nothing. */
  readonly held: Configuration | undefined;
  /** [ms] */
  readonly restart: number;
  readonly submit: Float64Array;
}

/** Against the least of them [ratio]; 0 = it must not have it. What it does not hold already costs it a restart. */
export function gainsOf(round: Round, one: ElasticJob, choices: Choices): Float64Array {
  const { configurations, types, held } = choices;
  const goodput = Float64Array.from(configurations, (configuration) => goodputOn(round, one, types, configuration));
  const least = Math.min(...goodput.filter((value) => value > 0));
  // A job of which nothing is known, and one that is as fast on all GPUs, gain from each GPU alike.
  const unit = one.training === undefined ? one.fewest : 1;
  const factor = restartFactor(one, round.cycle.now - choices.submit[one.job], one.training?.restart ?? choices.restart);
  return goodput.map((value, index) => {
    if (value === 0) return 0;
    const stays = held === undefined || isSame(configurations[index], held);
    return ((unit * value) / least) * (stays ? 1 : factor);
  });
}

function goodputOn(round: Round, one: ElasticJob, types: readonly SiaType[], configuration: Configuration): number {
  const { type, gpus, nodes, isOdd } = configuration;
  const { model } = types[type];
  if (isOdd === true && gpus !== one.fewest) return 0;
  if (!round.jobs.admits(one.job, model) || gpus < one.fewest || gpus > one.most) return 0;
  if (one.training === undefined) return gpus;
  if (gpus > Math.max(one.fewest, 1, 2 * one.widest)) return 0;
  const goodput = (on: string, width: number, places: number) => round.jobs.goodput(one, round.cycle, on, width, places);
  if (one.models.size === 0) return goodput(model, gpus, nodes) > 0 ? gpus : 0;
  if (one.models.has(model)) return goodput(model, gpus, nodes);
  const [known] = one.models;
  const alone = goodput(known, 1, 1);
  return alone === 0 ? 0 : (goodput(known, gpus, nodes) * goodput(model, 1, 1)) / alone;
}

/** What is left of a gain if the job restarts for it; all of it before it could have restarted. Times are [ms]. */
function restartFactor({ restarts }: ElasticJob, age: number, delay: number): number {
  if (age < delay) return 1;
  // Not 0, lest a job that has restarted too often never runs again.
  return Math.max(1e-4, (age - Math.max(0, restarts) * delay) / (age + delay || 1));
}

export function isSame(one: Configuration, other: Configuration): boolean {
  return one.type === other.type && one.gpus === other.gpus;
}
