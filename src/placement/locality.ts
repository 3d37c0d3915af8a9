import { nodeCount } from '../cluster.ts';
import type { PlacementSpec } from '../placement.ts';
import { highestNumbers } from './fluxion-cores.ts';
import type { SlotScore } from './fluxion-cores.ts';
import type { Task } from './ranked.ts';

/**
 * Fluxion joins the scores of all slots to intervals of whole numbers, and takes the interval that begins highest first:
 * it scores what is in a slot, not its node, so that "locality" is that of numbers. Within an interval it sorts by
 * nothing; here the slots stay in the order in which they are found.
 */
export const locality: PlacementSpec = {
  name: 'locality',
  summary:
    'The highest run of consecutive numbers of cores and GPUs first, as the match policy locality of Fluxion does; within a run ties to the lowest node number.',
  source: 'flux-framework/flux-sched fd257f7, resource/policies/dfu_match_locality.cpp, resource/evaluators/fold.hpp',
  create(setup) {
    const { jobs } = setup;
    const score = highestNumbers(setup);
    const placed = new Int32Array(nodeCount(setup.cluster));
    return {
      place(job, room, plan) {
        for (let index = jobs.firstGroup[job]; index < jobs.firstGroup[job + 1]; index++) {
          const tasks = jobs.groupTasks[index];
          const slots = slotsFor({ job, request: jobs.groupRequest[index], room, plan }, score, tasks);
          if (slots.length < tasks) return false;
          const chosen = bestRuns(slots).slice(0, tasks);
          for (const { node } of chosen) placed[node]++;
          for (const { node } of chosen) {
            if (placed[node] > 0) plan.add(index - jobs.firstGroup[job], node, placed[node]);
            placed[node] = 0;
          }
        }
        return true;
      },
    };
  },
};

interface ScoredSlot {
  readonly node: number;
  readonly score: number;
}

/** Every slot that there is room for, node after node; where all of a node score alike, no more than are `wanted`. */
function slotsFor(task: Task, score: SlotScore, wanted: number): ScoredSlot[] {
  const { job, request, plan } = task;
  const slots: ScoredSlot[] = [];
  for (let node = task.room.nextWithRoom(0, request, job); node >= 0; node = task.room.nextWithRoom(node + 1, request, job)) {
    const room = plan.roomLeft(node, request, job);
    const fit = score(node, task, 0) === score(node, task, 1) ? Math.min(room, wanted) : room;
    for (let slot = 0; slot < fit; slot++) slots.push({ node, score: score(node, task, slot) });
  }
  return slots;
}

/** Slots by the beginning of the run that their score is in, the highest first; otherwise as they were. */
function bestRuns(slots: readonly ScoredSlot[]): ScoredSlot[] {
  const scores = [...new Set(slots.map(({ score }) => score))].sort((a, b) => a - b);
  const begins = new Map<number, number>();
  scores.forEach((score, index) => {
    const goesOn = index > 0 && scores[index - 1] === score - 1;
    begins.set(score, goesOn ? (begins.get(score - 1) ?? score) : score);
  });
  const beginOf = ({ score }: ScoredSlot) => begins.get(score) ?? score;
  return [...slots].sort((a, b) => beginOf(b) - beginOf(a));
}
