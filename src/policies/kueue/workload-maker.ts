/** Makes workloads of jobs when their pods would be made. */
import type { Namespace } from '../../kubernetes.ts';
import type { PolicySetup } from '../../policy.ts';
import type { Random } from '../../random.ts';
import { jobId, nameOf } from '../../workload.ts';
import type { Requests } from '../../workload.ts';
import type { JobPod } from '../kube-default/job-pod.ts';
import type { ClusterQueue } from './cluster-queue.ts';
import type { KueueConfiguration } from './configuration.ts';
import type { LocalQueues } from './local-queues.ts';
import type { KueueObjects } from './objects.ts';
import type { Stamp } from './stamp.ts';
import type { TopologyRequest } from './topology-request.ts';
import { Workload } from './workload.ts';
import type { PodSet } from './workload.ts';

const PRIORITY_LABEL = 'kueue.x-k8s.io/priority-class';
const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name';

export interface MakerParts {
  readonly setup: PolicySetup;
  readonly objects: KueueObjects;
  readonly configuration: KueueConfiguration;
  readonly queues: LocalQueues;
  readonly stamp: Stamp;
  /** What all jobs of more than one pod ask of the topology. */
  readonly topology: TopologyRequest | undefined;
}

/** A workload; or why there will be none: the job waits for good, or is no business of Kueue's. */
export type Made = Workload | { readonly waits: string } | 'unmanaged';

export class WorkloadMaker {
  readonly #parts: MakerParts;
  readonly #jobs: Requests;
  readonly #random: Random;
  readonly #namespaces: ReadonlyMap<string, Namespace>;
  /** Numbers of kinds of workloads and of specs of pods. */
  readonly #kinds = new Map<string, number>();
  readonly #specs = new Map<object, number>();

  constructor(parts: MakerParts) {
    this.#parts = parts;
    this.#jobs = parts.setup.jobs;
    this.#random = parts.setup.random;
    this.#namespaces = new Map((this.#jobs.kubernetes?.namespaces ?? []).map((one) => [one.name, one]));
  }

  /** From all pods of a job, in any order. */
  make(job: number, pods: readonly JobPod[], now: number): Made {
    const [first] = pods;
    const isTemplated = this.#jobs.kubernetes !== undefined;
    const { namespace } = first.pod;
    const name = nameOf(this.#jobs.queue, job) ?? first.pod.labels.get(QUEUE_LABEL);
    const found = this.#parts.queues.find(name, isTemplated ? namespace : undefined);
    if (found === 'unmanaged' || 'waits' in found) return found;
    const podSets = this.#podSets(job, pods);
    const priority = this.#priorityOf(job, first);
    return new Workload({
      job,
      name: `${namespace}/${jobId(this.#jobs, job)}`,
      namespace,
      priority,
      podSets,
      queue: found.queue,
      created: this.#parts.stamp.time(now),
      uid: this.#parts.stamp.isExact ? job : this.#random.uniform(),
      kind: this.#kindOf(priority, podSets),
      mayUseQueue: this.#mayUse(found.queue, namespace),
    });
  }

  #podSets(job: number, pods: readonly JobPod[]): PodSet[] {
    const { firstGroup, groupTasks, groupMinimum } = this.#jobs;
    const groups = firstGroup[job + 1] - firstGroup[job];
    return Array.from({ length: groups }, (_, group) => {
      const pod = pods.find((one) => one.group === group);
      if (pod === undefined) throw new Error(`job ${job} has no pods of group ${group}`);
      const count = groupTasks[firstGroup[job] + group];
      return {
        name: groups === 1 ? 'main' : `group-${group}`,
        count,
        minimum: groupMinimum[firstGroup[job] + group],
        requests: this.#counted(pod),
        needs: pod.class.requests.exact,
        spec: pod.class.spec,
        topology: count > 1 ? this.#parts.topology : undefined,
      };
    });
  }

  #counted({ class: { requests } }: JobPod): ReadonlyMap<string, number> {
    const { excludedPrefixes } = this.#parts.configuration;
    if (excludedPrefixes.length === 0) return requests.exact;
    return new Map([...requests.exact].filter(([name]) => !excludedPrefixes.some((prefix) => name.startsWith(prefix))));
  }

  #priorityOf(job: number, { pod }: JobPod): number {
    const { priorities } = this.#parts.objects;
    const named = pod.labels.get(PRIORITY_LABEL) ?? nameOf(this.#jobs.qos, job);
    return (named === undefined ? undefined : priorities.get(named)) ?? pod.spec.priority;
  }

  #kindOf(priority: number, podSets: readonly PodSet[]): number {
    const shape = podSets.map(({ count, minimum, spec }) => [count, minimum, numberIn(this.#specs, spec)]);
    return numberIn(this.#kinds, JSON.stringify([priority, shape]));
  }

  #mayUse({ namespaces }: ClusterQueue, namespace: string): boolean {
    const labels = this.#namespaces.get(namespace)?.labels ?? new Map([['kubernetes.io/metadata.name', namespace]]);
    return namespaces?.matches(labels) ?? false;
  }
}

function numberIn<Key>(numbers: Map<Key, number>, key: Key): number {
  let number = numbers.get(key);
  if (number === undefined) numbers.set(key, (number = numbers.size));
  return number;
}
