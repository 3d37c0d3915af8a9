/** All metrics, in the order in which results list them. One line each. */
import { boundedSlowdown } from './bounded-slowdown.ts';
import { boundedSlowdownByAccount } from './bounded-slowdown-by-account.ts';
import { boundedSlowdownByLength } from './bounded-slowdown-by-length.ts';
import { boundedSlowdownBySize } from './bounded-slowdown-by-size.ts';
import { boundedSlowdownByUser } from './bounded-slowdown-by-user.ts';
import { busyProcessors } from './busy-processors.ts';
import { coreHoursByAccount } from './core-hours-by-account.ts';
import { coreHoursDelivered } from './core-hours-delivered.ts';
import { coreHoursLost } from './core-hours-lost.ts';
import { coreHoursWasted } from './core-hours-wasted.ts';
import { gpuFragmentation } from './gpu-fragmentation.ts';
import { finishTimeFairness } from './finish-time-fairness.ts';
import { gpuHours } from './gpu-hours.ts';
import { turnaroundBySize } from './turnaround-by-size.ts';
import { gpuUtilization } from './gpu-utilization.ts';
import { jainBoundedSlowdown } from './jain-bounded-slowdown.ts';
import { jainBoundedSlowdownByAccount } from './jain-bounded-slowdown-by-account.ts';
import { jainProcessorTime } from './jain-processor-time.ts';
import { jainProcessorTimeByAccount } from './jain-processor-time-by-account.ts';
import { jobsByState } from './jobs-by-state.ts';
import { makespan } from './makespan.ts';
import type { MetricSpec } from './metric.ts';
import { nodeTime } from './node-time.ts';
import { nodeTimeByTenant } from './node-time-by-tenant.ts';
import { overtaken } from './overtaken.ts';
import { pendingProcessors } from './pending-processors.ts';
import { perProcessorBoundedSlowdown } from './per-processor-bounded-slowdown.ts';
import { preemptions } from './preemptions.ts';
import { queueLength } from './queue-length.ts';
import { resizes } from './resizes.ts';
import { resourceInequality } from './resource-inequality.ts';
import { restarts } from './restarts.ts';
import { throughput } from './throughput.ts';
import { turnaround } from './turnaround.ts';
import { unfairStarts } from './unfair-starts.ts';
import { usefulUtilization } from './useful-utilization.ts';
import { utilization } from './utilization.ts';
import { visibleStretch } from './visible-stretch.ts';
import { visibleTurnaround } from './visible-turnaround.ts';
import { wait } from './wait.ts';
import { waitByAccount } from './wait-by-account.ts';
import { waitByLength } from './wait-by-length.ts';
import { waitByQueue } from './wait-by-queue.ts';
import { waitBySize } from './wait-by-size.ts';

export const metrics: readonly MetricSpec[] = [
  wait,
  turnaround,
  visibleTurnaround,
  visibleStretch,
  boundedSlowdown,
  perProcessorBoundedSlowdown,
  utilization,
  usefulUtilization,
  gpuUtilization,
  gpuFragmentation,
  gpuHours,
  makespan,
  throughput,
  queueLength,
  pendingProcessors,
  busyProcessors,
  jobsByState,
  restarts,
  preemptions,
  resizes,
  coreHoursDelivered,
  coreHoursLost,
  coreHoursWasted,
  jainBoundedSlowdown,
  jainProcessorTime,
  overtaken,
  unfairStarts,
  resourceInequality,
  finishTimeFairness,
  turnaroundBySize,
  waitBySize,
  waitByLength,
  boundedSlowdownBySize,
  boundedSlowdownByLength,
  boundedSlowdownByUser,
  waitByAccount,
  waitByQueue,
  boundedSlowdownByAccount,
  coreHoursByAccount,
  jainBoundedSlowdownByAccount,
  jainProcessorTimeByAccount,
  nodeTime,
  nodeTimeByTenant,
];
