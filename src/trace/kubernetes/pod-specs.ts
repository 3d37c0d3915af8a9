/** Specs of pods, each kept once: pods of one spec are of one class for schedulers, and a class costs time and memory. */
import type { PodSpec } from '../../kubernetes.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import { totalRequests } from '../../kubernetes-pod-requests.ts';
import { readPodSpec } from '../../kubernetes-read-pod.ts';
import type { TaskRequest } from '../../workload.ts';

/** A spec as written. Its priority may be that of a class which stands elsewhere. */
export interface AskedSpec {
  /** Equal specs have the same one. */
  readonly key: string;
  readonly spec: PodSpec;
  /** Absent if the spec does not say. */
  readonly priority?: number;
  readonly priorityClass?: string;
  readonly preemptionPolicy?: PodSpec['preemptionPolicy'];
}

export class PodSpecs {
  readonly #known = new Map<string, AskedSpec>();
  readonly #requests = new WeakMap<PodSpec, TaskRequest>();

  read(field: JsonField): AskedSpec {
    const spec = readPodSpec(field);
    const priority = field.at('priority').integer();
    const priorityClass = field.at('priorityClassName').text() || undefined;
    const preemptionPolicy = field.at('preemptionPolicy').word('PreemptLowerPriority', 'Never');
    return this.#intern({ spec, priority, priorityClass, preemptionPolicy });
  }

  /** The same with changes that a controller makes. */
  changed(asked: AskedSpec, change: (spec: PodSpec) => PodSpec): AskedSpec {
    const { key: _, ...written } = asked;
    return this.#intern({ ...written, spec: change(asked.spec) });
  }

  #intern(asked: Omit<AskedSpec, 'key'>): AskedSpec {
    const key = JSON.stringify(asked, (_, value: unknown) =>
      value instanceof Map ? [...(value as Map<string, unknown>)] : value,
    );
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, (known = { ...asked, key: String(this.#known.size) }));
    return known;
  }

  /** What a task of this spec asks for. */
  request(spec: PodSpec): TaskRequest {
    let request = this.#requests.get(spec);
    if (request === undefined) this.#requests.set(spec, (request = requestOf(spec)));
    return request;
  }
}

/** What the device plugin calls GPUs. */
export const GPU = 'nvidia.com/gpu';
const GPU_MODEL = 'nvidia.com/gpu.product';

/** By the rule of new Kubernetes versions, which know requests at the level of the pod. */
function requestOf(spec: PodSpec): TaskRequest {
  const total = totalRequests(spec, { podLevelResources: true });
  const other: Record<string, number> = {};
  for (const [name, amount] of total) if (!PLAIN.has(name) && amount > 0) other[name] = amount;
  const gpuModels = modelsOf(spec);
  return {
    cpu: total.get('cpu') ?? 0,
    memory: total.get('memory') ?? 0,
    gpu: Math.round((total.get(GPU) ?? 0) * 1000),
    ...(gpuModels === undefined ? {} : { gpuModels }),
    ...(Object.keys(other).length === 0 ? {} : { other }),
  };
}

const PLAIN: ReadonlySet<string> = new Set(['cpu', 'memory', GPU]);

/** The only GPU models that node selector and required affinity leave; undefined if that cannot be said so simply. */
function modelsOf({ nodeSelector, nodeAffinity: { required = [] } }: PodSpec): readonly string[] | undefined {
  const selected = nodeSelector.get(GPU_MODEL);
  if (selected !== undefined) return [selected];
  const named = required.map(({ matchExpressions }) =>
    matchExpressions.find(({ key, operator }) => key === GPU_MODEL && operator === 'In'),
  );
  if (named.length === 0 || named.includes(undefined)) return undefined;
  return [...new Set(named.flatMap((one) => one?.values ?? []))];
}
