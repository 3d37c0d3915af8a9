/** Priority classes, and the specs of pods with the priority that they come to. */
import type { PodSpec } from '../../kubernetes.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import type { AskedSpec } from './pod-specs.ts';

interface PriorityClass {
  readonly value: number;
  readonly preemptionPolicy: PodSpec['preemptionPolicy'];
}

/** Classes that every cluster has. Source: Kubernetes, pkg/apis/scheduling/v1/helpers.go. */
const BUILT_IN: readonly [string, PriorityClass][] = [
  ['system-cluster-critical', { value: 2_000_000_000, preemptionPolicy: 'PreemptLowerPriority' }],
  ['system-node-critical', { value: 2_000_001_000, preemptionPolicy: 'PreemptLowerPriority' }],
];

/** As the admission plugin of the API server sets priorities (plugin/pkg/admission/priority). */
export class Priorities {
  readonly #classes = new Map<string, PriorityClass>(BUILT_IN);
  /** Of specs that say nothing. */
  #global: PriorityClass | undefined;
  /** Kueue's, by which it orders its queues. */
  readonly #workloadClasses = new Map<string, number>();
  readonly #resolved = new Map<string, PodSpec>();

  addClass(object: JsonField): void {
    const name = object.at('metadata').at('name').text() ?? '';
    const value = object.at('value').integer() ?? 0;
    const preemptionPolicy = object.at('preemptionPolicy').word('PreemptLowerPriority', 'Never') ?? 'PreemptLowerPriority';
    const added = { value, preemptionPolicy };
    this.#classes.set(name, added);
    if (object.at('globalDefault').flag() !== true) return;
    // Of several, the lowest one counts.
    if (this.#global === undefined || value < this.#global.value) this.#global = added;
  }

  addWorkloadClass(object: JsonField): void {
    this.#workloadClasses.set(object.at('metadata').at('name').text() ?? '', object.at('value').integer() ?? 0);
  }

  workloadPriority(name: string | undefined): number | undefined {
    return name === undefined ? undefined : this.#workloadClasses.get(name);
  }

  /** Whether a spec names a class that is not there. */
  isUnknown({ priority, priorityClass }: AskedSpec): boolean {
    return priority === undefined && priorityClass !== undefined && !this.#classes.has(priorityClass);
  }

  resolve({ key, spec, priority, priorityClass, preemptionPolicy }: AskedSpec): PodSpec {
    let resolved = this.#resolved.get(key);
    if (resolved === undefined) {
      const named = priorityClass === undefined ? undefined : this.#classes.get(priorityClass);
      // A pod that the API server has seen has a priority: the default is for those that it has not.
      const inherited = priorityClass === undefined && priority === undefined ? this.#global : named;
      resolved = {
        ...spec,
        priority: priority ?? inherited?.value ?? 0,
        preemptionPolicy: preemptionPolicy ?? inherited?.preemptionPolicy ?? 'PreemptLowerPriority',
      };
      this.#resolved.set(key, resolved);
    }
    return resolved;
  }
}
