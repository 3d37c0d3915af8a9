/**
 * Pods and nodes as a scheduler's cache has them, kept in step with the engine. The controllers that create pods are
 * in here too: a job's pods come into being when it is submitted, and one that is evicted is followed by another.
 */
import type { Node, Uid } from '../../kubernetes.ts';
import type { Cycle, Eviction, NodeTurn, PolicySetup, StrangerChange } from '../../policy.ts';
import type { Behaviour } from './behaviour.ts';
import { nodeObjects } from './cluster-nodes.ts';
import { inCreationOrder } from './creation-order.ts';
import { JobPod, NO_ROW } from './job-pod.ts';
import { JobPods } from './job-pods.ts';
import type { PodInfo } from './pod-info.ts';
import { Snapshot } from './snapshot.ts';
import { Throttles } from './throttles.ts';

/** What has happened since the last look, in the order in which it counts. The arrays are used again. */
export interface PodChanges {
  /** Pods whose objects are gone. Those that were on a node have left the snapshot, but still say in `row` which. */
  readonly gone: JobPod[];
  readonly nodes: NodeChange[];
  /** New pods. Those that name their node are on it already. */
  readonly created: JobPod[];
  /** Pods of others that have come to nodes or left them. The snapshot has them already, or no more. */
  readonly strangers: StrangerPod[];
}

export interface StrangerPod {
  readonly pod: PodInfo;
  readonly row: number;
  readonly there: boolean;
}

/** A node that has gone down or come back. */
export interface NodeChange {
  readonly row: number;
  readonly old: Node;
  readonly node: Node;
}

export interface ClusterSettings {
  /** How long all controllers take to replace a pod [ms]; as their templates say if absent. */
  readonly recreation?: number;
  /** Jobs whose pods come into being side by side [count]; 1 if absent: job by job. */
  readonly workers?: number;
  /** Without kubelets no pod ever says when it started. */
  readonly kubelets?: 'absent';
}

/** A pod that a controller will make. */
interface Coming {
  readonly at: number;
  readonly job: number;
  readonly group: number;
  readonly index: number;
  readonly generation: number;
}

export class PodCluster {
  readonly snapshot: Snapshot;
  readonly jobPods: JobPods;
  readonly #groupTasks: Int32Array;
  readonly #firstGroup: Int32Array;
  readonly #nodes: readonly Node[];
  readonly #rowOfNode: Int32Array;
  readonly #nodeOfRow: Int32Array;
  readonly #ofJob = new Map<number, JobPod[]>();
  /** How often the pods of a job as a whole have gone while it goes on; those to which it never happened are not in it. */
  readonly #lives = new Map<number, number>();
  readonly #throttles: Throttles;
  readonly #settings: ClusterSettings;
  #coming: Coming[] = [];
  readonly #strangers = new Map<Uid, PodInfo>();
  readonly #changes: PodChanges = { gone: [], nodes: [], created: [], strangers: [] };

  constructor({ jobs, cluster }: PolicySetup, behaviour: Behaviour, settings: ClusterSettings = {}) {
    this.#settings = settings;
    this.snapshot = new Snapshot(behaviour, jobs.kubernetes?.namespaces ?? []);
    this.jobPods = new JobPods(jobs, cluster);
    this.#groupTasks = jobs.groupTasks;
    this.#firstGroup = jobs.firstGroup;
    this.#throttles = new Throttles(jobs.kubernetes);
    this.#nodes = nodeObjects(cluster);
    this.#rowOfNode = Int32Array.from(this.#nodes, (node) => this.snapshot.addNode(node));
    this.#nodeOfRow = new Int32Array(this.#nodes.length);
    this.#rowOfNode.forEach((row, node) => (this.#nodeOfRow[row] = node));
  }

  /** The number that the engine knows a node by. */
  nodeOf(row: number): number {
    return this.#nodeOfRow[row];
  }

  /** The pods of a job that are there, in no particular order. */
  podsOf(job: number): readonly JobPod[] {
    return this.#ofJob.get(job) ?? [];
  }

