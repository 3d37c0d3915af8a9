// Our own records of a real slurmctld (test/records/slurm/README.md), and what the simulated one makes of the same submissions.
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import type { Schedule } from '../src/schedule.ts';
import { expandHostlist } from '../src/slurm-hostlist.ts';
import { averageOf, compareStarts } from '../src/verify/slurm-comparison.ts';
import { averagePreemptions, comparePreemptions, preemptionGates, readSlurmVictims } from '../src/verify/slurm-preemptions.ts';
import { readSlurmRecord, readSlurmRecordConfig, readSlurmWorkload } from '../src/verify/slurm-record.ts';
import { phasesAtPace, phasesOf, replayRecord } from '../src/verify/slurm-replay.ts';
import type { SlurmPhases, SlurmReplay } from '../src/verify/slurm-replay.ts';
import { backfillPace } from '../src/verify/slurm-timers.ts';
import { simulated } from './slurm-simulated.ts';

const FOLDER = 'test/records/slurm';
const PHASES = 6;

function textOf(file: string): string {
  return readFileSync(`${FOLDER}/${file}`, 'utf8');
}

function read(name: string) {
  const workload = `${name.replace(/_[a-z]$/, '')}.workload.csv`;
  const record = readSlurmRecord(textOf(`${name}.csv`), name, readSlurmWorkload(textOf(workload), workload));
  return { record, config: readSlurmRecordConfig(JSON.parse(textOf(`${name}.json`)), name) };
}

/** One run, and the schedule it ended in. */
function replay(name: string, phases: SlurmPhases) {
  const { record, config } = read(name);
  const kept: Schedule[] = [];
  const replayed = replayRecord(record, config, phases, (...asked) => {
    const schedule = simulated(...asked);
    kept.push(schedule);
    return schedule;
  });
  return { record, config, replayed, schedule: kept[0] };
}

/**
 * How far two real runs of one workload are apart, and how far we may be from one of them: share of the mean wait and of
 * the makespan, median difference of starts [s], share of jobs within a minute.
 */
const LIMITS = [
  // Two real runs: 0 %, 0.4 %, 1 s, 94 %.
  { name: 'tree_licenses_a', meanWait: 0.08, makespan: 0.02, median: 20, withinMinute: 0.8 },
  { name: 'tree_licenses_b', meanWait: 0.08, makespan: 0.02, median: 20, withinMinute: 0.8 },
  // Two real runs: 36 %, 4 %, 1 s, 79 %.
  { name: 'tiers_mixed_a', meanWait: 0.3, makespan: 0.05, median: 20, withinMinute: 0.75 },
  { name: 'tiers_mixed_b', meanWait: 0.3, makespan: 0.05, median: 20, withinMinute: 0.7 },
  // Two real runs: 2 %, 2 %, 2 s, 70 %.
  { name: 'qos_a', meanWait: 0.08, makespan: 0.03, median: 20, withinMinute: 0.6 },
  { name: 'qos_b', meanWait: 0.08, makespan: 0.03, median: 20, withinMinute: 0.6 },
  // Two real runs: 4 %, 4 %, 91 s, 41 %.
  { name: 'mixed_a', meanWait: 0.1, makespan: 0.05, median: 150, withinMinute: 0.3 },
  { name: 'mixed_b', meanWait: 0.12, makespan: 0.05, median: 150, withinMinute: 0.3 },
];

