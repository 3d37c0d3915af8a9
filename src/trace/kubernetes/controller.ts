/** Objects that make pods, and what it takes to plan the pods that they would make. */
import type { Labels, OwnerReference, PodSpec } from '../../kubernetes.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import type { Replacement } from '../../kubernetes-workload.ts';
import { runtimeMark, inherit } from './marks.ts';
import type { Marks } from './marks.ts';
import type { GangClaim, JobPlan, PodGroupPlan } from './plan.ts';
import type { PodGroups } from './pod-groups.ts';
import { readPodKind } from './pod-kind.ts';
import type { PodKind } from './pod-kind.ts';
import type { AskedSpec, PodSpecs } from './pod-specs.ts';

/** An object of which only the name matters until all have been read. */
export interface NamedObject {
  /** Counted from 1. */
  readonly source: number;
  readonly kind: string;
  readonly apiVersion: string;
  readonly field: JsonField;
  readonly name: string;
  readonly namespace: string;
  readonly created?: number;
  readonly owner?: OwnerReference;
  /** Its own, and those of what owns it. */
  readonly marks: Marks;
}

/** No cluster has as many pods as one object could ask for. [count] */
export const MOST_PODS = 1_000_000;

/** Why an object gives no jobs. */
export class NoJobs {
  readonly reason: string;
  /** `skip`: there are jobs in it that cannot be replayed; `empty`: there are none. */
  readonly how: 'skip' | 'empty';

  constructor(how: 'skip' | 'empty', reason: string) {
    this.how = how;
    this.reason = reason;
  }
}

/** Plans the pods of one controller. */
export class Controller {
  readonly object: NamedObject;
  readonly field: JsonField;
  readonly #specs: PodSpecs;
  readonly #groups: PodGroups;
  /** From the end of an evicted pod until there is a new one [ms]. */
  readonly #recreate: number;

  constructor(object: NamedObject, specs: PodSpecs, groups: PodGroups, recreate: number) {
    this.object = object;
    this.field = object.field;
    this.#specs = specs;
    this.#groups = groups;
    this.#recreate = recreate;
  }

  /** A template of pods, with the marks of the controller where it says nothing itself. */
  kind(template: JsonField): PodKind {
    const kind = readPodKind(template, this.#specs);
    return { ...kind, marks: inherit(kind.marks, this.object.marks) };
  }

  changedSpec(spec: AskedSpec, change: (spec: PodSpec) => PodSpec): AskedSpec {
    return this.#specs.changed(spec, change);
  }

  /** A count of pods as written. */
  count(field: JsonField, usual: number): number {
    const count = field.integer() ?? usual;
    if (count < 0 || count > MOST_PODS) throw field.wrong(`a number from 0 to ${MOST_PODS}`);
    return count;
  }

  gang(kind: PodKind): GangClaim | undefined {
    return this.#groups.claim(this.object.namespace, kind.marks, kind.podGroup);
  }

  group(
    kind: PodKind,
    names: { name: string; naming: Replacement['name']; labels?: Labels },
    tasks = 1,
    minimum?: number,
  ): PodGroupPlan {
    const { namespace } = this.object;
    const replacement: Replacement = { name: names.naming, delay: this.#recreate };
    const labels = names.labels === undefined ? kind.labels : new Map([...kind.labels, ...names.labels]);
    return {
      tasks,
      minimum,
      template: { namespace, name: names.name, labels, owners: [this.owner()], replacement },
      spec: kind.spec,
    };
  }

  /** As its pods refer to it. */
  owner(): OwnerReference {
    const { apiVersion, kind, name, field } = this.object;
    const uid = field.at('metadata').at('uid').text() ?? '';
    return { apiVersion, kind, name, uid, controller: true };
  }

  /** A job of these pods, created with the controller. Where it runs on by itself, `runtime` is Infinity. */
  job(id: string, kind: PodKind, groups: readonly PodGroupPlan[], more: Partial<JobPlan>): JobPlan {
    const { source, created, namespace } = this.object;
    const { walltime, marks } = kind;
    const runtime = more.runtime !== undefined && more.runtime < Infinity ? more.runtime : (runtimeMark(marks) ?? more.runtime);
    return { source, id: `${namespace}/${id}`, created, walltime, fails: false, namespace, marks, groups, ...more, runtime };
  }
}
