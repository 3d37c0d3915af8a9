/**
 * Processors that nodes have for jobs that ask the same: now, when some of the jobs on them are gone, and if nobody were
 * there. Deep queues ask for it again and again, and a node is measured anew only if something on it has changed.
 */
import type { Allocation } from './allocation.ts';
import type { JobDemand } from './demand.ts';
import { nodeSetOf } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import type { Running } from './running.ts';
import type { Selection } from './selection.ts';
import type { Room } from './selection/room.ts';

/** Numbers that are kept at most: of those who ask, of times and of nodes [count]. */
const MOST_KEPT = 4_000_000;

/** Of what is asked. */
interface Known {
  /** Of each node, by the number of its shares that are back: processors [thousandths]; NaN = not measured. */
  readonly steps: Float64Array[];
  /** Of each node: which of its changes they know of. */
  readonly changes: Float64Array;
  readonly now: RoomAt;
  /** When a job is gone, and all that end before it. */
  readonly after: Map<Allocation, RoomAt>;
}

/** Processors of each node at some time, kept right from one question to the next. */
export interface RoomAt {
  /** [thousandths] */
  readonly processors: Float64Array;
  /** How often anything had been written when they were looked up [count]. */
  seen: number;
  /** When any of them was last found to be another, and to be more: see `StandingRoom.looks`. */
  changed: number;
  raised: number;
}

export class StandingRoom {
  readonly #running: Running;
  readonly #selection: Selection;
  readonly #known = new Map<number, Known>();
  readonly #idle = new Map<number, Float64Array>();
  readonly #possible = new Map<number, NodeSet>();
  #kept = 0;
  /** How often any of it was looked up after something was written [count]. */
  looks = 0;

  constructor(running: Running, selection: Selection) {
    this.#running = running;
    this.#selection = selection;
  }

  /** When this job is gone and all that end before it; now if it is absent. `asks`: what `demand` asks of a node. */
  at(last: Allocation | undefined, demand: JobDemand, asks: number): RoomAt {
    const known = this.#of(asks);
    const room = last === undefined ? known.now : this.#after(known, last);
    if (room.seen !== this.#running.books.changes) this.#lookAgain(room, known, last, demand);
    return room;
  }

  idle(demand: JobDemand, asks: number): Float64Array {
    let processors = this.#idle.get(asks);
    if (processors === undefined) this.#idle.set(asks, (processors = this.#selection.roomOf(this.#running.idle, demand)));
    return processors;
  }

  /** Nodes that have any if nobody is there. */
  possible(demand: JobDemand, asks: number): NodeSet {
    let nodes = this.#possible.get(asks);
    if (nodes === undefined) {
      const idle = this.idle(demand, asks);
      nodes = nodeSetOf(
        idle.length,
        [...idle.keys()].filter((node) => idle[node] > 0),
      );
      this.#possible.set(asks, nodes);
    }
    return nodes;
  }

  #lookAgain(room: RoomAt, known: Known, last: Allocation | undefined, demand: JobDemand): void {
    const { books, departures } = this.#running;
    const measure = this.#selection.roomFor(departures.books, demand);
    this.looks++;
    books.forChangedSince(room.seen, (node) => this.#correct(room, node, known, last, measure));
    room.seen = books.changes;
  }

  #correct(room: RoomAt, node: number, known: Known, last: Allocation | undefined, measure: Room): void {
    const here = this.#on(node, known, last, measure);
    const before = room.processors[node];
    if (here === before) return;
    room.changed = this.looks;
    // What was not known before may have been less.
    if (!(here < before)) room.raised = this.looks;
    room.processors[node] = here;
  }

  #on(node: number, { steps, changes }: Known, last: Allocation | undefined, room: Room): number {
    const { books, departures } = this.#running;
    if (changes[node] !== books.changedAt[node]) {
      changes[node] = books.changedAt[node];
      steps[node] = new Float64Array(departures.countOn(node) + 1).fill(NaN);
    }
    const back = departures.backOf(node, last);
    const here = steps[node][back];
    if (here >= 0) return here;
    departures.move(node, last);
    return (steps[node][back] = room.on(node));
  }

  #after({ after }: Known, last: Allocation): RoomAt {
    let room = after.get(last);
    if (room !== undefined) return room;
    const { nodes } = this.#selection;
    this.#kept += nodes;
    if (this.#kept > MOST_KEPT) this.#forget();
    after.set(last, (room = unknownRoom(nodes)));
    return room;
  }

  /** Jobs that are over are not asked about any more; if that is not enough, nothing is kept. */
  #forget(): void {
    const { nodes } = this.#selection;
    let kept = 0;
    for (const { after } of this.#known.values()) {
      for (const last of after.keys()) if (this.#running.of(last.job) !== last) after.delete(last);
      kept += after.size;
    }
    if (kept * nodes > MOST_KEPT / 2) for (const { after } of this.#known.values()) after.clear();
    this.#kept = kept * nodes > MOST_KEPT / 2 ? nodes : (kept + 1) * nodes;
  }

  #of(asks: number): Known {
    let known = this.#known.get(asks);
    if (known === undefined) {
      const { nodes } = this.#selection;
      known = { steps: [], changes: new Float64Array(nodes).fill(-1), now: unknownRoom(nodes), after: new Map() };
      this.#known.set(asks, known);
    }
    return known;
  }
}

function unknownRoom(nodes: number): RoomAt {
  return { processors: new Float64Array(nodes).fill(NaN), seen: -1, changed: 0, raised: 0 };
}
