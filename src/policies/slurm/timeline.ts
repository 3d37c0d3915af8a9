/**
 * What is free when running jobs are gone, one after the other, by the end of their limits: the same for every job that asks,
 * as long as the same jobs run. What is worked out once is kept until that changes.
 */
import type { Books } from './books.ts';
import type { JobDemand, Likeness } from './demand.ts';
import { Departures } from './departures.ts';
import { EndOrder } from './end-order.ts';
import { Forecasts } from './forecasts.ts';
import type { NodeSet } from './node-set.ts';
import type { Allocation, Running } from './running.ts';
import type { Selection, Share } from './selection.ts';
import type { RoomAt, StandingRoom } from './standing-room.ts';

export class Timeline {
  readonly order: EndOrder;
  /** What was told to those who asked. */
  readonly forecasts = new Forecasts();
  readonly #now: Books;
  readonly #changes: number;
  /** No node is kept for one user, nor will be while no other job starts. */
  readonly #isForAll: boolean;
  readonly #selection: Selection;
  readonly #standing: StandingRoom;
  #departures: Departures | undefined;
  /** Processors of the nodes that are looked at. */
  readonly #there: Float64Array;
  /** Of what is asked: processors that each node has for it, by the number of jobs that are gone. */
  readonly #rooms = new Map<number, RoomAt[]>();

  constructor({ books }: Running, jobs: readonly Allocation[], selection: Selection, standing: StandingRoom) {
    this.order = new EndOrder(jobs);
    this.#now = books;
    this.#changes = books.changes;
    this.#isForAll = !books.tenants.keepNodes;
    this.#selection = selection;
    this.#standing = standing;
    this.#there = new Float64Array(selection.nodes);
  }

  /** Whether it is still right: gangs that take turns hold and release nodes without a start or an end. */
  isOf(jobs: readonly Allocation[]): boolean {
    return this.order.jobs === jobs && this.#now.changes === this.#changes;
  }

  /** Whom the job is like, as long as these jobs run. */
  likenessOf({ likeness, likenessOfAll }: JobDemand): Likeness {
    return this.#isForAll ? likenessOfAll : likeness;
  }

  /** Whether the job could fit there now; false is sure, true is not. */
  mayFitNow(demand: JobDemand, candidates: NodeSet): boolean {
    return demand.groups.length > 1 || this.#fits(demand, this.#room(demand, 0), candidates);
  }

  /** Whether it could fit there if nobody else were there; false is sure, true is not. */
  mayEverFit(demand: JobDemand, candidates: NodeSet): boolean {
    return demand.groups.length > 1 || this.#fits(demand, this.#standing.idle(demand, this.likenessOf(demand).asks), candidates);
  }

  /** What it would get there when the first `gone` jobs are gone. */
  choose(demand: JobDemand, candidates: NodeSet, gone: number): Share[] | undefined {
    const departures = this.#future();
    if (demand.groups.length > 1) {
      departures.moveAll(gone);
      return this.#selection.choose(departures.books, demand, candidates, 'later');
    }
    const processors = this.#room(demand, gone);
    if (!this.#fits(demand, processors, candidates)) return undefined;
    // These look at more of all nodes than their room.
    if (demand.leastLoaded || demand.groups[0].gres.length > 0) {
      departures.moveAll(gone);
      return this.#selection.choose(departures.books, demand, candidates, 'later');
    }
    const settle = (nodes: readonly number[]) => nodes.forEach((node) => departures.move(node, gone));
    return this.#selection.choose(departures.books, demand, candidates, 'later', { processors, settle });
  }

  #future(): Departures {
    return (this.#departures ??= this.#standing.departures(this.order.jobs));
  }

  #room(demand: JobDemand, gone: number): Float64Array {
    const { asks } = this.likenessOf(demand);
    let rooms = this.#rooms.get(asks);
    if (rooms === undefined) this.#rooms.set(asks, (rooms = []));
    let at = rooms.length;
    while (at > 0 && rooms[at - 1].gone > gone) at--;
    const before = at === 0 ? undefined : rooms[at - 1];
    if (before?.gone === gone) return before.processors;
    const processors = this.#standing.after(this.#future(), gone, demand, asks, before);
    rooms.splice(at, 0, { gone, processors });
    return processors;
  }

  /** Whether nodes with so many processors for the job could be enough; false is sure, true is not. */
  #fits({ groups, allowed, required }: JobDemand, room: Float64Array, candidates: NodeSet): boolean {
    const [{ minNodes, maxNodes, processors, jobTasks }] = groups;
    const mostNodes = required === undefined ? Math.min(maxNodes, Math.max(jobTasks, minNodes)) : Infinity;
    let nodes = 0;
    let sum = 0;
    let most = 0;
    for (let word = 0; word < candidates.length; word++) {
      const there = allowed === undefined ? candidates[word] : candidates[word] & allowed[word];
      for (let bits = there; bits !== 0; bits &= bits - 1) {
        const here = room[word * 32 + 31 - Math.clz32(bits & -bits)];
        if (here === 0) continue;
        this.#there[nodes++] = here;
        sum += here;
        if (here > most) most = here;
      }
    }
    if (nodes < minNodes || sum < processors || most * mostNodes < processors) return false;
    return nodes <= mostNodes || mostNodes === 1 || this.#sumOfRoomiest(nodes, mostNodes) >= processors;
  }

  #sumOfRoomiest(nodes: number, most: number): number {
    const there = this.#there.subarray(0, nodes).sort();
    let sum = 0;
    for (let index = nodes - most; index < nodes; index++) sum += there[index];
    return sum;
  }
}
