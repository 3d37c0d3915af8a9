/** Goes through the objects of a file: sorts them by kind, and makes jobs of them once all have been seen. */
import { clusterOfNodes, nodeWarnings, readListedNode } from '../../cluster-kubernetes.ts';
import type { ListedNode } from '../../cluster-kubernetes.ts';
import { nodeCount, processorCount } from '../../cluster.ts';
import { InputError } from '../../errors.ts';
import type { KubernetesDocument } from '../../kubernetes-documents.ts';
import { JsonField } from '../../kubernetes-json.ts';
import { readOwner } from '../../kubernetes-read-pod.ts';
import type { TraceSink } from '../format.ts';
import { COVERED, planJob } from './batch-job.ts';
import type { Listed } from './batch-job.ts';
import { Controller, NoJobs } from './controller.ts';
import type { NamedObject } from './controller.ts';
import { apiGroup, Families } from './families.ts';
import { joinGangs } from './gangs.ts';
import { planJobSet, planKubeflowJob, planVolcanoJob } from './gang-controllers.ts';
import { planPod, readListedPod } from './listed-pod.ts';
import type { ListedPod } from './listed-pod.ts';
import { inherit, readMarks } from './marks.ts';
import { pastTime } from './observed.ts';
import { unreadable } from './unreadable.ts';
import type { JobPlan } from './plan.ts';
import { PodGroups } from './pod-groups.ts';
import { PodSpecs } from './pod-specs.ts';
import { Priorities } from './priorities.ts';
import { addRows } from './rows.ts';
import { planDaemonSet, planDeployment, planReplicaSet, planStatefulSet } from './services.ts';
import { Surroundings } from './surroundings.ts';

/** What the user says of jobs that say too little [ms]. */
export interface Assumptions {
  readonly runtime: number;
  readonly recreate: number;
}

type Plan = (controller: Controller) => JobPlan[];
type Note = (object: NamedObject) => void;

/** An object that makes jobs: a pod, or who makes pods. */
type Source = { readonly pod: ListedPod } | { readonly object: NamedObject; readonly plan: Plan };

export class KubernetesObjectsReader {
  readonly #file: string;
  readonly #sink: TraceSink;
  readonly #assumptions: Assumptions;
  readonly #specs = new PodSpecs();
  readonly #groups = new PodGroups();
  readonly #priorities = new Priorities();
  readonly #families = new Families();
  readonly #surroundings = new Surroundings();
  readonly #nodes = new Map<string, ListedNode>();
  /** By uid, or else by what it is called: an object that is listed again is a later state of it. */
  readonly #sources = new Map<string, Source>();
  #count = 0;

  constructor(file: string, sink: TraceSink, assumptions: Assumptions) {
    this.#file = file;
    this.#sink = sink;
    this.#assumptions = assumptions;
  }

  /** Takes in an object. One that cannot be read is skipped and counted. */
  take(document: KubernetesDocument): void {
    const source = ++this.#count;
    this.#attempt(source, document.kind || 'object without a kind', document.where, () => this.#read(document, source));
  }

