import { amountOf } from '../holdings.ts';
import { HOUR } from '../units.ts';
import { heldMillicores } from './job-area.ts';
import type { Run } from './metric.ts';
import type { Spans } from '../holdings.ts';

/** Core-hours of the spans, without rows that are none, by a class of their job (`classOf`, from 0 to `classes` - 1). */
export function coreHoursBy(run: Run, spans: Spans, classOf: ArrayLike<number>, classes: number): Float64Array {
  const millicores = heldMillicores(run);
  const sum = new Float64Array(classes);
  for (let row = 0; row < spans.count; row++) {
    const length = spans.until[row] - spans.from[row];
    if (!(length > 0)) continue;
    const job = spans.job[row];
    sum[classOf[job]] += amountOf(millicores, spans, row) * length;
  }
  return sum.map((area) => area / 1000 / HOUR);
}

export function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
