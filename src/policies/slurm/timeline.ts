/**
 * What is free when running jobs are gone, one after the other, by the end of their limits: the same for every job that asks,
 * as long as the same jobs run. What is worked out once is kept until that changes.
 */
import type { Allocation } from './allocation.ts';
import type { Attempts } from './attempts.ts';
import type { JobDemand, Likeness } from './demand.ts';
import { EndOrder } from './end-order.ts';
import type { NodeSet } from './node-set.ts';
import type { Running } from './running.ts';
import type { Selection, Share } from './selection.ts';
import type { RoomAt, StandingRoom } from './standing-room.ts';

export class Timeline {
  readonly order: EndOrder;
  readonly #running: Running;
  readonly #changes: number;
  /** No node is kept for one user, nor will be while no other job starts. */
  readonly #isForAll: boolean;
  readonly #selection: Selection;
  readonly #standing: StandingRoom;
  /** By the jobs that are left out. */
  readonly #without = new Map<readonly Allocation[], EndOrder>();
  /** Processors of the nodes that are looked at. */
  readonly #there: Float64Array;

  constructor(running: Running, selection: Selection, standing: StandingRoom) {
    const { books } = running;
    this.order = new EndOrder(running.byEnd());
    this.#running = running;
    this.#changes = books.changes;
    this.#isForAll = !books.tenants.keepNodes;
    this.#selection = selection;
    this.#standing = standing;
    this.#there = new Float64Array(selection.nodes);
  }

  /** Without these jobs, which are all looked at as one list. */
  without(candidates: readonly Allocation[]): EndOrder {
    let order = this.#without.get(candidates);
    if (order !== undefined) return order;
    const gone = new Set(candidates.map(({ job }) => job));
    this.#without.set(candidates, (order = new EndOrder(this.order.jobs.filter(({ job }) => !gone.has(job)))));
    return order;
  }

  /** Whether it is still right: gangs that take turns hold and release nodes without a start or an end. */
  get isRight(): boolean {
    return this.order.jobs === this.#running.byEnd() && this.#running.books.changes === this.#changes;
  }

  /** Whom the job is like, as long as these jobs run. */
  likenessOf({ likeness, likenessOfAll }: JobDemand): Likeness {
    return this.#isForAll ? likenessOfAll : likeness;
  }

  /** Whether the job could fit there now; false is sure, true is not. `attempts`: of jobs like this one, there. */
  mayFitNow(demand: JobDemand, candidates: NodeSet, attempts: Attempts): boolean {
    if (demand.groups.length > 1) return true;
    const room = this.#room(demand, undefined);
    return attempts.mayFitNow(room, this.#standing.looks, () => this.#fits(demand, room.processors, candidates));
  }

  /** Whether it could fit there if nobody else were there; false is sure, true is not. */
  mayEverFit(demand: JobDemand, candidates: NodeSet): boolean {
    return demand.groups.length > 1 || this.#fits(demand, this.#standing.idle(demand, this.likenessOf(demand).asks), candidates);
  }

  /** What it would get there when the first `gone` jobs, which are some, are gone. `attempts`: of jobs like this one, there. */
  choose(demand: JobDemand, candidates: NodeSet, gone: number, attempts: Attempts): readonly Share[] | undefined {
    const last = this.order.jobs[gone - 1];
    const { books } = this.#running;
    if (demand.groups.length > 1) {
      return attempts.among(candidates, last, books, () => this.#chooseAmong(candidates, demand, candidates, last));
    }
    const room = this.#room(demand, last);
    const { processors } = room;
    const mayFit = () => this.#fits(demand, processors, candidates);
    // These look at more of all nodes than their room.
    if (demand.leastLoaded || demand.groups[0].gres.length > 0) {
      const possible = this.#standing.possible(demand, this.likenessOf(demand).asks);
      return attempts.among(possible, last, books, () => {
        return mayFit() ? this.#chooseAmong(possible, demand, candidates, last) : undefined;
      });
    }
    const choose = () => {
      const { departures } = this.#running;
      const settle = (nodes: readonly number[]) => nodes.forEach((node) => departures.move(node, last));
      return this.#selection.choose(departures.books, demand, candidates, 'later', { processors, settle });
    };
    if (this.#selection.prefersBusyNodes) return mayFit() ? choose() : undefined;
    return attempts.at(last, room, this.#standing.looks, books, mayFit, choose);
  }

  /** `possible`: all nodes that it could ever use. */
  #chooseAmong(possible: NodeSet, demand: JobDemand, candidates: NodeSet, last: Allocation): readonly Share[] | undefined {
    const { departures } = this.#running;
    departures.moveAll(possible, last);
    return this.#selection.choose(departures.books, demand, candidates, 'later');
  }

  #room(demand: JobDemand, last: Allocation | undefined): RoomAt {
    return this.#standing.at(last, demand, this.likenessOf(demand).asks);
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
