/** What a live run has measured, as settings of a scenario: "live compare --write-profile". */
import { stringify } from 'yaml';
import type { LiveComparison } from './live-compare.ts';

/**
 * The latencies are medians; an attempt takes at most what is left of a second in which most pods were bound. All in the time
 * of the workload.
 */
export function profileText(comparisons: readonly LiveComparison[]): string {
  const ofPods = comparisons.flatMap(({ latencies, live }) => (latencies ? [latencies.start.median * live.time_scale] : []));
  // A job of Slurm has started as soon as it is decided on: what it holds its nodes longer comes at its end.
  const ofSlurm = comparisons.flatMap(({ live }) =>
    live.slurm ? [1000 * live.slurm.run_longer_s.median * live.time_scale] : [],
  );
  const costs = { ...cost('launch', ofPods), ...cost('release', ofSlurm) };
  const from = comparisons.map(({ policy, live, latencies }) =>
    latencies === undefined ? `${policy} (${live.jobs} jobs)` : `${policy} (${latencies.pods} pods)`,
  );
  const settings = { policies: comparisons.map(policyOf), costs };
  return `# Measured live under ${from.join(', ')}: put it into a scenario.\n${stringify(settings)}`;
}

/** The median of these [ms]. */
function cost(name: string, values: number[]): Record<string, string> {
  const sorted = values.sort((a, b) => a - b);
  return sorted.length === 0 ? {} : { [name]: milliseconds(sorted[Math.floor(sorted.length / 2)]) };
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
