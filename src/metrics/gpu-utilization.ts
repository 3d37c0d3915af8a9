import { gpuCount } from '../cluster.ts';
import { heldGpus } from './job-area.ts';
import type { RunMetric } from './metric.ts';
import { OVER_WINDOWS, overWindows } from './over-windows.ts';
import { heldIn, recordedSpans } from './spans.ts';
import { utilization } from './utilization.ts';
import { lengthOf } from './window.ts';

/** A schedule says how many processors were up, not how many GPUs: GPUs of nodes that were down count as there. */
export const gpuUtilization: RunMetric = {
  name: 'gpu-utilization',
  summary: 'GPU time held by jobs, shares of a GPU by their size, over that of all GPUs, up or not; NaN without GPUs.',
  unit: 'ratio',
  better: 'higher',
  source: utilization.source,
  window: OVER_WINDOWS,
  figures(run, windows) {
    const gpus = gpuCount(run.cluster);
    if (gpus === 0) return overWindows(windows, () => NaN);
    const held = heldGpus(run);
    const running = recordedSpans(run);
    return overWindows(windows, (window) => heldIn(window, running, held) / 1000 / (gpus * lengthOf(window)));
  },
};
