import { amountOf } from '../holdings.ts';
import { heldGpus, heldMillicores } from './job-area.ts';
import type { Run, RunMetric } from './metric.ts';
import { runningSpans } from './spans.ts';

export const resizes: RunMetric = {
  name: 'resizes',
  summary:
    'Changes of how much a run held while it went on, by tasks that joined it or left it: how many, of how many jobs, and how many of them gave it more. A move to other nodes with as many tasks is none.',
  unit: 'changes',
  better: 'lower',
  source: 'ours: what elastic policies do beside "preemptions"; each change costs a training its restart',
  window: 'all jobs',
  figures(run) {
    const { total, grown, jobs } = countResizes(run);
    return {
      value: total,
      figures: [
        { name: 'total', value: total },
        { name: 'grown', value: grown },
        { name: 'jobs', value: jobs, unit: 'jobs' },
        { name: 'per-resized-job', value: total / jobs, unit: 'ratio' },
      ],
    };
  },
};

function countResizes(run: Run): { total: number; grown: number; jobs: number } {
  const begins = beginningsOf(run);
  const [cpu, gpu] = [heldMillicores(run), heldGpus(run)];
  const pieces = runningSpans(run);
  const jobs = new Set<number>();
  let [total, grown] = [0, 0];
  for (let row = 1; begins.size > 0 && row < pieces.count; row++) {
    const job = pieces.job[row];
    // Pieces of one run follow each other.
    if (pieces.job[row - 1] !== job || pieces.until[row - 1] !== pieces.from[row]) continue;
    if (begins.get(job)?.has(pieces.from[row]) !== false) continue;
    const by = [gpu, cpu].map((amount) => amountOf(amount, pieces, row) - amountOf(amount, pieces, row - 1));
    const change = by.find((amount) => amount !== 0);
    if (change === undefined) continue;
    total++;
    if (change > 0) grown++;
    jobs.add(job);
  }
  return { total, grown, jobs: jobs.size };
}

/** When runs began, of jobs that did not always hold what they ask for. */
function beginningsOf({ schedule: { holdings, attempts, lastStart } }: Run): Map<number, Set<number>> {
  const begins = new Map<number, Set<number>>();
  for (const job of holdings?.job ?? []) if (!begins.has(job)) begins.set(job, new Set([lastStart[job]]));
  for (let row = 0; row < attempts.count; row++) begins.get(attempts.job[row])?.add(attempts.start[row]);
  return begins;
}
