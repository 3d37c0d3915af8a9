/**
 * Jobs as pod groups, kept in step with the pods that there are.
 * Source: pkg/scheduler/cache/cluster_info, pkg/common/podgroup/preemptible.go (KAI-Scheduler v0.13.0).
 */
import type { Cycle, PolicySetup } from '../../policy.ts';
import { jobId, nameOf } from '../../workload.ts';
import type { Requests } from '../../workload.ts';
import type { JobPod } from '../kube-default/job-pod.ts';
import type { PodChanges, PodCluster } from '../kube-default/pod-cluster.ts';
import type { NodeTable } from './node-table.ts';
import { PodGroup, SubGroup } from './pod-group.ts';
import { DEFAULT_QUEUE } from './queue-tree.ts';
import type { QueueTree } from './queue-tree.ts';
import { Task } from './task.ts';

/** Jobs of at least this priority may not be preempted, unless they say so. */
const NON_PREEMPTIBLE_FROM = 100;
const QUEUE_LABEL = 'kai.scheduler/queue';
const PREEMPTIBILITY_LABEL = 'kai.scheduler/preemptibility';

export class GroupBook {
  readonly #jobs: Requests;
  readonly #cluster: PodCluster;
  readonly #table: NodeTable;
  readonly #queues: QueueTree;
  readonly #groups = new Map<string, PodGroup>();
  readonly #tasks = new Map<JobPod, Task>();
  readonly #ofJob = new Map<number, Set<PodGroup>>();
  #made = 0;
  /** Tells the user, once, that a group is kept out for want of queues with a quota; absent once it has. */
  #warn: ((group: string) => void) | undefined;

  constructor({ jobs, files, warn }: PolicySetup, cluster: PodCluster, table: NodeTable, queues: QueueTree) {
    this.#jobs = jobs;
    this.#cluster = cluster;
    this.#table = table;
    this.#queues = queues;
    if (files.queues === undefined && warn !== undefined) this.#warn = (group) => warn(withoutQuota(group));
  }

  /** The oldest first. */
  get groups(): PodGroup[] {
    return [...this.#groups.values()];
  }

  /** The task that a pod is; undefined if its queue does not exist. */
  taskOf(pod: JobPod): Task | undefined {
    return this.#tasks.get(pod);
  }

  /** `lost` and `bound` are told of tasks whose pods have left their nodes, or are on one from the beginning. */
  apply(changes: PodChanges, cycle: Cycle, lost: (task: Task) => void, bound: (task: Task) => void): void {
    for (const pod of changes.gone) {
      const task = this.#tasks.get(pod);
      if (task === undefined) continue;
      if (pod.placed) lost(task);
      this.#tasks.delete(pod);
      task.subGroup.remove(task);
    }
    for (const pod of changes.created) {
      const task = this.#create(pod, cycle);
      if (task !== undefined && pod.placed) bound(task);
    }
    for (const job of cycle.changed.ended) if (!cycle.pending.has(job)) this.#close(job);
  }

  /** Tasks that hold their nodes: as they are, for a session to begin with. Returns those on their way out. */
  refresh(cycle: Cycle): Task[] {
    const releasing: Task[] = [];
    for (const group of this.#groups.values()) {
      if (group.usingTasks === 0) continue;
      for (const task of group.tasks()) {
        if (!task.pod.placed) continue;
        const { job } = task.pod;
        const stays = !task.pod.isTerminating && (cycle.pending.has(job) || cycle.running.mayPreempt(job));
        const status = stays ? 'bound' : 'releasing';
        if (task.status !== status) task.become(status);
        if (!stays) releasing.push(task);
      }
    }
    return releasing;
  }

  #create(pod: JobPod, cycle: Cycle): Task | undefined {
    const group = this.#groupOf(pod, cycle);
    if (group === undefined) return undefined;
    const subGroup = this.#subGroupOf(group, pod);
    const task = new Task(pod, subGroup, { ...this.#table.demandOf(pod), order: this.#made++ });
    subGroup.add(task);
    this.#tasks.set(pod, task);
    this.#join(pod.job, group);
    if (pod.placed) {
      task.row = pod.row;
      task.become('bound');
    }
    return task;
  }

  #groupOf(pod: JobPod, cycle: Cycle): PodGroup | undefined {
    const { job, group: index } = pod;
    const template = this.#cluster.jobPods.template(job, index);
    const key = template?.gang === undefined ? `job ${job}` : `gang ${template.namespace}/${template.gang.name}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      const name = template?.labels.get(QUEUE_LABEL) ?? nameOf(this.#jobs.queue, job) ?? DEFAULT_QUEUE;
      const queue = this.#queues.find(name);
      if (queue === undefined) {
        cycle.explain(job, `Queue '${name}' does not exist`);
        return undefined;
      }
      const { priority } = pod.class.spec;
      group = new PodGroup({
        key,
        name: template?.gang?.name ?? jobId(this.#jobs, job),
        queue,
        priority,
        preemptible: isPreemptible(template?.labels.get(PREEMPTIBILITY_LABEL), priority),
        created: cycle.now,
        order: this.#made++,
      });
      this.#groups.set(key, group);
      if (!group.preemptible) {
        this.#warn?.(group.name);
        this.#warn = undefined;
      }
    }
    if (!group.queue.isLeaf)
      cycle.explain(job, `Queue '${group.queue.name}' has child queues: only queues without take workloads`);
    return group;
  }

  /** The groups of tasks of one job are sub-groups; the jobs of one gang are not told apart. */
  #subGroupOf(group: PodGroup, pod: JobPod): SubGroup {
    const gang = this.#cluster.jobPods.template(pod.job, pod.group)?.gang;
    const name = gang === undefined ? String(pod.group).padStart(4, '0') : 'default';
    let subGroup = group.subGroups.find((one) => one.name === name);
    if (subGroup === undefined) {
      const { firstGroup, groupMinimum } = this.#jobs;
      subGroup = new SubGroup(group, name, gang?.minimum ?? groupMinimum[firstGroup[pod.job] + pod.group]);
      group.subGroups.push(subGroup);
    }
    return subGroup;
  }

  #join(job: number, group: PodGroup): void {
    group.jobs.add(job);
    const groups = this.#ofJob.get(job);
    if (groups === undefined) this.#ofJob.set(job, new Set([group]));
    else groups.add(group);
  }

  /** The job is over: its groups are too, unless they have other jobs. */
  #close(job: number): void {
    for (const group of this.#ofJob.get(job) ?? []) {
      group.jobs.delete(job);
      group.hasFinished = true;
      if (group.jobs.size === 0) this.#groups.delete(group.key);
    }
    this.#ofJob.delete(job);
  }
}

function isPreemptible(label: string | undefined, priority: number): boolean {
  if (label === 'preemptible') return true;
  if (label === 'non-preemptible') return false;
  return priority < NON_PREEMPTIBLE_FROM;
}

function withoutQuota(group: string): string {
  const why = `job ${group} is not preemptible (priority ${NON_PREEMPTIBLE_FROM} or more), and such jobs get quota only`;
  return `${why}; queues that no file describes have none, so it never starts: give queues=FILE with resources.cpu.quota and so on`;
}
