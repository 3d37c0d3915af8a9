/** Every chart of the report, in the order of the page. One line for each, and one file. */
import type { ChartSpec } from '../chart.ts';
import { decisionMap } from './decision-map.ts';
import { distributions } from './distributions.ts';
import { fairness } from './fairness.ts';
import { fairnessOverTime } from './fairness-over-time.ts';
import { fragmentation } from './fragmentation.ts';
import { gpuHours } from './gpu-hours.ts';
import { interruptions } from './interruptions.ts';
import { nodeTime } from './node-time.ts';
import { outcomeMap } from './outcome-map.ts';
import { sensitivity } from './sensitivity.ts';
import { sharesOverTime } from './shares-over-time.ts';
import { sizeAndLength } from './size-and-length.ts';
import { tradeOffs } from './trade-offs.ts';
import { utilization } from './utilization.ts';

export const charts: readonly ChartSpec[] = [
  utilization,
  distributions,
  sizeAndLength,
  fairness,
  fairnessOverTime,
  sharesOverTime,
  fragmentation,
  interruptions,
  gpuHours,
  nodeTime,
  decisionMap,
  sensitivity,
  outcomeMap,
  tradeOffs,
];
