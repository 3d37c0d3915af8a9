import { nodeCount } from '../cluster.ts';
import type { NodeRoom, Placement, PlacementPlan, PlacementSetup } from '../placement.ts';
import { NodeState } from './node-state.ts';
import { ScoreTable } from './score-table.ts';

/** What a score may depend on beside what is free on the node. */
export interface ScoredTask {
  /** [index into `jobs.requests`] */
  readonly request: number;
  readonly room: NodeRoom;
  /** Tasks of this request that the plan has put on the node already [count]. */
  readonly placed: number;
}

export interface Scoring {
  /** The score of a node that has room for one more such task: the task goes where it is highest. */
  score(state: NodeState, task: ScoredTask): number;
  /** Among equal scores the task goes where this is highest; absent = they tie. */
  tie?(state: NodeState, task: ScoredTask): number;
  /** The GPUs for the task on the node that was chosen; undefined = as `PlacementPlan.add` says. */
  devices?(state: NodeState, request: number): readonly number[] | undefined;
}

export const TIES = {
  summary: 'of nodes with the same score: the one with the lowest number, or the first in an order drawn once for the run',
  type: 'choice',
  choices: ['lowest', 'shuffled'],
  default: 'lowest',
} as const;

/** Task by task on the node with the highest score; ties by `Scoring.tie`, then in the order that the parameter `ties` says. */
export function placeByScore(setup: PlacementSetup, scoring: Scoring): Placement {
  const { jobs, cluster } = setup;
  const nodes = nodeCount(cluster);
  const search = new BestNode(scoring, new NodeState(cluster), new ScoreTable(nodes), rankOf(setup, nodes));
  return {
    place(job, room, plan) {
      search.touched.clear();
      for (let index = jobs.firstGroup[job]; index < jobs.firstGroup[job + 1]; index++) {
        const request = jobs.groupRequest[index];
        for (let task = 0; task < jobs.groupTasks[index]; task++) {
          const node = search.find(job, request, room, plan);
          if (node < 0) return false;
          plan.add(index - jobs.firstGroup[job], node, 1, search.devices(node, request, room, plan));
          search.touched.set(node, (search.touched.get(node) ?? 0) + 1);
        }
      }
      return true;
    },
  };
}

/** Of each node: its place among nodes with the same score. */
function rankOf({ parameters, random }: PlacementSetup, nodes: number): Int32Array {
  const rank = Int32Array.from({ length: nodes }, (_, node) => node);
  if (parameters.ties !== 'shuffled') return rank;
  for (let last = nodes - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [rank[last], rank[other]] = [rank[other], rank[last]];
  }
  return rank;
}

/** Finds the best node for one task after the other; what is known of nodes that have not changed is not worked out again. */
class BestNode {
  /** Nodes that the plan has put tasks on, and how many [count]: what is free there, only the plan knows. */
  readonly touched = new Map<number, number>();
  readonly #scoring: Scoring;
  readonly #state: NodeState;
  readonly #table: ScoreTable;
  readonly #rank: Int32Array;

  constructor(scoring: Scoring, state: NodeState, table: ScoreTable, rank: Int32Array) {
    this.#scoring = scoring;
    this.#state = state;
    this.#table = table;
    this.#rank = rank;
  }

  find(job: number, request: number, room: NodeRoom, plan: PlacementPlan): number {
    const { score, tie, stamp } = this.#table.open(request);
    let best = -1;
    let highest = -Infinity;
    let highestTie = -Infinity;
    for (let node = room.nextWithRoom(0, request, job); node >= 0; node = room.nextWithRoom(node + 1, request, job)) {
      const known = stamp[node] === room.stamp(node);
      if (!known || this.touched.size > 0) {
        const placed = this.touched.get(node);
        if (placed !== undefined && plan.roomLeft(node, request, job) < 1) continue;
        if (!known || placed !== undefined) this.#rate(node, request, room, plan, placed ?? 0);
      }
      if (score[node] < highest) continue;
      if (score[node] === highest) {
        if (tie[node] < highestTie) continue;
        if (tie[node] === highestTie && this.#rank[node] > this.#rank[best]) continue;
      }
      best = node;
      highest = score[node];
      highestTie = tie[node];
    }
    return best;
  }

  devices(node: number, request: number, room: NodeRoom, plan: PlacementPlan): readonly number[] | undefined {
    if (this.#scoring.devices === undefined || room.devices(node) === 0) return undefined;
    this.#state.fill(node, room, plan);
    return this.#scoring.devices(this.#state, request);
  }

  #rate(node: number, request: number, room: NodeRoom, plan: PlacementPlan, placed: number): void {
    const state = this.#state;
    const { score, tie, stamp } = this.#table.open(request);
    state.fill(node, room, plan);
    const task = { request, room, placed };
    score[node] = this.#scoring.score(state, task);
    tie[node] = this.#scoring.tie?.(state, task) ?? 0;
    stamp[node] = placed === 0 ? room.stamp(node) : NaN;
  }
}
