import { BADPUT, ORPHAN, PASSED, PURPOSES, USEFUL } from '../node-time.ts';
import type { Level, NodeTime } from '../node-time.ts';
import { HOUR } from '../units.ts';
import type { Figure, Group, RunMetric } from './metric.ts';

/** [millicore-ms] of one core for an hour. */
const CORE_HOUR = 1000 * HOUR;
const NOTHING: NodeTime = {
  levels: [],
  ofJobs: new Float64Array(0),
  carrierPreemptions: NaN,
  orphans: NaN,
  duplicates: NaN,
  hazard: NaN,
  events: NaN,
};

/** The waste waterfall of a system of resource managers. */
export const nodeTime: RunMetric = {
  name: 'node-time',
  summary:
    'Where the time of the nodes of a system went: shares of what its owners offered; level by level in core-hours. Lost: of runs that were broken off, or whose result nobody took.',
  unit: 'ratio',
  better: 'higher',
  source: 'the ledgers of the managers: every level adds up to what was offered there',
  window: 'the whole run, releases included',
  figures({ schedule: { nodeTime: time = NOTHING } }) {
    const owners = time.levels.filter(({ owns }) => owns);
    const offered = sum(owners.map((level) => level.offered));
    const held = (purpose: number) => sum(time.levels.map(({ purposes }) => purposes[purpose])) / offered;
    const useful = held(USEFUL);
    const lost = held(BADPUT) + held(ORPHAN);
    const idle = sum(time.levels.map((level) => level.idle)) / offered;
    const figures: Figure[] = [
      { name: 'useful', value: useful },
      { name: 'idle', value: idle, better: 'lower' },
      { name: 'lost', value: lost, better: 'lower' },
      { name: 'overhead', value: 1 - useful - idle - lost, better: 'lower' },
      { name: 'lost-core-hours', value: (lost * offered) / CORE_HOUR, unit: 'core-hours', better: 'lower' },
      { name: 'carrier-preemptions', value: time.carrierPreemptions, unit: 'count', better: 'lower' },
      { name: 'orphans', value: time.orphans, unit: 'count', better: 'lower' },
      { name: 'duplicates', value: time.duplicates, unit: 'count', better: 'lower' },
      { name: 'hazard-core-hours', value: time.hazard / CORE_HOUR, unit: 'core-hours', better: 'lower' },
      { name: 'events', value: time.events, unit: 'count', better: 'neither' },
    ];
    return { value: useful, figures, groups: time.levels.map(groupOf) };
  },
};

function groupOf({ manager, instances, offered, idle, purposes }: Level): Group {
  const hours = (name: string, amount: number) => ({ name, value: amount / CORE_HOUR, unit: 'core-hours' });
  const used = PURPOSES.flatMap((name, purpose) =>
    purposes[purpose] > 0 || purpose === PASSED ? [hours(name, purposes[purpose])] : [],
  );
  return { name: manager, jobs: instances, figures: [hours('offered', offered), hours('idle', idle), ...used] };
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