  finish(): void {
    this.#settleFamilies();
    const plans: JobPlan[] = [];
    const namespaces = new Set<string>();
    for (const source of this.#sources.values()) {
      for (const plan of this.#plansOf(source)) {
        plans.push(plan);
        namespaces.add(plan.namespace);
      }
    }
    const jobs = joinGangs(plans);
    this.#tellFurther(plans, jobs);
    const { runtime } = this.#assumptions;
    addRows(jobs, { specs: this.#specs, priorities: this.#priorities, groups: this.#groups, runtime }, this.#sink);
    this.#sink.jobs.kubernetes(this.#surroundings.context(namespaces));
    this.#declareCluster();
  }

  #read(document: KubernetesDocument, source: number): void {
    const { json, apiVersion, kind, where } = document;
    const field = new JsonField(json, where);
    const group = apiGroup(apiVersion);
    const plan = PLANS[`${group}/${kind}`] ?? this.#planOf(group, kind, field);
    const note = this.#noteOf(group, kind);
    if (plan === undefined && note === undefined && `${group}/${kind}` !== '/Pod' && `${group}/${kind}` !== '/Node') {
      this.#sink.skip(UNREAD[`${group}/${kind}`] ?? unreadKind(kind, field), source);
      return;
    }
    if (kind === 'Node' && group === '') {
      this.#addNode(json, where);
      return;
    }
    const named = readNamed(document, field, source);
    if (kind === 'Pod' && group === '') this.#addSource(named, { pod: readListedPod(field, named, this.#specs) });
    note?.(named);
    if (plan === undefined) {
      if (note !== undefined) this.#sink.noJob(`objects around the pods (${kind})`);
      return;
    }
    this.#families.addObject(named);
    this.#addSource(named, { object: named, plan });
  }

  #addNode(json: unknown, where: string): void {
    const listed = readListedNode(json, where);
    if (this.#nodes.has(listed.node.name)) this.#sink.noJob('earlier states of objects that are listed again');
    else this.#sink.noJob('nodes');
    this.#nodes.set(listed.node.name, listed);
  }

  #addSource(named: NamedObject, source: Source): void {
    const { kind, apiVersion, namespace, name, field } = named;
    const uid = field.at('metadata').at('uid').text();
    const key = uid || `${apiGroup(apiVersion)} ${kind} ${namespace}/${name}`;
    if (this.#sources.has(key)) this.#sink.noJob('earlier states of objects that are listed again');
    this.#sources.set(key, source);
  }

  /** What is kept of objects that make no pods, and beside them of some that do. */
  #noteOf(group: string, kind: string): Note | undefined {
    const around = this.#surroundings;
    const notes: Readonly<Record<string, Note>> = {
      '/Service': (object) => around.addService(object),
      '/Namespace': (object) => around.addNamespace(object),
      '/ReplicationController': (object) => around.addReplicator(object),
      'apps/ReplicaSet': (object) => around.addReplicator(object),
      'apps/StatefulSet': (object) => around.addReplicator(object),
      'apps/Deployment': (object) => around.addDeployment(object),
      'policy/PodDisruptionBudget': (object) => around.addBudget(object),
      'scheduling.k8s.io/PriorityClass': ({ field }) => this.#priorities.addClass(field),
      'kueue.x-k8s.io/WorkloadPriorityClass': ({ field }) => this.#priorities.addWorkloadClass(field),
      'scheduling.k8s.io/Workload': ({ field, namespace, name }) => this.#groups.addWorkload(field, namespace, name),
    };
    if (kind === 'PodGroup') return ({ field, namespace, name }) => this.#groups.add(field, namespace, name);
    return Object.hasOwn(notes, `${group}/${kind}`) ? notes[`${group}/${kind}`] : undefined;
  }

  /** Those that need more than the controller itself. */
  #planOf(group: string, kind: string, field: JsonField): Plan | undefined {
    if (group === 'apps' && kind === 'DaemonSet') {
      return (controller) =>
        planDaemonSet(
          controller,
          [...this.#nodes.values()].map(({ node }) => node),
        );
    }
    if (group === 'batch' && kind === 'Job') {
      return (controller) =>
        planJob(controller, this.#listed(controller.object), (parallelism) => this.#sink.jobs.throttle(parallelism));
    }
    const replicas = field.at('spec').value;
    if (group !== 'kubeflow.org' || typeof replicas !== 'object' || replicas === null) return undefined;
    const name = Object.keys(replicas).find((key) => /ReplicaSpecs$/.test(key));
    return name === undefined ? undefined : (controller) => planKubeflowJob(controller, name);
  }

  #listed(object: NamedObject): Listed {
    return { any: this.#families.isCovered(object), completions: this.#families.completions(object) };
  }

  #settleFamilies(): void {
    for (const source of this.#sources.values()) {
      if ('pod' in source) {
        this.#families.countPod(source.pod);
        this.#surroundings.addOwnerOf(source.pod);
      } else this.#families.countController(source.object);
    }
  }

