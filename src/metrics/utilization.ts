import { heldIn, recordedSpans } from './spans.ts';
import { heldMillicores } from './job-area.ts';
import type { RunMetric } from './metric.ts';
import { OVER_WINDOWS, overWindows } from './over-windows.ts';
import { integrate } from './steps.ts';

/** Share of the processor time that was there which jobs held, whatever came of it. */
export const utilization: RunMetric = {
  name: 'utilization',
  summary: 'Processor time held by jobs, interrupted runs included, over that of the processors that were up.',
  unit: 'ratio',
  better: 'higher',
  source:
    'Feitelson & Rudolph, "Metrics and benchmarking for parallel job scheduling", JSSPP 1998; windows: Frachtenberg & Feitelson, "Pitfalls in parallel job scheduling evaluation", JSSPP 2005',
  window: OVER_WINDOWS,
  figures(run, windows) {
    const millicores = heldMillicores(run);
    const running = recordedSpans(run);
    return overWindows(
      windows,
      (window) => heldIn(window, running, millicores) / 1000 / integrate(run.schedule.capacity, window),
    );
  },
};
