/**
 * Processors that nodes have for jobs that ask the same: now, when some of the jobs on them are gone, and if nobody were
 * there. Deep queues ask for it again and again, and a node is measured anew only if something on it has changed.
 */
import type { Books } from './books.ts';
import type { JobDemand } from './demand.ts';
import { Departures } from './departures.ts';
import type { Allocation, Running } from './running.ts';
import type { Selection } from './selection.ts';
import type { Room } from './selection/room.ts';

/** Of what is asked. */
interface Known {
  /** Of each node, by the number of its shares that are back: processors [thousandths]; NaN = not measured. */
  readonly steps: Float64Array[];
  /** Of each node: which of its changes they know of. */
  readonly changes: Float64Array;
  /** Of each node while all jobs are there: processors [thousandths]. */
  readonly now: Float64Array;
  /** How often anything had been written when that was looked up [count]. */
  seen: number;
}

/** Processors of each node when so many jobs are gone [thousandths]. */
export interface RoomAt {
  readonly gone: number;
  readonly processors: Float64Array;
}

export class StandingRoom {
  readonly #running: Running;
  readonly #selection: Selection;
  readonly #known = new Map<number, Known>();
  readonly #idle = new Map<number, Float64Array>();
  #future: Books | undefined;

  constructor(running: Running, selection: Selection) {
    this.#running = running;
    this.#selection = selection;
  }

  /** How these jobs go, one after the other. Whoever was told before must not ask any more: the books are used again. */
  departures(jobs: readonly Allocation[]): Departures {
    const { books } = this.#running;
    if (this.#future === undefined) this.#future = books.copy();
    else this.#future.become(books);
    return new Departures(this.#future, jobs, this.#selection.nodes);
  }

  /** Of each node when the first `gone` jobs are gone. `before`: the same when fewer of them are gone, if that is known. */
  after(departures: Departures, gone: number, demand: JobDemand, asks: number, before?: RoomAt): Float64Array {
    const known = this.#of(asks);
    const room = this.#selection.roomFor(departures.books, demand);
    const processors = before === undefined ? this.#now(known, departures, room) : before.processors;
    if (gone === 0) return processors;
    const after = processors.slice();
    for (let index = before?.gone ?? 0; index < gone; index++) {
      for (const { node } of departures.jobs[index].shares) {
        after[node] = this.#on(node, known, departures, gone, room);
      }
    }
    return after;
  }

  /** While all jobs are there. Right until one comes or goes. */
  #now(known: Known, departures: Departures, room: Room): Float64Array {
    const { changedAt, changes } = this.#running.books;
    const { now } = known;
    for (let node = 0; node < now.length; node++) {
      if (changedAt[node] > known.seen) now[node] = this.#on(node, known, departures, 0, room);
    }
    known.seen = changes;
    return now;
  }

  #on(node: number, { steps, changes }: Known, departures: Departures, gone: number, room: Room): number {
    const { changedAt } = this.#running.books;
    if (changes[node] !== changedAt[node]) {
      changes[node] = changedAt[node];
      steps[node] = new Float64Array(departures.countOn(node) + 1).fill(NaN);
    }
    const back = departures.backOf(node, gone);
    const here = steps[node][back];
    if (here >= 0) return here;
    departures.move(node, gone);
    return (steps[node][back] = room.on(node));
  }

  idle(demand: JobDemand, asks: number): Float64Array {
    let processors = this.#idle.get(asks);
    if (processors === undefined) this.#idle.set(asks, (processors = this.#selection.roomOf(this.#running.idle, demand)));
    return processors;
  }

  #of(asks: number): Known {
    let known = this.#known.get(asks);
    if (known === undefined) {
      const { nodes } = this.#selection;
      known = { steps: [], changes: new Float64Array(nodes).fill(-1), now: new Float64Array(nodes), seen: -1 };
      this.#known.set(asks, known);
    }
    return known;
  }
}
