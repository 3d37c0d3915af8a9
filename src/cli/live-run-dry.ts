/** Tells what live runs would do, as a table for machines: one line for each thing that would be done to a pod. */
import type { Point } from '../experiment/point.ts';
import { podName } from '../live/driver/run-marks.ts';
import type { Order } from '../live/driver/orders.ts';
import { csvSeconds, csvText } from '../results/csv.ts';
import { COMPLETED } from '../schedule.ts';
import { jobId } from '../workload.ts';
import type { Workload } from '../workload.ts';
import type { LiveExperiment } from './live-run-policies.ts';
import { print } from './output.ts';
import { say } from './terminal.ts';

const HEADER = 'policy,time_s,would,job,pod,node,why';

export async function tellDryRuns(experiment: LiveExperiment, points: readonly Point[], workload: Workload): Promise<void> {
  print(`${HEADER}\n`);
  for (const point of points) {
    const { label } = point.policy;
    let binds = 0;
    const { schedule } = await experiment.dryRun(point, 'dry', (order, at) => {
      for (const [would, job, pod, node, why] of linesOf(order)) {
        if (would === 'bind') binds++;
        const cells = [label, csvSeconds(at + workload.origin), would, jobId(workload, job), pod, node, why];
        print(`${cells.map((cell) => csvText(String(cell))).join(',')}\n`);
      }
    });
    const completed = schedule.state.reduce((sum, state) => sum + (state === COMPLETED ? 1 : 0), 0);
    say(`${label}: would bind ${binds} pods; ${completed} of ${workload.count} jobs would complete. Nothing was done`);
  }
}

type Line = readonly [would: string, job: number, pod: string, node: string, why: string];

function linesOf(order: Order): Line[] {
  if (order.kind === 'bind') {
    return order.binds.map(({ task, pod, nodeName }) => [
      'bind',
      task.job,
      podName('dry', task, pod.mark?.generation ?? 0),
      nodeName,
      '',
    ]);
  }
  if (order.kind !== 'delete' || order.pod.mark === undefined) return [];
  const { mark, nodeName = '' } = order.pod;
  return [['delete', mark.job, podName('dry', mark, mark.generation), nodeName, order.why]];
}