  /** Takes over what the engine reports. Valid until the next call. */
  apply(cycle: Cycle): PodChanges {
    const changes = this.#changes;
    for (const list of [changes.gone, changes.nodes, changes.created, changes.strangers]) list.length = 0;
    const { ended, evicted, turns, submitted, adopted, strangers } = cycle.changed;
    if (adopted.length > 0) this.#adopt(adopted, cycle);
    for (const stranger of strangers) this.#stranger(stranger);
    for (const job of ended) this.#end(job, cycle);
    for (const eviction of evicted) this.#evicted(eviction, cycle);
    for (const turn of turns) this.#turn(turn);
    // One that was being bound when it lost a node waits on, and one that waits without pods needs new ones.
    for (const job of ended) if (cycle.pending.has(job)) this.#createMissing(job, cycle);
    for (const job of submitted) this.#createMissing(job, cycle);
    this.#createDue(cycle);
    const { workers = 1 } = this.#settings;
    return workers > 1 && changes.created.length > 1
      ? { ...changes, created: inCreationOrder(changes.created, workers) }
      : changes;
  }

  /** The pod counts on the node from now on. */
  assume(pod: JobPod, row: number): void {
    this.snapshot.addPod(pod, row);
    pod.row = row;
    pod.pod.nodeName = this.snapshot.node(row).name;
  }

  /** It will not be bound after all. */
  forget(pod: JobPod): void {
    this.snapshot.removePod(pod, pod.row);
    pod.row = NO_ROW;
    pod.pod.nodeName = undefined;
  }

