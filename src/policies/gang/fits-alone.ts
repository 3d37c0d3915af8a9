/** Whether pods would fit together on nodes that nobody else is on. Afterwards all is as it was. */
import type { JobPod } from '../kube-default/job-pod.ts';
import type { PodCluster } from '../kube-default/pod-cluster.ts';
import type { PodInfo } from '../kube-default/pod-info.ts';
import { schedulePod } from '../kube-default/schedule-pod.ts';
import type { CycleSetup } from '../kube-default/schedule-pod.ts';

export function fitsAlone(pods: Iterable<JobPod>, cluster: PodCluster, setup: CycleSetup): boolean {
  const { snapshot } = setup;
  const away: { readonly pod: PodInfo; readonly row: number }[] = [];
  for (const row of snapshot.order) for (const pod of snapshot.pods[row]) away.push({ pod, row });
  for (const { pod, row } of away) snapshot.removePod(pod, row);
  // A trial moves no search on and draws no numbers.
  const trial = { ...setup, start: { next: 0 }, random: { ...setup.random, integer: () => 0 } };
  const placed: JobPod[] = [];
  let all = true;
  for (const pod of pods) {
    const outcome = schedulePod(pod, trial);
    all = outcome.placed;
    if (!outcome.placed) break;
    cluster.assume(pod, outcome.row);
    placed.push(pod);
  }
  for (const pod of placed) cluster.forget(pod);
  for (const { pod, row } of away) snapshot.addPod(pod, row);
  return all;
}
