/** Groups of pods that are of use only together: which gang a pod is of, and what the gang asks for. */
import type { JsonField } from '../../kubernetes-json.ts';
import { SECOND } from '../../units.ts';
import { countMark, durationMark, GANGS } from './marks.ts';
import type { Marks } from './marks.ts';
import type { GangClaim } from './plan.ts';

interface PodGroup {
  /** Absent: its pods are scheduled one by one. */
  readonly minimum?: number;
  readonly timeout?: number;
  readonly queue?: string;
}

export class PodGroups {
  /** By namespace and name. */
  readonly #groups = new Map<string, PodGroup>();

  /** A PodGroup of coscheduling, Volcano, KAI or Kubernetes itself. */
  add(object: JsonField, namespace: string, name: string): void {
    const spec = object.at('spec');
    const policy = spec.at('schedulingPolicy');
    const isGang = policy.absent || !policy.at('gang').absent;
    const minimum = spec.at('minMember').integer() ?? policy.at('gang').at('minCount').integer() ?? 1;
    const timeout = spec.at('scheduleTimeoutSeconds').integer();
    this.#groups.set(`${namespace}/${name}`, {
      minimum: isGang ? Math.max(1, minimum) : undefined,
      timeout: timeout === undefined || timeout <= 0 ? undefined : timeout * SECOND,
      queue: spec.at('queue').text() || undefined,
    });
  }

  /** A Workload of Kubernetes 1.35, whose groups are not objects of their own. */
  addWorkload(object: JsonField, namespace: string, name: string): void {
    for (const group of object.at('spec').at('podGroups').list()) {
      const minimum = group.at('policy').at('gang').at('minCount').integer();
      this.#groups.set(`${namespace}/${name}/${group.at('name').text() ?? ''}`, { minimum });
    }
  }

  /** The gang of a pod that bears these marks; undefined if it is of none. */
  claim(namespace: string, marks: Marks, podGroup?: string): GangClaim | undefined {
    if (podGroup !== undefined) return this.#named(namespace, podGroup);
    for (const { group, minimum, timeout, controller } of GANGS) {
      const name = marks.get(group);
      if (name === undefined) continue;
      if (controller) return { key: `${group} ${namespace}/${name}`, name };
      const said = { minimum: countMark(marks, minimum), timeout: durationMark(marks, timeout) };
      return this.#named(namespace, name, said);
    }
    return undefined;
  }

  /** What the group says of the queue. */
  queue(namespace: string, { name }: GangClaim): string | undefined {
    return this.#find(namespace, name)?.queue;
  }

  #named(namespace: string, name: string, said: Pick<GangClaim, 'minimum' | 'timeout'> = {}): GangClaim | undefined {
    const group = this.#find(namespace, name);
    if (group !== undefined && group.minimum === undefined) return undefined;
    const minimum = group?.minimum ?? said.minimum;
    return { key: `${namespace}/${name}`, name, minimum, timeout: group?.timeout ?? said.timeout };
  }

  /** A replica of a group in a Workload is looked up by the group. */
  #find(namespace: string, name: string): PodGroup | undefined {
    const key = `${namespace}/${name}`;
    return this.#groups.get(key) ?? this.#groups.get(key.slice(0, key.lastIndexOf('/')));
  }
}
