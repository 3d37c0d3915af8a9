/**
 * Hierarchical dominant resource fairness: queues are leaves of a tree with weights, jobs hang below them. What a node
 * holds is what its children hold, each scaled down to the smallest dominant share among those that still want more.
 * Source: pkg/scheduler/plugins/drf/drf.go (Volcano v1.15.1), after Bhattacharya et al., "Hierarchical scheduling for
 * diverse datacenter workloads", SoCC 2013.
 */
import type { Job } from '../job.ts';
import type { Queue } from '../queue.ts';
import { add, amountOf, has, multiply, plus, subtract } from '../resource.ts';
import type { Resource } from '../resource.ts';
import type { Session } from '../session.ts';
import type { Task } from '../task.ts';
import { dominantShare } from './drf-shares.ts';
import type { Shares } from './drf-shares.ts';

interface TreeNode {
  readonly weight: number;
  allocated: Resource;
  share: number;
  /** It can use no more. */
  saturated: boolean;
  /** Absent: it is a job. */
  readonly children?: Map<string, TreeNode>;
  readonly request?: Resource;
}

export class Hierarchy {
  readonly #session: Session;
  readonly #shares: Shares;
  readonly #root: TreeNode;
  readonly #totalAllocated: Resource;

  private constructor(session: Session, shares: Shares, root: TreeNode, totalAllocated: Resource) {
    this.#session = session;
    this.#shares = shares;
    this.#root = root;
    this.#totalAllocated = totalAllocated;
  }

  static of(session: Session, shares: Shares): Hierarchy {
    const { table } = session.setup;
    const root: TreeNode = { weight: 1, allocated: table.nothing(), share: 0, saturated: false, children: new Map() };
    const hierarchy = new Hierarchy(session, shares, root, table.nothing());
    for (const job of session.jobs) {
      const { allocated } = job;
      add(hierarchy.#totalAllocated, allocated);
      hierarchy.#hang(job, allocated.slice());
    }
    hierarchy.#update();
    return hierarchy;
  }

  /** Below 0 if the first comes first: where their paths part, who has less by weight, and first who can use more. */
  compare(one: Queue, other: Queue): number {
    let left = this.#root;
    let right = this.#root;
    const depth = Math.min(one.path.length, other.path.length);
    for (let step = 0; step < depth; step++) {
      if (left.saturated !== right.saturated) return left.saturated ? 1 : -1;
      const difference = left.share / left.weight - right.share / right.weight;
      if (difference !== 0) return difference;
      if (step === depth - 1) break;
      left = childOf(left, one.path[step + 1]);
      right = childOf(right, other.path[step + 1]);
    }
    return 0;
  }

  book(job: Job, request: Resource, change: (to: Resource, by: Resource) => Resource): void {
    change(this.#totalAllocated, request);
    this.#hang(job, this.#shares.allocatedOf(job));
    this.#update();
  }

  /** Tasks without which their queue would still stand behind that of the reclaimer with the task it wants. */
  victims(reclaimer: Task, candidates: readonly Task[]): Task[] {
    const trial = new Hierarchy(this.#session, this.#shares, copy(this.#root), plus(this.#totalAllocated, reclaimer.request));
    trial.#hang(reclaimer.job, plus(this.#shares.allocatedOf(reclaimer.job), reclaimer.request));
    trial.#update();
    const own = this.#session.queueOf(reclaimer.job);
    return candidates.filter(({ job, request }) => {
      const allocated = this.#shares.allocatedOf(job);
      subtract(trial.#totalAllocated, request);
      trial.#hang(job, subtract(allocated.slice(), request));
      trial.#update();
      const order = trial.compare(own, this.#session.queueOf(job));
      add(trial.#totalAllocated, request);
      trial.#hang(job, allocated.slice());
      trial.#update();
      return order < 0;
    });
  }

  /** Puts the job into the tree, with the nodes above it. */
  #hang(job: Job, allocated: Resource): void {
    const { path, pathWeights } = this.#session.queueOf(job);
    let at = this.#root;
    for (let step = 1; step < path.length; step++) {
      let child = at.children?.get(path[step]);
      if (child === undefined) {
        const nothing = this.#session.setup.table.nothing();
        child = { weight: pathWeights[step], allocated: nothing, share: 0, saturated: false, children: new Map() };
        at.children?.set(path[step], child);
      }
      at = child;
    }
    const share = dominantShare(allocated, this.#shares.total);
    at.children?.set(job.uid, { weight: 1, allocated, share, saturated: false, request: job.totalRequest.slice() });
  }

  #update(): void {
    const { total } = this.#shares;
    const demanded = Array.from(total, (amount, i) => has(total, i) && amountOf(this.#totalAllocated, i) < amount);
    this.#updateNode(this.#root, demanded);
  }

  #updateNode(node: TreeNode, demanded: readonly boolean[]): void {
    if (node.children === undefined) {
      node.saturated = isSaturated(node, demanded);
      return;
    }
    let smallest = 1;
    for (const child of node.children.values()) {
      this.#updateNode(child, demanded);
      if (child.share !== 0 && !child.saturated)
        smallest = Math.min(smallest, dominantShare(child.allocated, this.#shares.total));
    }
    node.allocated = this.#session.setup.table.nothing();
    node.saturated = true;
    for (const child of node.children.values()) {
      if (!child.saturated) node.saturated = false;
      if (child.share === 0) continue;
      add(node.allocated, child.saturated ? child.allocated : multiply(child.allocated.slice(), smallest / child.share));
    }
    node.share = dominantShare(node.allocated, this.#shares.total);
  }
}

/** It has all that it asks for of something, or asks for something of which nothing is left. */
function isSaturated({ allocated, request }: TreeNode, demanded: readonly boolean[]): boolean {
  if (request === undefined) return false;
  for (let i = 0; i < allocated.length; i++) {
    if (!has(allocated, i)) continue;
    const asked = amountOf(request, i);
    if (asked !== 0 && (allocated[i] >= asked || !demanded[i])) return true;
  }
  return false;
}

function childOf({ children }: TreeNode, name: string): TreeNode {
  const child = children?.get(name);
  if (child === undefined) throw new Error(`queues of the session have a step "${name}" in their paths that is not in the tree`);
  return child;
}

function copy(node: TreeNode): TreeNode {
  const children = node.children && new Map([...node.children].map(([name, child]) => [name, copy(child)]));
  return { ...node, allocated: node.allocated.slice(), children };
}
