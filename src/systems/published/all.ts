import type { Bench, Comparison } from './bench.ts';
import { compareClogs } from './clog.ts';
import { compareLaunches } from './launch.ts';
import { compareSpeeds } from './speed.ts';
import { compareStarts } from './start-up.ts';

/** Every published measurement, and what the model says instead. */
export function compareAll(bench: Bench): Comparison[] {
  return [...compareStarts(bench), ...compareSpeeds(bench), ...compareLaunches(bench), ...compareClogs(bench)];
}

/** How far off the model is, of what was published [ratio]. */
export function relativeError({ published, model }: Comparison): number {
  return published === 0 ? model : model / published - 1;
}
