/** Who owns whom among the objects: pods that are listed stand for their controllers, which are not counted again. */
import { inherit } from './marks.ts';
import type { Marks } from './marks.ts';
import type { NamedObject } from './controller.ts';
import type { ListedPod } from './listed-pod.ts';
import { TEMPLATE_HASH } from './replica-sets.ts';

/** Longer chains of owners are a circle. */
const MOST_OWNERS = 8;
const NO_MARKS: Marks = new Map();

/** Group, kind, namespace and name: what an owner reference tells. */
export function familyKey(apiVersion: string, kind: string, namespace: string, name: string): string {
  return `${apiGroup(apiVersion)} ${kind} ${namespace}/${name}`;
}

/** `batch` of `batch/v1`; empty for the objects of the core. */
export function apiGroup(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

export class Families {
  readonly #objects = new Map<string, NamedObject>();
  /** By controller: pods that are listed, and not as failed. */
  readonly #pods = new Map<string, number>();
  readonly #succeeded = new Map<string, number>();

  addObject(object: NamedObject): void {
    this.#objects.set(keyOf(object), object);
  }

  /** What the controllers of an object say, the nearest first. */
  inheritedMarks({ owner, namespace }: Pick<ListedPod, 'owner' | 'namespace'>): Marks {
    let marks = NO_MARKS;
    let next = owner;
    for (let step = 0; next !== undefined && step < MOST_OWNERS; step++) {
      const object = this.#objects.get(familyKey(next.apiVersion, next.kind, namespace, next.name));
      if (object === undefined) break;
      marks = inherit(marks, object.marks);
      next = object.owner;
    }
    return marks;
  }

  /** Every controller above a pod has a pod; one that failed stands for no completion. */
  countPod({ owner, namespace, kind, status }: ListedPod): void {
    if (owner === undefined) return;
    const direct = familyKey(owner.apiVersion, owner.kind, namespace, owner.name);
    if (status.finished && !status.fails) this.#succeeded.set(direct, (this.#succeeded.get(direct) ?? 0) + 1);
    const stands = status.fails ? 0 : 1;
    this.#count(direct, stands);
    // The ReplicaSet and the Job between may not be listed, but names and labels tell whose they are.
    const hash = kind.labels.get(TEMPLATE_HASH);
    if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)) {
      this.#count(familyKey('apps/v1', 'Deployment', namespace, owner.name.slice(0, -hash.length - 1)), stands);
    }
    const set = kind.labels.get('jobset.sigs.k8s.io/jobset-name');
    if (set !== undefined) this.#count(familyKey('jobset.x-k8s.io/v1alpha2', 'JobSet', namespace, set), stands);
    this.#countAbove(direct, stands);
  }

  /** A controller that makes pods stands for the one that made it. */
  countController(object: NamedObject): void {
    this.#countAbove(keyOf(object), 0);
  }

  /** Whether there are pods that stand for this controller, or controllers that it made. */
  isCovered(object: NamedObject): boolean {
    return this.#pods.has(keyOf(object));
  }

  /** Completions of a Job that listed pods stand for; more have succeeded if the status says so. */
  completions(object: NamedObject): number {
    const key = keyOf(object);
    const pods = this.#pods.get(key);
    if (pods === undefined) return 0;
    const succeeded = object.field.at('status').at('succeeded').integer() ?? 0;
    return pods + Math.max(0, succeeded - (this.#succeeded.get(key) ?? 0));
  }

  #countAbove(key: string, pods: number): void {
    let object = this.#objects.get(key);
    for (let step = 0; object?.owner !== undefined && step < MOST_OWNERS; step++) {
      const { apiVersion, kind, name } = object.owner;
      const above = familyKey(apiVersion, kind, object.namespace, name);
      this.#count(above, pods);
      object = this.#objects.get(above);
    }
  }

  #count(key: string, pods: number): void {
    this.#pods.set(key, (this.#pods.get(key) ?? 0) + pods);
  }
}

function keyOf({ apiVersion, kind, namespace, name }: NamedObject): string {
  return familyKey(apiVersion, kind, namespace, name);
}
