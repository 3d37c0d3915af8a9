import { HOUR } from '../units.ts';
import type { RunMetric } from './metric.ts';
import { OVER_WINDOWS, overWindows } from './over-windows.ts';
import { lastRunStarts } from './spans.ts';
import { lengthOf } from './window.ts';

/** An end belongs to the window that it closes: an end at `from` is not in it, one at `until` is. */
export const throughput: RunMetric = {
  name: 'throughput',
  summary: 'Runs that ended their job (completed, failed, killed or cancelled) per hour.',
  unit: 'jobs/h',
  better: 'higher',
  source: 'Feitelson & Rudolph, "Metrics and benchmarking for parallel job scheduling", JSSPP 1998',
  window: OVER_WINDOWS,
  figures({ schedule }, windows) {
    const { count, end } = schedule;
    const lastStart = lastRunStarts(schedule);
    return overWindows(windows, (window) => {
      let ended = 0;
      for (let job = 0; job < count; job++) {
        if (!Number.isNaN(lastStart[job]) && end[job] > window.from && end[job] <= window.until) ended++;
      }
      return ended / (lengthOf(window) / HOUR);
    });
  },
};
