import { amountOf } from '../holdings.ts';
import { heldMillicores } from './job-area.ts';
import type { Run, RunMetric } from './metric.ts';
import { presentSpans, runningSpans } from './spans.ts';
import { sweep } from './sweep.ts';

/** The lists that are swept; the fourth one is the ends of runs. */
const ARRIVES = 0;
const LEAVES = 1;
const STARTS = 2;

/**
 * How far jobs are from equal shares of the processors in use. At each instant the processors in use are dealt out
 * in equal parts to all jobs in the system, waiting or not; a job's discrimination is what it held minus what it
 * was dealt, and over all jobs these add up to 0. It is only fit to compare policies on one workload: a wide job
 * always holds more than an equal part.
 */
export const resourceInequality: RunMetric = {
  name: 'resource-inequality',
  summary:
    'Share of the processor time held that would have to change hands for equal shares: sum of max(0, dealt - held) over the jobs / sum of held; dealt = integral of processors in use / jobs in the system while the job was there.',
  unit: 'ratio',
  better: 'lower',
  source:
    'Raz, Levy & Avi-Itzhak, "A resource-allocation queueing fairness measure", SIGMETRICS 2004; Sabin & Sadayappan, "Unfairness metrics for space-sharing parallel job schedulers", JSSPP 2005 (resource equality; the form as one share is ours)',
  window: 'the whole run, all jobs that were in the system',
  figures(run) {
    const discrimination = discriminations(run);
    const running = runningSpans(run);
    const millicores = heldMillicores(run);
    let held = 0;
    for (let row = 0; row < running.count; row++)
      held += amountOf(millicores, running, row) * (running.until[row] - running.from[row]);
    let short = 0;
    for (const value of discrimination) if (value < 0) short -= value;
    const value = short / (held / 1000);
    return { value, figures: [{ name: 'share', value }] };
  },
};

/** What each job held minus what it was dealt [processor x ms]. */
export function discriminations(run: Run): Float64Array {
  const present = presentSpans(run);
  const running = runningSpans(run);
  const millicores = heldMillicores(run);
  const discrimination = new Float64Array(run.schedule.count);
  let now = 0;
  let jobs = 0;
  let busy = 0;
  /** What a job that was always there would have been dealt so far [millicores x ms]. */
  let dealt = 0;
  sweep([present.from, present.until, running.from, running.until], (list, row, time) => {
    if (time > now && jobs > 0) dealt += (busy / jobs) * (time - now);
    now = time;
    if (list === ARRIVES) {
      jobs++;
      discrimination[present.job[row]] += dealt;
    } else if (list === LEAVES) {
      jobs--;
      discrimination[present.job[row]] -= dealt;
    } else if (list === STARTS) busy += amountOf(millicores, running, row);
    else busy -= amountOf(millicores, running, row);
  });
  for (let row = 0; row < running.count; row++) {
    const job = running.job[row];
    discrimination[job] += amountOf(millicores, running, row) * (running.until[row] - running.from[row]);
  }
  return discrimination.map((area) => area / 1000);
}