  /** Binds an assumed pod; it is there at `bound` [ms]. */
  bind(cycle: Cycle, pod: JobPod, bound = cycle.now): void {
    if (this.#settings.kubelets !== 'absent') pod.pod.startTime = bound;
    pod.placed = true;
    cycle.place(pod.job, pod.group, this.#nodeOfRow[pod.row], 1, bound);
  }

  /** Deletes a bound pod; it keeps what it holds until its grace period is over [ms]. */
  evict(cycle: Cycle, pod: JobPod, grace: number): void {
    const { job, group, row } = pod;
    // Another version of its object: it moves to the end of the node's pods, as in the scheduler's cache.
    this.snapshot.removePod(pod, row);
    pod.pod.deletionTimestamp = cycle.now;
    pod.pod.preempted = true;
    this.snapshot.addPod(pod, row);
    // One whose job is over, or about to be, goes with it.
    const stays = cycle.pending.has(job) || cycle.running.mayPreempt(job);
    if (!stays) return;
    if (this.jobPods.isReplaced(job, group) || cycle.pending.has(job)) {
      cycle.evict({ job, group, node: this.#nodeOfRow[row], tasks: 1 }, grace);
    } else cycle.preempt(job, { how: 'discard', grace });
  }

  #end(job: number, cycle: Cycle): void {
    for (const pod of this.podsOf(job)) this.#remove(pod);
    const hadPods = this.#ofJob.delete(job);
    if (hadPods && cycle.pending.has(job)) this.#lives.set(job, (this.#lives.get(job) ?? 0) + 1);
    if (this.#coming.length > 0) this.#coming = this.#coming.filter((coming) => coming.job !== job);
    if (!cycle.pending.has(job)) {
      const next = this.#throttles.release(job);
      if (next >= 0 && cycle.pending.has(next)) this.#createAll(next, cycle);
    }
  }

  #evicted({ job, group, node, tasks }: Eviction, cycle: Cycle): void {
    const pods = this.#ofJob.get(job);
    if (pods === undefined) return;
    for (let left = tasks; left > 0; left--) {
      const at = pods.findIndex((pod) => pod.group === group && pod.row === this.#rowOfNode[node] && pod.isTerminating);
      if (at < 0) throw new Error(`job ${job} lost tasks on node ${node} that none of its pods was evicted for`);
      const [pod] = pods.splice(at, 1);
      this.#remove(pod);
      if (!this.jobPods.isReplaced(job, group)) continue;
      const delay = this.#settings.recreation ?? this.jobPods.template(job, group)?.replacement?.delay ?? 0;
      this.#coming.push({ at: cycle.now + delay, job, group, index: pod.index, generation: pod.generation + 1 });
      if (delay > 0) cycle.wakeAt(cycle.now + delay);
    }
  }

  #remove(pod: JobPod): void {
    if (pod.row !== NO_ROW) this.snapshot.removePod(pod, pod.row);
    pod.isGone = true;
    this.#changes.gone.push(pod);
  }

  /** Pods that are on their nodes before this scheduler has begun. */
  #adopt(adopted: readonly Eviction[], cycle: Cycle): void {
    for (const { job, group, node, tasks } of adopted) {
      this.#createMissing(job, cycle);
      const free = this.podsOf(job).filter((pod) => pod.group === group && pod.row === NO_ROW);
      for (const pod of free.slice(0, tasks)) {
        this.assume(pod, this.#rowOfNode[node]);
        if (this.#settings.kubelets !== 'absent') pod.pod.startTime = cycle.running.startOf(job);
        pod.placed = true;
      }
    }
  }

  /** A pod that is nobody's victim: it is not ours to delete. */
  #stranger({ pod, node, there }: StrangerChange): void {
    const row = this.#rowOfNode[node];
    const known = this.#strangers.get(pod.uid);
    const info = known ?? this.snapshot.podInfo({ ...pod, spec: { ...pod.spec, priority: Infinity } });
    if (there === (known !== undefined)) return;
    if (there) {
      this.#strangers.set(pod.uid, info);
      this.snapshot.addPod(info, row);
    } else {
      this.#strangers.delete(pod.uid);
      this.snapshot.removePod(info, row);
    }
    this.#changes.strangers.push({ pod: info, row, there });
  }

  /** A node that is down is still listed, but takes nothing. */
  #turn(turn: NodeTurn): void {
    const row = this.#rowOfNode[turn.node];
    const old = this.snapshot.node(row);
    const usual = turn.object ?? this.#nodes[turn.node];
    const node = turn.up ? usual : unreachable(usual);
    this.snapshot.updateNode(node);
    this.#changes.nodes.push({ row, old, node });
  }

  /** A job with some of its pods still there is missing those that were evicted, and nothing else. */
  #createMissing(job: number, cycle: Cycle): void {
    if (!this.#ofJob.has(job) && this.#throttles.admit(job)) this.#createAll(job, cycle);
  }

  #createAll(job: number, cycle: Cycle): void {
    const life = this.#lives.get(job) ?? 0;
    for (let group = 0; group < this.#firstGroup[job + 1] - this.#firstGroup[job]; group++) {
      const tasks = this.#groupTasks[this.#firstGroup[job] + group];
      for (let index = 0; index < tasks; index++) this.#create({ at: cycle.now, job, group, index, generation: life }, cycle);
    }
  }

  #createDue(cycle: Cycle): void {
    if (this.#coming.length === 0) return;
    const due = this.#coming.filter(({ at }) => at <= cycle.now);
    this.#coming = this.#coming.filter(({ at }) => at > cycle.now);
    for (const coming of due) this.#create(coming, cycle);
  }

  #create(coming: Coming, cycle: Cycle): void {
    const pod = this.jobPods.make(coming, coming.generation, cycle.now);
    const made = new JobPod(coming, coming.generation, this.snapshot.podInfo(pod));
    const others = this.#ofJob.get(coming.job);
    if (others === undefined) this.#ofJob.set(coming.job, [made]);
    else others.push(made);
    this.#changes.created.push(made);
    const row = pod.nodeName === undefined ? undefined : this.snapshot.rowOf(pod.nodeName);
    if (row === undefined) return;
    this.assume(made, row);
    this.bind(cycle, made);
  }
}

function unreachable(node: Node): Node {
  const taint = { key: 'node.kubernetes.io/unreachable', value: '' };
  const taints = [...node.taints, { ...taint, effect: 'NoSchedule' }, { ...taint, effect: 'NoExecute' }];
  // Without room for pods it takes not even those that tolerate everything.
  return { ...node, taints, allocatable: new Map([...node.allocatable, ['pods', 0]]) };
}
