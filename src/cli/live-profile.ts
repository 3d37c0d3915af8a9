/** What a live run has measured, as settings of a scenario: "live compare --profile". */
import { Document, isSeq } from 'yaml';
import { quantiles } from '../metrics/quantiles.ts';
import { packageVersion } from './version.ts';
import type { LiveComparison } from './live-compare.ts';

/** Quantiles that are written: every hundredth part of the launches. What is rare is long, and would be thought common by fewer. */
const EVENLY = Array.from({ length: 101 }, (_, index) => index / 100);

/**
 * How long it takes until jobs run, as quantiles. Of a scheduler that can be told what attempts and bindings cost, an attempt
 * takes what lies between the bindings of two pods that come together, making them included, and a binding what is left
 * until a job's first pod is bound. All in the time of the workload.
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
  const document = new Document(settings);
  const list = document.getIn(['costs', 'launch']);
  if (isSeq(list)) list.flow = true;
  return `${provenance(comparisons)}${document.toString({ lineWidth: 0 })}`;
}

/** What delays its jobs beside what its model can be told: the start of their pods, or all from their arrival on [ms]. */
function launches({ takesCosts, latencies, reactions, live }: LiveComparison): readonly number[] {
  if (latencies === undefined) return [];
  return takesCosts ? latencies.launches.map((launch) => launch * live.time_scale) : reactions;
}

function provenance(comparisons: readonly LiveComparison[]): string {
  const lines = comparisons.map(({ policy, live, latencies, takesCosts, reactions, from, digest }) => {
    const pods = latencies === undefined ? '' : `, ${latencies.pods} pods`;
    const of = takesCosts
      ? 'from the binding of the last pod of a job until all run'
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
  const { first, spacing, bind } = latencies;
  const whole = first.count > 0 ? first.median : bind.median;
  // Where no two pods come together: at most what is left of a second in which most were bound.
  const attempt = spacing.count > 0 ? spacing.median : Math.min(whole, 1000 / peak);
  const costs = { attempt: milliseconds(attempt * scale), bind: milliseconds((whole - attempt) * scale) };
  return { name: model, label, parameters: costs };
}

function milliseconds(value: number): string {
  return `${Math.max(1, Math.round(value))}ms`;
}
