/**
 * Which nodes a pod accepts beside their room: those of Kubernetes' own filters that the scheduler runs.
 * Source: pkg/scheduler/k8s_internal/predicates, pkg/scheduler/plugins/predicates (KAI-Scheduler v0.13.0).
 */
import { FilterRun } from '../kube-default/filter-run.ts';
import type { FilterPlugin } from '../kube-default/plugin.ts';
import type { PodInfo } from '../kube-default/pod-info.ts';
import { hasPodAffinity } from '../kube-default/pod-info.ts';
import { filtersOnly } from '../kube-default/profile.ts';
import type { Snapshot } from '../kube-default/snapshot.ts';

const OF_NODE = ['NodeUnschedulable', 'NodeName', 'TaintToleration', 'NodeAffinity'];
const OF_PODS = ['NodePorts', 'InterPodAffinity'];
const NOT_NAMED = "node(s) didn't match Pod's node affinity/selector";

/** What was said of nodes for pods of one class; it holds until the node object changes. */
interface Known {
  readonly run: FilterRun;
  readonly versions: Float64Array;
  readonly objections: (string | undefined)[];
}

/** Why a node will not do for the pod; undefined if it will. */
export type Objection = (row: number) => string | undefined;

const NONE: Objection = () => undefined;

export class Predicates {
  readonly #snapshot: Snapshot;
  readonly #ofNode: readonly FilterPlugin[];
  readonly #ofPods: readonly FilterPlugin[];
  readonly #known = new Map<number, Known>();
  readonly #enabled: boolean;

  constructor(snapshot: Snapshot, enabled: boolean) {
    this.#snapshot = snapshot;
    this.#enabled = enabled;
    this.#ofNode = filtersOnly(OF_NODE, snapshot.behaviour).filters;
    this.#ofPods = filtersOnly(OF_PODS, snapshot.behaviour).filters;
  }

  /** For one pod, while no pods come and go. */
  objections(pod: PodInfo): Objection {
    if (!this.#enabled) return NONE;
    const known = this.#of(pod);
    const ofNode = (row: number) => this.#ofNodeObject(known, row);
    if (pod.class.ports.length === 0 && !hasPodAffinity(pod.class) && this.#snapshot.antiAffinityRows.size === 0) return ofNode;
    const run = FilterRun.start(this.#ofPods, pod, this.#snapshot);
    return (row) => ofNode(row) ?? objectionOf(run, this.#snapshot, row);
  }

  #of(pod: PodInfo): Known {
    let known = this.#known.get(pod.class.id);
    if (known === undefined) {
      const run = FilterRun.start(this.#ofNode, pod, this.#snapshot);
      known = { run, versions: new Float64Array(this.#snapshot.order.length).fill(-1), objections: [] };
      this.#known.set(pod.class.id, known);
    }
    return known;
  }

  #ofNodeObject({ run, versions, objections }: Known, row: number): string | undefined {
    const version = this.#snapshot.nodeVersions[row];
    if (versions[row] !== version) {
      versions[row] = version;
      objections[row] = objectionOf(run, this.#snapshot, row);
    }
    return objections[row];
  }
}

function objectionOf(run: FilterRun, snapshot: Snapshot, row: number): string | undefined {
  if (run.rejected !== undefined) return run.rejected.status.reasons.join(', ');
  if (run.nodes?.has(snapshot.node(row).name) === false) return NOT_NAMED;
  const { status } = run.check(row);
  return status.code === 'Success' ? undefined : status.reasons.join(', ');
}
