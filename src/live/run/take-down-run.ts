/** Takes away what a run has left whose driver was killed. Nobody else lets its pods go: they have a finalizer. */
import { randomUUID } from 'node:crypto';
import { podsPath } from '../driver/pod-calls.ts';
import { leaseName, RUN } from '../driver/run-marks.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import { LEASE_TIMES, LeaseLock } from '../kubernetes/lease.ts';
import { troubleOf } from '../kubernetes/refusal.ts';
import { LiveTrouble } from '../trouble.ts';
import { countOf } from '../../units.ts';
import { cleanRun, podsOfRun } from './clean.ts';

/** A driver that is there renews its Lease within this time; one that is not has lost it by then [ms by the clock]. */
const PATIENCE = LEASE_TIMES.duration + 3 * LEASE_TIMES.retry;

/** The names of runs that have pods in a namespace, each with their number. */
export async function runsWithPods(api: KubeApi, namespace: string): Promise<string[]> {
  const path = `${podsPath(namespace)}?labelSelector=${encodeURIComponent(RUN)}`;
  const { items = [] } = (await api.call({ call: 'list pods', method: 'GET', path })) as {
    items?: { metadata: { labels: Readonly<Record<string, string>> } }[];
  };
  const counts = new Map<string, number>();
  for (const { metadata } of items) counts.set(metadata.labels[RUN], (counts.get(metadata.labels[RUN]) ?? 0) + 1);
  return [...counts].map(([run, count]) => `${run} (${countOf(count, 'pod')})`).sort();
}

/** Answers how many pods there were. Throws `LiveTrouble` if a driver has the run. */
export async function takeDownRun(api: KubeApi, namespace: string, run: string, say: (message: string) => void): Promise<number> {
  const holder = `live-down-${randomUUID()}`;
  const lease = new LeaseLock(api, { ...LEASE_TIMES, namespace, name: leaseName(run), holder, annotations: {} });
  const late = new AbortController();
  const done = new AbortController();
  void api.clock.sleep(PATIENCE, done.signal).then(() => late.abort());
  let other = '';
  const taken = (who: string) => {
    other = who;
    say(`${who} has had run ${run}: looking whether it is still there`);
  };
  try {
    const held = await lease.acquire(late.signal, taken);
    done.abort();
    if (!held) throw new LiveTrouble(`${other} drives it`, `run ${run}`, 'end that one (Ctrl-C): it takes its pods away itself');
    const { length } = await podsOfRun(api, namespace, run);
    await whileHeld(lease, (lost) => cleanRun(api, namespace, run, lost));
    await lease.remove();
    return length;
  } catch (error) {
    throw troubleOf(error, api.server);
  } finally {
    done.abort();
  }
}

/** Renews the Lease meanwhile: what is done may take longer than it lasts. `lost` says that it is ours no more. */
async function whileHeld(lease: LeaseLock, act: (lost: AbortSignal) => Promise<void>): Promise<void> {
  const end = new AbortController();
  const lost = new AbortController();
  let refusal: unknown;
  const kept = lease
    .keep(end.signal)
    .catch((error: unknown) => (refusal = error))
    .finally(() => lost.abort());
  try {
    await act(lost.signal);
  } catch (error) {
    throw refusal ?? error;
  } finally {
    end.abort();
    await kept;
  }
}