  #plansOf(source: Source): JobPlan[] {
    if ('pod' in source) {
      return [planPod(source.pod, this.#families.inheritedMarks(source.pod), this.#groups, this.#assumptions.recreate)];
    }
    const { object, plan } = source;
    const isJob = object.kind === 'Job' && apiGroup(object.apiVersion) === 'batch';
    if (!isJob && this.#families.isCovered(object)) {
      this.#sink.noJob(COVERED);
      return [];
    }
    const marks = inherit(object.marks, this.#families.inheritedMarks(object));
    const controller = new Controller({ ...object, marks }, this.#specs, this.#groups, this.#assumptions.recreate);
    let plans: JobPlan[] = [];
    this.#attempt(object.source, object.kind, object.field.path, () => (plans = plan(controller)));
    if (object.kind === 'Deployment' && plans.length > 0) this.#surroundings.addPlanned(object);
    return plans;
  }

  /** Calls `read`; what is wrong with the object is counted, and the file is read on. */
  #attempt(source: number, kind: string, where: string, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (error instanceof NoJobs) {
        if (error.how === 'empty') this.#sink.noJob(error.reason);
        else this.#sink.skip(error.reason, source);
      } else if (error instanceof InputError) this.#sink.skip(unreadable(kind, error, where), source);
      else throw error;
    }
  }

  /** An object may stand for several jobs, and several may stand for one. */
  #tellFurther(plans: readonly JobPlan[], jobs: readonly JobPlan[]): void {
    const rows = new Map<number, number>();
    for (const { source } of jobs) rows.set(source, (rows.get(source) ?? 0) + 1);
    for (const [source, count] of rows) this.#sink.furtherJobs('pods of one controller', source, count - 1);
    const sources = new Set(plans.map(({ source }) => source));
    this.#sink.noJob('pods of a gang after its first one', sources.size - rows.size);
  }

  #declareCluster(): void {
    if (this.#nodes.size === 0) return;
    const listed = [...this.#nodes.values()];
    const cluster = clusterOfNodes(listed, this.#file);
    this.#sink.declare({ cluster, nodes: nodeCount(cluster), procs: processorCount(cluster) });
    for (const message of nodeWarnings(listed)) this.#sink.warn(message);
  }
}

const PLANS: Readonly<Record<string, Plan | undefined>> = Object.assign(Object.create(null) as Record<string, Plan>, {
  'apps/Deployment': planDeployment,
  'apps/ReplicaSet': planReplicaSet,
  'apps/StatefulSet': planStatefulSet,
  '/ReplicationController': planReplicaSet,
  'jobset.x-k8s.io/JobSet': planJobSet,
  'batch.volcano.sh/Job': planVolcanoJob,
});

/** Kinds that hold jobs, and why they are left out all the same. */
const UNREAD: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null) as Record<string, string>, {
  'batch/CronJob': 'CronJob: it makes Jobs at times that are not unrolled; those that it made count if they are listed',
});

function unreadKind(kind: string, field: JsonField): string {
  if (typeof field.value !== 'object' || Array.isArray(field.value)) return 'no object';
  return kind === '' ? 'an object without a kind' : `${kind.slice(0, 60)}: this kind is not read`;
}

function readNamed({ kind, apiVersion }: KubernetesDocument, field: JsonField, source: number): NamedObject {
  const metadata = field.at('metadata');
  const generated = metadata.at('generateName').text();
  const name = metadata.at('name').text() || (generated === undefined ? '' : `${generated}${source}`);
  if (name === '') throw metadata.at('name').wrong('a name');
  const owners = metadata.at('ownerReferences').list().map(readOwner);
  return {
    ...{ source, kind, apiVersion, field, name },
    namespace: metadata.at('namespace').text() || 'default',
    created: pastTime(metadata.at('creationTimestamp')),
    owner: owners.find(({ controller }) => controller),
    marks: readMarks(metadata),
  };
}
