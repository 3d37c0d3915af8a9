import { nodeCount } from '../cluster.ts';
import type { NodeRoom, Placement, PlacementPlan, PlacementSetup } from '../placement.ts';
import { NodeQueue } from './node-queue.ts';

/** Nodes that are free to be used at all, whatever room they have. */
export type NodeFilter = (node: number, room: NodeRoom) => boolean;

const everyNode: NodeFilter = () => true;

/** A task that is to be put somewhere, and what is known of the nodes. */
export interface Task {
  readonly job: number;
  /** [index into `jobs.requests`] */
  readonly request: number;
  readonly room: NodeRoom;
  /** Holds the groups before this one. */
  readonly plan: PlacementPlan;
}

/**
 * The key of a node for one more task, when `placed` of the `fit` tasks of the group that fit there are on it already:
 * the node with the lowest key gets the task, ties go to the lowest node number.
 */
export type Ranking = (node: number, task: Task, placed: number, fit: number) => number;

/**
 * Task by task on the node with the lowest key, for keys that fall or stay when a node gets a task: once chosen, a
 * node is filled, so each is ranked once. Groups in their order.
 */
export function fillInOrder({ jobs, cluster }: PlacementSetup, rank: Ranking, isOpen = everyNode): Placement {
  const queue = new NodeQueue(nodeCount(cluster));
  const fits = new Int32Array(nodeCount(cluster));
  return {
    place(job, room, plan) {
      for (let index = jobs.firstGroup[job]; index < jobs.firstGroup[job + 1]; index++) {
        let left = jobs.groupTasks[index];
        const task = { job, request: jobs.groupRequest[index], room, plan };
        if (rankAll(queue, fits, task, rank, isOpen) < left) return false;
        while (left > 0) {
          const node = queue.first();
          const tasks = Math.min(left, fits[node]);
          plan.add(index - jobs.firstGroup[job], node, tasks);
          left -= tasks;
          queue.removeFirst();
        }
      }
      return true;
    },
  };
}

/** Task by task on the node with the lowest key, for keys that rise when a node gets a task. Groups in their order. */
export function dealInTurns({ jobs, cluster }: PlacementSetup, rank: Ranking): Placement {
  const nodes = nodeCount(cluster);
  const queue = new NodeQueue(nodes);
  const fits = new Int32Array(nodes);
  const placed = new Int32Array(nodes);
  return {
    place(job, room, plan) {
      for (let index = jobs.firstGroup[job]; index < jobs.firstGroup[job + 1]; index++) {
        const tasks = jobs.groupTasks[index];
        const task = { job, request: jobs.groupRequest[index], room, plan };
        if (rankAll(queue, fits, task, rank, everyNode) < tasks) return false;
        const chosen: number[] = [];
        for (let left = tasks; left > 0; left--) {
          const node = queue.first();
          if (placed[node]++ === 0) chosen.push(node);
          if (placed[node] === fits[node]) queue.removeFirst();
          else queue.raiseFirst(rank(node, task, placed[node], fits[node]));
        }
        for (const node of chosen) {
          plan.add(index - jobs.firstGroup[job], node, placed[node]);
          placed[node] = 0;
        }
      }
      return true;
    },
  };
}

/** Queues every open node that has room for the task, and answers how many such tasks fit in all [count]. */
export function rankAll(queue: NodeQueue, fits: Int32Array, task: Task, rank: Ranking, isOpen: NodeFilter): number {
  const { job, request, room, plan } = task;
  let total = 0;
  queue.clear();
  for (let node = room.nextWithRoom(0, request, job); node >= 0; node = room.nextWithRoom(node + 1, request, job)) {
    const fit = isOpen(node, room) ? plan.roomLeft(node, request, job) : 0;
    if (fit < 1) continue;
    fits[node] = fit;
    total += fit;
    queue.append(node, rank(node, task, 0, fit));
  }
  queue.sort();
  return total;
}