describe('records of slurmctld 22.05.8', () => {
  test.each(LIMITS)('$name: as near as another real run, or nearly so', ({ name, ...limits }) => {
    const runs = Array.from({ length: PHASES }, (_, run) => {
      const { record, replayed } = replay(name, phasesOf(run, PHASES));
      return compareStarts(record, replayed);
    });
    const mean = averageOf(runs);
    expect(Math.abs(mean.meanWait)).toBeLessThanOrEqual(limits.meanWait);
    expect(Math.abs(mean.makespan)).toBeLessThanOrEqual(limits.makespan);
    expect(mean.median).toBeLessThanOrEqual(limits.median);
    expect(mean.withinMinute).toBeGreaterThanOrEqual(limits.withinMinute);
    expect(Math.abs(mean.backfilled)).toBeLessThanOrEqual(0.08);
  });

  // Ten real runs of each, with the controller up for longer or shorter when the first job came: the least and the largest
  // mean wait, and how many seconds after the first submission the whole queue was drained.
  test.each([
    { name: 'tree_licenses_a', wait: [164, 188], makespan: [3203, 3220] },
    { name: 'tiers_mixed_a', wait: [148, 201], makespan: [3693, 3875] },
  ])('$name: over its phases, within the range of ten real runs', ({ name, wait, makespan }) => {
    const runs = Array.from({ length: PHASES }, (_, run) => replay(name, phasesOf(run, PHASES)).replayed);
    const mean = (of: (run: SlurmReplay) => number) => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
    const waited = mean(({ submit, start }) => start.reduce((sum, time, job) => sum + time - submit[job], 0) / start.length);
    const drained = mean(({ submit, end }) => Math.max(...end) - Math.min(...submit));
    expect(waited).toBeGreaterThanOrEqual(wait[0]);
    expect(waited).toBeLessThanOrEqual(wait[1]);
    expect(drained / makespan[0]).toBeGreaterThan(0.99);
    expect(drained / makespan[1]).toBeLessThan(1.01);
  });

  test.each(['qos_a', 'qos_b'])('%s: as many preemptions, of the same jobs', (name) => {
    const victims = readSlurmVictims(textOf(`${name}.preemptions.csv`), name);
    const runs = Array.from({ length: PHASES }, (_, run) => {
      const { record, replayed } = replay(name, phasesOf(run, PHASES));
      return comparePreemptions(record, victims, replayed);
    });
    expect(preemptionGates(averagePreemptions(runs)).filter(({ ok }) => !ok)).toEqual([]);
  });

  test.each(['two_tiers_a', 'two_tiers_b', 'two_tiers_c', 'two_tiers_d'])(
    '%s: with backfill where it shows it, the same victims',
    (name) => {
      const victims = readSlurmVictims(textOf(`${name}.preemptions.csv`), name);
      const { record, config } = read(name);
      const pace = backfillPace(record, config.cluster.slurm!.scheduler.backfill.interval)!;
      const runs = Array.from({ length: PHASES }, (_, run) =>
        comparePreemptions(record, victims, replay(name, phasesAtPace(pace, run, PHASES)).replayed),
      );
      expect(preemptionGates(averagePreemptions(runs)).filter(({ ok }) => !ok)).toEqual([]);
      expect(averagePreemptions(runs).sameVictims).toBeGreaterThanOrEqual(0.8);
      expect(config.cluster.slurm?.scheduler.backfill.interval).toBe(30_000);
    },
  );

  test('who may not be requeued is cancelled, and is counted among those that were preempted', () => {
    const victims = readSlurmVictims(textOf('tiers_mixed_a.preemptions.csv'), 'tiers_mixed_a');
    const runs = Array.from({ length: PHASES }, (_, run) => replay('tiers_mixed_a', phasesOf(run, PHASES)).replayed.preempted);
    const lines = parse<Record<string, string>>(textOf('tiers_mixed_a.preemptions.csv'), { columns: true });
    const cancelled = lines.filter(({ how }) => how === 'cancelled').map(({ victim }) => victim);
    expect(runs.flat()).toEqual(expect.arrayContaining(cancelled.slice(0, 1)));
    const share = runs.flat().length / PHASES / victims.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(1.3);
  });

  test('with other SchedulerParameters and its timers, the first 70 jobs start when they did', () => {
    // From its log: when passes and backfill began before the first job came, and how long backfill took for a job.
    const timers = { poll: 100, full: 23_600, backfill: 5_520, testTime: 95 };
    const { record, replayed } = replay('parameters_a', { ...phasesOf(0, 1), ...timers, release: 200 });
    const rowOf = new Map(replayed.ids.map((id, row) => [id, row]));
    const order = record.ids.map((_, row) => row).sort((a, b) => record.start[a] - record.start[b]);
    const differences = order
      .slice(0, 70)
      .map((row) => Math.abs(replayed.start[rowOf.get(record.ids[row])!] - record.start[row]));
    expect(Math.max(...differences)).toBeLessThanOrEqual(8);
  });

  test.each([
    // Weights, features and memory on shared nodes, before two ends within one second let chance have its say.
    { name: 'tiers_mixed_a', poll: 0, full: 0, backfill: 26_300, first: 45 },
    // Leaf switches and licences.
    { name: 'tree_licenses_a', poll: 0, full: 30_000, backfill: 29_200, first: 20 },
    // OverSubscribe=FORCE:2 and YES:3, on the same nodes and on those of a partition that shares nothing.
    { name: 'sharing_a', poll: 450, full: 5_480, backfill: 25_200, release: 30, first: 18 },
    // PreemptType=preempt/qos with SUSPEND, up to the first slice that lies otherwise.
    { name: 'qos_suspend_a', poll: 155, full: 29_660, backfill: 63_740, first: 16 },
  ])('$name: with its timers, the first $first jobs are on the very nodes', ({ name, first, ...timers }) => {
    const { record, config, replayed, schedule } = replay(name, { ...phasesOf(0, 1), release: 400, ...timers });
    const names = config.cluster.pools.flatMap(({ nodeNames = [] }) => nodeNames);
    const lines: Record<string, string>[] = parse(textOf(`${name}.csv`), { columns: true });
    const real = new Map(lines.map(({ id, nodelist }) => [id, expandHostlist(nodelist, name).join()]));
    const order = replayed.ids.map((_, job) => job).sort((a, b) => replayed.start[a] - replayed.start[b]);
    const ours = order.map((job) => {
      const { first: from, node } = schedule.placements!;
      return [...new Set(node.slice(from[job], from[job + 1]))].sort((a, b) => a - b).map((one) => names[one]);
    });
    expect(record.ids.length).toBeGreaterThan(first);
    expect(ours.slice(0, first).map((nodes) => nodes.join())).toEqual(
      order.slice(0, first).map((job) => real.get(replayed.ids[job])),
    );
  });
});
