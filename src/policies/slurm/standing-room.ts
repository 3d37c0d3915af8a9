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
    if (before === undefined) {
      const processors = new Float64Array(this.#selection.nodes);
      for (let node = 0; node < processors.length; node++) {
        processors[node] = this.#on(node, known, departures, gone, room);
      }
      return processors;
    }
    const processors = before.processors.slice();
    for (let index = before.gone; index < gone; index++) {
      for (const { node } of departures.jobs[index].shares) {
        processors[node] = this.#on(node, known, departures, gone, room);
      }
    }
    return processors;
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
      known = { steps: [], changes: new Float64Array(this.#selection.nodes).fill(-1) };
      this.#known.set(asks, known);
    }
    return known;
  }
}
