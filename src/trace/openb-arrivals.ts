/**
 * The workload of the experiments on fragmentation: the pods of a list in an order that is drawn, brought to a share of
 * the cluster's GPUs by drawing some of them again, or drawing some out.
 * Source: hkust-adsl/kubernetes-scheduler-simulator, pkg/simulator/simulator.go (SortClusterPods, tuneUpPods, tuneDownPods).
 */
import { usageError } from '../errors.ts';
import type { Parameters, ParameterSpecs } from '../parameters.ts';
import { randomStream } from '../random.ts';
import type { Random } from '../random.ts';
import type { OpenbPod } from './openb-columns.ts';

export const ARRIVAL_PARAMETERS = {
  order: {
    summary: 'of arrivals: as in the file, or drawn at random',
    type: 'choice',
    choices: ['file', 'shuffled'],
    default: 'file',
  },
  load: {
    summary: 'of arrivals: GPUs asked for in all, as a share of `gpus`; pods are drawn again, or out, to reach it; 0 = as listed',
    type: 'number',
    default: 0,
    min: 0,
    max: 1000,
  },
  gpus: { summary: 'GPUs of the cluster, of which load is a share', type: 'integer', default: 6212, min: 1 },
  seed: { summary: 'of what is drawn', type: 'integer', default: 42, min: 0 },
} as const satisfies ParameterSpecs;

/** Pods one after the other: the first `originals` as they were listed, then those that were drawn again. */
export interface Arrivals {
  readonly pods: readonly OpenbPod[];
  readonly originals: number;
  /** Listed pods that were drawn out. */
  readonly removed: readonly OpenbPod[];
}

export function arrivalOrder(listed: readonly OpenbPod[], { order, load, gpus, seed }: Parameters): Arrivals {
  const random = randomStream(Number(seed), 'openb arrivals');
  const pods = [...listed];
  if (order === 'shuffled') shuffle(pods, random);
  const target = Number(load) * Number(gpus) * 1000;
  const removed = target > 0 ? drawOut(pods, target, random) : [];
  const originals = pods.length;
  if (target > 0 && removed.length === 0) drawAgain(pods, listed, target, random);
  return { pods, originals, removed };
}

function shuffle(pods: OpenbPod[], random: Random): void {
  for (let last = pods.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [pods[last], pods[other]] = [pods[other], pods[last]];
  }
}

/** Takes pods out until the rest asks for no more than the target. */
function drawOut(pods: OpenbPod[], target: number, random: Random): OpenbPod[] {
  const removed: OpenbPod[] = [];
  for (let total = totalOf(pods); total > target && pods.length > 0;) {
    const [pod] = pods.splice(random.integer(pods.length), 1);
    total -= pod.gpus * pod.share;
    removed.push(pod);
  }
  return removed;
}

/** Adds pods until the next one would pass the target; one that asks for several GPUs is looked at as if it asked for one. */
function drawAgain(pods: OpenbPod[], listed: readonly OpenbPod[], target: number, random: Random): void {
  let total = totalOf(listed);
  if (total === 0) throw usageError('no pod of the list asks for a GPU', 'load', 'leave the load as it is: load=0');
  for (;;) {
    const pod = listed[random.integer(listed.length)];
    if (total + pod.share > target) return;
    total += pod.gpus * pod.share;
    pods.push(pod);
  }
}

function totalOf(pods: readonly OpenbPod[]): number {
  return pods.reduce((sum, { gpus, share }) => sum + gpus * share, 0);
}
