/**
 * Curves of GPUs that are allocated against GPUs that were asked for so far, and how far ours are from published ones.
 * Source: hkust-adsl/kubernetes-scheduler-simulator, experiments/analysis/merge_alloc_discrete.py and its expected results.
 */
import { InputError } from '../errors.ts';
import type { Schedule } from '../schedule.ts';
import { gpusOf } from '../workload.ts';
import type { Workload } from '../workload.ts';

/** The last percent of arrived load that curves have. */
export const LAST_PERCENT = 130;

/** Allocated GPUs [percent of all] at each percent of arrived load, 0 to LAST_PERCENT; NaN where nothing arrived. */
export type Curve = Float64Array;

/** One published run. */
export interface PublishedCurve {
  readonly workload: string;
  readonly policy: string;
  readonly seed: string;
  readonly curve: Curve;
}

/** Reads `workload,sc_policy,tune,seed,total_gpus,0,1,...,130`. */
export function readCurves(text: string, file: string): PublishedCurve[] {
  const [header, ...lines] = text.trim().split(/\r?\n/);
  const names = header.split(',');
  const column = (name: string) => {
    const index = names.indexOf(name);
    if (index >= 0) return index;
    throw new InputError(`there is no column ${name}`, `${file}:1`, 'give the table of allocation by arrived load');
  };
  const [workload, policy, seed] = ['workload', 'sc_policy', 'seed'].map(column);
  const percents = Array.from({ length: LAST_PERCENT + 1 }, (_, percent) => column(String(percent)));
  return lines.map((line) => {
    const cells = line.split(',');
    const curve = Float64Array.from(percents, (index) => (cells[index] === '' ? NaN : Number(cells[index])));
    return { workload: cells[workload], policy: cells[policy], seed: cells[seed], curve };
  });
}

/** The curve of a run in which jobs come one after the other and none leaves. */
export function allocationCurve(workload: Workload, { start }: Schedule, gpus: number): Curve {
  const sum = new Float64Array(LAST_PERCENT + 1);
  const count = new Float64Array(LAST_PERCENT + 1);
  let arrived = 0;
  let allocated = 0;
  for (let job = 0; job < workload.count; job++) {
    const asked = gpusOf(workload, job);
    arrived += asked;
    if (!Number.isNaN(start[job])) allocated += asked;
    const percent = roundHalfEven(arrived / gpus / 10);
    if (percent > LAST_PERCENT) break;
    sum[percent] += Math.round((100 * allocated) / gpus / 10) / 100;
    count[percent]++;
  }
  return sum.map((total, percent) => total / count[percent]);
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

/** The mean over runs, percent by percent, of those that have a value there. */
export function meanCurve(curves: readonly Curve[]): Curve {
  return Float64Array.from({ length: LAST_PERCENT + 1 }, (_, percent) => {
    const values = curves.map((curve) => curve[percent]).filter((value) => !Number.isNaN(value));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}

/** The standard deviation of one percent over runs. */
export function deviationAt(curves: readonly Curve[], percent: number): number {
  const mean = curves.reduce((sum, curve) => sum + curve[percent], 0) / curves.length;
  return Math.sqrt(curves.reduce((sum, curve) => sum + (curve[percent] - mean) ** 2, 0) / (curves.length - 1));
}

/** The largest distance of two curves, and the percent of arrived load at which it is. */
export function distance(one: Curve, other: Curve): { most: number; at: number } {
  let most = 0;
  let at = 0;
  for (let percent = 0; percent <= LAST_PERCENT; percent++) {
    const here = Math.abs(one[percent] - other[percent]);
    // What one of them does not have is no agreement.
    if (!(here <= most)) [most, at] = [Number.isNaN(here) ? Infinity : here, percent];
  }
  return { most, at };
}
