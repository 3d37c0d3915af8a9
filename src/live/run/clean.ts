/** Takes away all that a run has made, by its label. */
import { RUN } from '../driver/run-marks.ts';
import { readLivePod } from '../driver/live-pod.ts';
import type { LivePod } from '../driver/live-pod.ts';
import { PodCalls, podsPath } from '../driver/pod-calls.ts';
import { isStatus } from '../kubernetes/api-error.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import { LiveTrouble } from '../trouble.ts';
import { removePriorityClasses } from './priority-classes.ts';

/** How long pods may take to go [ms by the clock], and how often it is looked. */
const PATIENCE = 120_000;
const PAUSE = 250;

/** Resolves when none of its pods is left: the next run finds empty nodes. */
export async function cleanRun(api: KubeApi, namespace: string, run: string): Promise<void> {
  const path = `${podsPath(namespace)}?labelSelector=${encodeURIComponent(`${RUN}=${run}`)}`;
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 };
  await api.persist({ call: 'delete pods', method: 'DELETE', path, body });
  const calls = new PodCalls(api, new AbortController().signal);
  const until = api.clock.now() + PATIENCE;
  for (;;) {
    const list = (await api.persist({ call: 'list pods', method: 'GET', path })) as { items?: unknown[] };
    if (list.items === undefined || list.items.length === 0) break;
    await Promise.all(list.items.map((item) => letGo(calls, readLivePod(item, { run, namespace, schedulerName: '' }))));
    if (api.clock.now() > until) throw new LiveTrouble('its pods do not go', `run ${run}`, 'look at them with kubectl');
    await api.clock.sleep(PAUSE);
  }
  await removePriorityClasses(api, run);
  const lease = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/yardmaster-${run}`;
  try {
    await api.persist({ call: 'delete lease', method: 'DELETE', path: lease });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}

/** A run that was broken off holds the objects of its pods still. */
async function letGo(calls: PodCalls, pod: LivePod): Promise<void> {
  if (pod.isHeld) await calls.release(pod);
}
