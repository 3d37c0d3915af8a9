import { jainOfShares, jainProcessorTime } from './jain-processor-time.ts';
import type { RunMetric } from './metric.ts';

/** Does each account get the same share of what it asks for, when it asks for it? */
export const jainProcessorTimeByAccount: RunMetric = {
  name: 'jain-processor-time-by-account',
  summary: 'As jain-processor-time, of accounts instead of users.',
  unit: jainProcessorTime.unit,
  better: jainProcessorTime.better,
  source: jainProcessorTime.source,
  window: jainProcessorTime.window,
  figures: (run, windows) => jainOfShares(run, windows, run.workload.account),
};
