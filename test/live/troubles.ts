/** What happens to a driver, its calls and its cluster, at moments that a seed chooses. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/random.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Etcd } from './etcd.ts';
import type { Call, Fault, FaultProxy } from './fault-proxy.ts';
import type { KilledDriver } from './killed-driver.ts';

export interface Surroundings {
  readonly plane: ControlPlane;
  readonly etcd: Etcd;
  readonly proxy: FaultProxy;
  readonly driver: KilledDriver;
  readonly random: Random;
  /** Label of the pods of the run. */
  readonly run: string;
}

/** Makes one trouble. Resolves when it is made; answers whether it was: there may have been nothing to do it to. */
type Trouble = (surroundings: Surroundings) => Promise<boolean>;

const PODS = '/api/v1/namespaces/default/pods';

/** Applies a fault to a share of the calls for a while. */
const storm =
  (share: number, hits: (call: Call) => boolean, fault: (random: Random) => Fault): Trouble =>
  async ({ proxy, random }) => {
    let count = 0;
    proxy.rule = (call) => {
      if (!hits(call) || random.integer(100) >= share) return undefined;
      count++;
      return fault(random);
    };
    await sleep(500 + random.integer(1500));
    proxy.rule = () => undefined;
    return count > 0;
  };

const isWrite = ({ method, path }: Call) => method !== 'GET' && !path.includes('/leases');
const any = () => true;

/** Waits for the next binding, for at most so long [ms], and has something happen before it or after it. */
async function atNextBinding(
  proxy: FaultProxy,
  when: 'beforeBinding' | 'afterBinding',
  happen: (path: string) => Promise<boolean>,
): Promise<boolean> {
  const happened = new Promise<boolean>((resolve) => {
    proxy[when] = async (path) => {
      proxy[when] = async () => {};
      resolve(await happen(path));
    };
  });
  const answer = await Promise.race([happened, sleep(4000, false)]);
  proxy[when] = async () => {};
  return answer;
}

export const TROUBLES: Readonly<Record<string, Trouble>> = {
  'API server killed': async ({ plane, random }) => {
    plane.signal('kube-apiserver');
    await sleep(random.integer(1000));
    await plane.restart('kube-apiserver');
    return true;
  },
  'etcd stopped': async ({ plane, random }) => {
    plane.signal('etcd', 'SIGSTOP');
    await sleep(300 + random.integer(4000));
    plane.signal('etcd', 'SIGCONT');
    return true;
  },
  'compacted while not watching': async ({ plane, etcd, proxy, random }) => {
    const { gone } = proxy;
    proxy.rule = ({ isWatch }) => (isWatch ? { kind: 'lose call' } : undefined);
    proxy.dropWatches();
    // So that there is something that was missed.
    await plane.api.merge('/api/v1/nodes/node0', { metadata: { annotations: { fault: String(random.integer(1e9)) } } });
    await sleep(200);
    await etcd.compact();
    await plane.restart('kube-apiserver');
    proxy.rule = () => undefined;
    for (let waited = 0; waited < 20_000 && proxy.gone === gone; waited += 100) await sleep(100);
    return proxy.gone > gone;
  },
  'watches dropped': async ({ proxy }) => await Promise.resolve(proxy.dropWatches() > 0),
  'watches stalled': async ({ proxy }) => {
    proxy.stallWatches();
    await sleep(1000);
    return true;
  },
  'storm of 409': storm(60, isWrite, () => ({ kind: 'refuse', status: 409 })),
  'storm of 429': storm(50, any, () => ({ kind: 'refuse', status: 429 })),
  'storm of 500': storm(50, any, () => ({ kind: 'refuse', status: 500 })),
  'calls lost': storm(40, any, () => ({ kind: 'lose call' })),
  'answers lost': storm(50, isWrite, () => ({ kind: 'lose answer' })),
  'answers late': storm(50, any, (random) => ({ kind: 'delay', ms: random.integer(1500) })),
  'node deleted': async ({ plane: { api }, random }) => {
    const { items } = (await api.read('/api/v1/nodes')) as { items: { metadata: Record<string, unknown> }[] };
    const node = items[random.integer(items.length)];
    const { resourceVersion: _, uid: __, ...metadata } = node.metadata;
    await api.send('DELETE', `/api/v1/nodes/${String(metadata.name)}`);
    await sleep(300 + random.integer(1500));
    await api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', ...node, metadata });
    return true;
  },
  'pod deleted': async ({ plane: { api }, run, random }) => {
    const list = (await api.read(`${PODS}?labelSelector=yardmaster.dev/run%3D${run}`)) as {
      items: { metadata: { name: string }; status: { phase: string } }[];
    };
    const going = list.items.filter(({ status }) => status.phase === 'Pending' || status.phase === 'Running');
    if (going.length === 0) return false;
    const { name } = going[random.integer(going.length)].metadata;
    await api.send('DELETE', `${PODS}/${name}?gracePeriodSeconds=${random.integer(2)}`);
    return true;
  },
  'pod deleted while being bound': async ({ plane: { api }, proxy, random }) =>
    await atNextBinding(proxy, random.integer(2) === 0 ? 'beforeBinding' : 'afterBinding', async (path) => {
      const { status } = await api.send('DELETE', `${path.replace('/binding', '')}?gracePeriodSeconds=0`);
      return status === 200;
    }),
  'driver killed': async ({ driver, random }) => {
    await sleep(random.integer(1000));
    return driver.kill();
  },
  'driver killed before a binding': async ({ driver, proxy }) =>
    await atNextBinding(proxy, 'beforeBinding', () => Promise.resolve(driver.kill())),
  'driver killed after a binding': async ({ driver, proxy }) =>
    await atNextBinding(proxy, 'afterBinding', () => Promise.resolve(driver.kill())),
};
