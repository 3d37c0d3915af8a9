import type { Labels } from '../../kubernetes.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import { readLabels } from '../../kubernetes-read-selectors.ts';
import { SECOND } from '../../units.ts';
import { readMarks } from './marks.ts';
import type { Marks } from './marks.ts';
import type { AskedSpec, PodSpecs } from './pod-specs.ts';

/** What the pods made from one template have in common; of a single pod, what a template of it would say. */
export interface PodKind {
  readonly labels: Labels;
  readonly marks: Marks;
  readonly spec: AskedSpec;
  /** Its containers are started again when they end, whatever they did: it is a service. */
  readonly restarts: boolean;
  /** Infinity if there is no deadline [ms]. */
  readonly walltime: number;
  /** The group of pods that its spec names (scheduling.k8s.io). */
  readonly podGroup?: string;
}

/** From an object with `metadata` and `spec`. */
export function readPodKind(field: JsonField, specs: PodSpecs): PodKind {
  const metadata = field.at('metadata');
  const spec = field.at('spec');
  const kind = {
    labels: readLabels(metadata.at('labels')),
    marks: readMarks(metadata),
    spec: specs.read(spec),
    restarts: (spec.at('restartPolicy').text() ?? 'Always') === 'Always',
    walltime: readDeadline(spec),
  };
  checkRequests(kind.spec, specs, spec);
  const podGroup = spec.at('schedulingGroup').at('podGroupName').text() ?? workloadGroup(spec.at('workloadRef'));
  return podGroup === undefined ? kind : { ...kind, podGroup };
}

/** `activeDeadlineSeconds` of a pod or Job; Infinity if there is none [ms]. */
export function readDeadline(spec: JsonField): number {
  const field = spec.at('activeDeadlineSeconds');
  const seconds = field.integer();
  if (seconds === undefined) return Infinity;
  if (seconds < 1 || seconds > LONGEST_DEADLINE) throw field.wrong('a positive number of seconds');
  return seconds * SECOND;
}

/** What the API server takes [s]. */
const LONGEST_DEADLINE = 2 ** 31 - 1;

/** The API of Kubernetes 1.35: a group inside a Workload, of which there may be several replicas. */
function workloadGroup(reference: JsonField): string | undefined {
  const name = reference.at('name').text();
  if (name === undefined) return undefined;
  const replica = reference.at('podGroupReplicaKey').text();
  return [name, reference.at('podGroup').text() ?? '', ...(replica === undefined ? [] : [replica])].join('/');
}

/** The API server refuses less than nothing, and so much that it cannot be counted. */
function checkRequests({ spec }: AskedSpec, specs: PodSpecs, field: JsonField): void {
  const { cpu, memory, gpu, other = {} } = specs.request(spec);
  for (const amount of [cpu, memory, gpu, ...Object.values(other)]) {
    if (amount < 0 || !Number.isSafeInteger(amount))
      throw field.at('containers').wrong('containers with requests from 0 to 2^53');
  }
  for (const { requests } of [...spec.containers, ...spec.initContainers]) {
    for (const amount of requests.values()) if (amount < 0) throw field.at('containers').wrong('containers with requests from 0');
  }
}
