/** What a live run has measured, as settings of a scenario: "live compare --profile". */
import { stringify } from 'yaml';
import { quantiles } from '../metrics/quantiles.ts';
import { packageVersion } from './version.ts';
import type { LiveComparison } from './live-compare.ts';

/** Quantiles that are written: every twentieth part of the launches. */
const EVENLY = Array.from({ length: 21 }, (_, index) => index / 20);

/**
 * How long it takes until jobs run, as quantiles; an attempt of a scheduler that can be told what attempts cost takes at most
 * what is left of a second in which most pods were bound, and a binding its median. All in the time of the workload.
 */
export function profileText(comparisons: readonly LiveComparison[]): string {
  const measured = comparisons.flatMap(launches);
  const launch = quantiles(Float64Array.from(measured), EVENLY);
  // A job of Slurm has started as soon as it is decided on: what it holds its nodes longer comes at its end.
  const longer = comparisons.flatMap(({ live }) => (live.slurm ? [1000 * live.slurm.run_longer_s.median * live.time_scale] : []));
  const [release] = quantiles(Float64Array.from(longer), [0.5]);
  const costs = {
    ...(measured.length === 0 ? {} : { launch: launch.map(milliseconds) }),
    ...(longer.length === 0 ? {} : { release: milliseconds(release) }),
  };
  const settings = { policies: comparisons.map(policyOf), costs };
  return `${provenance(comparisons)}${stringify(settings)}`;
}

/** What delays its jobs beside what its model can be told: the start of pods, or all from their arrival on [ms]. */
function launches({ takesCosts, latencies, reactions, live }: LiveComparison): readonly number[] {
  if (latencies === undefined) return [];
  return takesCosts ? latencies.starts.map((start) => start * live.time_scale) : reactions;
}

function provenance(comparisons: readonly LiveComparison[]): string {
  const lines = comparisons.map(({ policy, live, latencies, takesCosts, reactions, from, digest }) => {
    const pods = latencies === undefined ? '' : `, ${latencies.pods} pods`;
    const of = takesCosts
      ? 'from the binding of a pod until it runs'
      : `until ${reactions.length} jobs ran that waited for nothing`;
    const run = `${live.over} of ${live.jobs} jobs${pods}, ${live.time_scale} times as fast as real time`;
    return `# ${policy}: ${run}; ${from}, digest ${digest.slice(0, 12)}${latencies === undefined ? '' : `; launch is ${of}`}.\n`;
  });
  return `# Measured live, by yardmaster ${packageVersion()}: put it into a scenario.\n${lines.join('')}`;
}

function policyOf({ policy, model, takesCosts, latencies, live }: LiveComparison) {
  const { time_scale: scale, bound_per_s_peak: peak } = live;
  const label = `${model}, costs as live under ${policy}`;
  if (!takesCosts || latencies === undefined) return { name: model, label };
  const costs = { attempt: milliseconds((1000 * scale) / peak), bind: milliseconds(latencies.bind.median * scale) };
  return { name: model, label, parameters: costs };
}

function milliseconds(value: number): string {
  return `${Math.max(1, Math.round(value))}ms`;
}
