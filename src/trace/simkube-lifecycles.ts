import type { JsonObject } from './json-document.ts';
import { InputError } from '../errors.ts';

/**
 * When the pods of recorded objects ran: `pod_lifecycles`, by the object, written `["batch/v1.Job","namespace/name"]`, then by
 * a hash of the pod's specification, each pod as `Empty`, `{Running: start}` or `{Finished: [start, end]}` [Unix s].
 */
export class PodLifecycles {
  readonly #runtimes = new Map<string, readonly number[]>();
  /** Objects whose pods ran for different times [count]. */
  averaged = 0;

  constructor(lifecycles: unknown, file: string) {
    if (typeof lifecycles !== 'object' || lifecycles === null || Array.isArray(lifecycles)) {
      throw new InputError('pod_lifecycles is no map', file, 'leave it out, or write it as the tracer does');
    }
    for (const [owner, pods] of Object.entries(lifecycles as JsonObject)) {
      const runtimes = [pods].flatMap((all) => Object.values(Object(all) as JsonObject)).flatMap(finished);
      if (runtimes.length > 0) this.#runtimes.set(owner, runtimes);
    }
  }

  /** How long the pods of an object ran that ended [s]: their mean; undefined if none did. */
  runtimeOf({ apiVersion, kind }: JsonObject, { namespace, name }: JsonObject): number | undefined {
    const runtimes = this.#runtimes.get(
      JSON.stringify([`${String(apiVersion)}.${String(kind)}`, `${String(namespace)}/${String(name)}`]),
    );
    if (runtimes === undefined) return undefined;
    if (runtimes.some((runtime) => runtime !== runtimes[0])) this.averaged++;
    return runtimes.reduce((sum, runtime) => sum + runtime, 0) / runtimes.length;
  }
}

/** How long pods ran that ended [s]. */
function finished(pods: unknown): number[] {
  if (!Array.isArray(pods)) return [];
  return pods.flatMap((pod: unknown) => {
    const times = Object(pod).Finished as unknown;
    if (!Array.isArray(times)) return [];
    const [start, end] = times.map(Number);
    return end >= start ? [end - start] : [];
  });
}
