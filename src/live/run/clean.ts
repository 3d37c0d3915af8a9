/** Takes away all that a run has made, by its label. */
import { setMaxListeners } from 'node:events';
import { EXIT_CODE } from '../cluster/names.ts';
import { isFinished, readLivePod } from '../driver/live-pod.ts';
import type { LivePod } from '../driver/live-pod.ts';
import { isNoMore, PodCalls, podsPath } from '../driver/pod-calls.ts';
import { RUN } from '../driver/run-marks.ts';
import { Aborted, isStatus } from '../kubernetes/api-error.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import { troubleOf } from '../kubernetes/refusal.ts';
import { LiveTrouble } from '../trouble.ts';
import { removePriorityClasses } from './priority-classes.ts';

/** How long pods may take to go [ms by the clock], and how often it is looked. */
const PATIENCE = 120_000;
const PAUSE = 250;
/** From then on nobody is waited for who does not stop them: a kubelet may be gone [ms by the clock]. */
const HARDLY = 10_000;
/** So many are deleted at the same time [count]. */
const AT_ONCE = 16;

/** The pods of a run that are there. */
export async function podsOfRun(api: KubeApi, namespace: string, run: string, signal?: AbortSignal): Promise<LivePod[]> {
  const path = `${podsPath(namespace)}?labelSelector=${encodeURIComponent(`${RUN}=${run}`)}`;
  const list = (await api.persist({ call: 'list pods', method: 'GET', path, signal })) as { items?: unknown[] };
  // Whatever scheduler they are for.
  return (list.items ?? []).map((item) => readLivePod(item, { run, namespace, schedulerName: '' }));
}

/**
 * Resolves when none of its pods is left: the next run finds empty nodes. For whoever drives the run, or has its Lease; `lost`
 * says that somebody else has it now.
 */
export async function cleanRun(api: KubeApi, namespace: string, run: string, lost?: AbortSignal): Promise<void> {
  const giveUp = new AbortController();
  const signal = lost === undefined ? giveUp.signal : AbortSignal.any([giveUp.signal, lost]);
  // Every call listens to it.
  setMaxListeners(0, signal);
  const over = new AbortController();
  void api.clock.sleep(PATIENCE, over.signal).then(() => giveUp.abort());
  try {
    await deletePods(api, namespace, run, signal);
    await removePriorityClasses(api, run, signal);
  } catch (error) {
    if (!(error instanceof Aborted)) throw troubleOf(error, api.server);
    if (lost?.aborted === true)
      throw new LiveTrouble('its Lease is lost: its pods are left alone', `run ${run}`, 'another driver has it by now');
    throw new LiveTrouble(
      'what it has made does not go',
      `run ${run}`,
      `look at its pods with kubectl; "yardmaster live down --context CONTEXT --run ${run}" takes them away`,
    );
  } finally {
    over.abort();
  }
}

async function deletePods(api: KubeApi, namespace: string, run: string, signal: AbortSignal): Promise<void> {
  const calls = new PodCalls(api, signal);
  const began = api.clock.now();
  for (;;) {
    const left = await podsOfRun(api, namespace, run, signal);
    if (left.length === 0) return;
    if (signal.aborted) throw new Aborted();
    const isHard = api.clock.now() - began > HARDLY;
    const worker = async () => {
      for (let pod = left.pop(); pod !== undefined; pod = left.pop()) await takeAway(calls, pod, isHard);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await api.clock.sleep(PAUSE, signal);
  }
}

/** A run that was broken off holds the objects of its pods still. */
async function takeAway(calls: PodCalls, pod: LivePod, isHard: boolean): Promise<void> {
  if (pod.isHeld) await calls.release(pod);
  // Without any time to stop, the object of a real pod would be gone while its containers still run.
  const grace = isHard || isPlayed(pod) || isFinished(pod) || pod.nodeName === undefined ? 0 : 1;
  if (pod.terminating && grace > 0) return;
  try {
    await calls.delete(pod, grace);
  } catch (error) {
    // It has changed meanwhile, or is gone: the next look will tell.
    if (!isNoMore(error) && !isStatus(error, 409)) throw error;
  }
}

/** KWOK plays it: nothing runs. */
function isPlayed({ json }: LivePod): boolean {
  const { annotations = {} } = (json as { metadata: { annotations?: Readonly<Record<string, string>> } }).metadata;
  return EXIT_CODE in annotations;
}
