/** The calls about pods that a driver makes, one function each. */
import { isStatus } from '../kubernetes/api-error.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import type { RateLimiter } from '../kubernetes/rate-limit.ts';
import type { LivePod } from './live-pod.ts';
import { FINALIZER } from './run-marks.ts';

const STRATEGIC = 'application/strategic-merge-patch+json';
/** How soon a change that met another one is made again [ms by the clock]. */
const AGAIN = 200;

export class PodCalls {
  readonly api: KubeApi;
  readonly #signal: AbortSignal;

  /** The signal calls everything off. */
  constructor(api: KubeApi, signal: AbortSignal) {
    this.api = api;
    this.#signal = signal;
  }

  async create(namespace: string, manifest: object): Promise<void> {
    await this.api.persist({
      call: 'create pod',
      method: 'POST',
      path: podsPath(namespace),
      body: manifest,
      signal: this.#signal,
    });
  }

  /** Keeps its object when it is deleted, unless that has begun: the API server refuses it then. */
  async hold(pod: LivePod): Promise<void> {
    try {
      await this.#patch('hold pod', pod, { uid: pod.uid, finalizers: [FINALIZER] });
    } catch (error) {
      if (!isStatus(error, 422)) throw error;
    }
  }

  /** Lets its object go, if it is there and held still. */
  async release(pod: LivePod): Promise<void> {
    await this.#patch('release pod', pod, { uid: pod.uid, '$deleteFromPrimitiveList/finalizers': [FINALIZER] });
  }

  /** Changes its metadata, if it is there still, whatever else has changed of it meanwhile. */
  async #patch(call: string, pod: LivePod, metadata: object): Promise<void> {
    for (;;) {
      try {
        await this.api.persist({
          ...{ call, method: 'PATCH', path: podPath(pod), signal: this.#signal },
          ...{ contentType: STRATEGIC, body: { metadata } },
        });
        return;
      } catch (error) {
        if (isNoMore(error)) return;
        if (!isStatus(error, 409)) throw error;
      }
      await this.api.clock.sleep(AGAIN, this.#signal);
    }
  }

  async read(namespace: string, name: string): Promise<unknown> {
    return await this.api.persist({ call: 'get pod', method: 'GET', path: podPath({ namespace, name }), signal: this.#signal });
  }

  /** Once only: whoever calls finds out what became of it if there is no answer. */
  async bind(pod: LivePod, nodeName: string): Promise<void> {
    const { name, namespace, uid } = pod;
    await this.api.call({
      ...{ call: 'bind pod', method: 'POST', path: `${podPath(pod)}/binding`, signal: this.#signal },
      body: {
        apiVersion: 'v1',
        kind: 'Binding',
        // With the uid, another pod of the same name is not bound in its place.
        metadata: { name, namespace, uid },
        target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
      },
    });
  }

  /** `grace`: how long it may take to stop [s]; as it says itself if absent, 0 removes its object at once. */
  async delete(pod: LivePod, grace?: number): Promise<void> {
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: pod.uid },
      ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    };
    await this.api.persist({ call: 'delete pod', method: 'DELETE', path: podPath(pod), body, signal: this.#signal });
  }

  /** As `delete`, but what the cluster's disruption budgets forbid is not done before they allow it. */
  async evict(pod: LivePod, limiter: RateLimiter, grace?: number): Promise<void> {
    const { name, namespace, uid } = pod;
    const deleteOptions = { preconditions: { uid }, ...(grace === undefined ? {} : { gracePeriodSeconds: grace }) };
    await this.api.persist({
      ...{ call: 'evict pod', method: 'POST', path: `${podPath(pod)}/eviction`, signal: this.#signal, limiter },
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions },
    });
  }

  /** Fails with a conflict if the pod has changed since it was seen. */
  async setCondition(pod: LivePod, condition: object, limiter?: RateLimiter): Promise<void> {
    const { resourceVersion } = (pod.json as { metadata: { resourceVersion?: string } }).metadata;
    await this.#patchStatus(pod, { uid: pod.uid, resourceVersion }, { conditions: [condition] }, limiter);
  }

  /** Which node is being emptied for the pod; an empty name takes it away. Whatever else has changed of it meanwhile. */
  async setNomination(pod: LivePod, nodeName: string, limiter: RateLimiter): Promise<void> {
    await this.#patchStatus(pod, { uid: pod.uid }, { nominatedNodeName: nodeName === '' ? null : nodeName }, limiter);
  }

  async #patchStatus(pod: LivePod, metadata: object, status: object, limiter?: RateLimiter): Promise<void> {
    await this.api.call({
      ...{ call: 'patch pod status', method: 'PATCH', path: `${podPath(pod)}/status`, signal: this.#signal, limiter },
      ...{ contentType: STRATEGIC, body: { metadata, status } },
    });
  }

  async event(namespace: string, event: object, limiter: RateLimiter): Promise<void> {
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
    await this.api.call({ call: 'create event', method: 'POST', path, body: event, signal: this.#signal, limiter });
  }
}

/**
 * The pod that was meant is gone, or another one has its name by now. In the words of the API server: apimachinery, pkg/apis/meta/v1, Preconditions, as
 * storage.Preconditions.Check tells them.
 */
export function isNoMore(error: unknown): boolean {
  return isStatus(error, 404) || (isStatus(error, 409) && /UID in (the )?precondition/i.test(error.message));
}

export function podsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

function podPath({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${podsPath(namespace)}/${name}`;
}
