/** How close a simulated Slurm must come to a record of the real one. */
import type { SlurmComparison } from './slurm-comparison.ts';

/** A figure that was looked at: `value` must not be beyond `limit`. */
export interface SlurmGate {
  readonly what: string;
  /** Seconds, or a share. */
  readonly unit: 's' | 'share';
  readonly value: number;
  readonly limit: number;
  readonly least: boolean;
  readonly ok: boolean;
}

/**
 * Without backfill every job is to start within a minute of the real one, in every run. With it two real runs differ by
 * far more than that, and the means over all runs are judged.
 */
export function gatesOf(backfills: boolean, runs: readonly SlurmComparison[], mean: SlurmComparison): SlurmGate[] {
  const atMost = (what: string, unit: SlurmGate['unit'], value: number, limit: number): SlurmGate => {
    return { what, unit, value, limit, least: false, ok: Math.abs(value) <= limit };
  };
  const atLeast = (what: string, value: number, limit: number): SlurmGate => {
    return { what, unit: 'share', value, limit, least: true, ok: value >= limit };
  };
  if (!backfills) {
    const worst = (of: (run: SlurmComparison) => number) => runs.map(of).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
    return [
      atLeast('jobs within 60 s, worst run', Math.min(...runs.map(({ withinMinute }) => withinMinute)), 1),
      atMost(
        'mean wait, worst run',
        'share',
        worst(({ meanWait }) => meanWait),
        0.03,
      ),
    ];
  }
  return [
    atMost('mean wait', 'share', mean.meanWait, 0.04),
    atMost('makespan', 'share', mean.makespan, 0.02),
    atMost('median start difference', 's', mean.median, 60),
    atLeast('jobs within 60 s', mean.withinMinute, 0.5),
    atMost('share of starts by backfill', 'share', mean.backfilled, 0.06),
  ];
}
