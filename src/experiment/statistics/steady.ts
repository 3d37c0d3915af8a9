import { mser5 } from './mser.ts';
import type { TraceOptions } from './verdict.ts';

/** The fixed rule, the same as that of `steady-mean` in the metrics. */
const WARM_UP_SHARE = 0.1;

/** Which jobs of a trace are compared: rows [from, until), in order of submission. */
export interface Steady {
  readonly from: number;
  readonly until: number;
  /** Rows that MSER-5 would leave out at the start, beside the rule that was used; the larger one of the two policies [count]. */
  readonly mser: number;
  /** False if MSER-5 finds no end of the warm-up within the first half. */
  readonly settled: boolean;
  readonly rule: string;
}

/**
 * Leaves out jobs submitted while the machine fills and while it drains. The same jobs for both policies, so that pairs
 * stay pairs: where MSER-5 decides, the later of its two cuts. Fixed shares are of the time between first and last
 * submission, cut as the metrics cut their steady window: both ends belong to it.
 */
export function steadyRows(
  submit: Float64Array,
  series: readonly Float64Array[],
  { warmUp = WARM_UP_SHARE, drain = 0 }: TraceOptions,
): Steady {
  const count = submit.length;
  const first = count === 0 ? NaN : submit[0];
  const length = count === 0 ? NaN : submit[count - 1] - first;
  const cuts = series.map(mser5);
  const mser = Math.max(0, ...cuts.map(({ rows }) => rows));
  const fixed = typeof warmUp === 'number' ? warmUp : WARM_UP_SHARE;
  const start = Math.round(fixed * length);
  let from = 0;
  while (from < count && submit[from] < first + start) from++;
  if (warmUp === 'mser-5') from = Math.max(from, mser);
  let until = count;
  const last = first + length - Math.round(drain * length);
  while (until > from && submit[until - 1] > last) until--;
  return { from, until, mser, settled: cuts.every(({ settled }) => settled), rule: ruleOf(fixed, warmUp, drain) };
}

function ruleOf(fixed: number, warmUp: number | 'mser-5', drain: number): string {
  const percent = (share: number) => `${Number((100 * share).toFixed(3))} %`;
  const start = `jobs of the first ${percent(fixed)} of the submission time${warmUp === 'mser-5' ? ', or up to the cut of MSER-5 if that is later,' : ''}`;
  return `${start} ${drain === 0 ? 'are' : `and of its last ${percent(drain)} are`} left out`;
}
