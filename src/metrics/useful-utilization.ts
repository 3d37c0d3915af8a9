import { heldMillicores } from './job-area.ts';
import type { RunMetric } from './metric.ts';
import { OVER_WINDOWS, overWindows } from './over-windows.ts';
import { heldIn, usefulSpans } from './spans.ts';
import { integrate } from './steps.ts';
import { utilization } from './utilization.ts';

/** Utilization without the work that interruptions threw away. */
export const usefulUtilization: RunMetric = {
  name: 'useful-utilization',
  summary: 'As utilization, without work lost to interruptions: the end of an interrupted run, behind what it kept.',
  unit: 'ratio',
  better: 'higher',
  source: utilization.source,
  window: OVER_WINDOWS,
  figures(run, windows) {
    const millicores = heldMillicores(run);
    const useful = usefulSpans(run);
    return overWindows(windows, (window) => heldIn(window, useful, millicores) / 1000 / integrate(run.schedule.capacity, window));
  },
};
