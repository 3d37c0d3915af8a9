import type { Cluster } from '../../cluster.ts';
import type { Placement } from '../../placement.ts';
import type { Eviction, WhatIf } from '../../policy.ts';
import { mostTasks } from '../../workload.ts';
import type { Requests } from '../../workload.ts';
import type { Ledger } from '../ledger.ts';
import { audit } from './audit.ts';
import { NodeBooks } from './books.ts';
import { NodeDemand } from './demand.ts';
import { describeAllFree, describeHeld, describeShort, describeTooMany } from './messages.ts';
import { NONE, NodeParts } from './parts.ts';
import type { PartList } from './parts.ts';
import { canResume, NodeSearch, resume, suspend } from './search.ts';
import { NodeReservation } from './reservation.ts';
import { NO_SEAT } from './seats.ts';
import type { Seat } from './seats.ts';
import { ShapeTable } from './shapes.ts';
import { copyOf, NodeWhatIf } from './what-if.ts';

/** Somebody who has planned where jobs go. */
export interface Advisor {
  /** Where the job is planned to run first; undefined if it is not planned. */
  planned(job: number): PartList | undefined;
}

/** The books of a cluster of nodes: what is free on each of them, and who holds which part of it. */
export class NodeLedger implements Ledger {
  readonly countsOnly = false;
  readonly #jobs: Requests;
  readonly #demand: NodeDemand;
  readonly #books: NodeBooks;
  readonly #parts: NodeParts;
  readonly #search: NodeSearch;
  /** An idle cluster with every node up: what `possible` looks at. */
  readonly #idle: NodeBooks;
  readonly #possible: ShapeTable;
  /** When a shape last did not fit: a count of the books. */
  readonly #misfits: ShapeTable;
  /** Of each group of the workload: tasks that hold resources [count]. */
  readonly #held: Int32Array;
  #advisor: Advisor | undefined;
  /** What is free both in the books and in the what-if `of`, as of these versions of the two. */
  #both: { of: NodeBooks; version: string; books: NodeBooks } | undefined;
  up: number;
  readonly seatsOf?: (job: number) => (Seat | undefined)[];

  constructor(jobs: Requests, cluster: Cluster, placement: Placement, devices?: 'where shared' | 'always' | 'summed') {
    const demand = new NodeDemand(jobs, cluster, devices);
    this.#jobs = jobs;
    this.#demand = demand;
    this.#books = new NodeBooks(demand);
    this.#idle = new NodeBooks(demand);
    this.#parts = new NodeParts(jobs.firstGroup.length - 1, demand.nodes);
    this.#search = new NodeSearch(demand, placement);
    this.#possible = new ShapeTable(demand);
    this.#misfits = new ShapeTable(demand);
    this.#held = new Int32Array(jobs.groupTasks.length);
    if (demand.tellsDevices) this.seatsOf = (job) => this.#parts.seats(job).map((seat) => demand.seats.get(seat));
    this.up = 0;
    for (let node = 0; node < demand.nodes; node++) this.up += this.#books.processorsOf(node);
  }

  /** Processors free over all nodes that are up, the last one perhaps in part [count]: see `NodeBooks.procs`. */
  get procs(): number {
    return this.#books.procs;
  }

  get books(): NodeBooks {
    return this.#books;
  }

  get search(): NodeSearch {
    return this.#search;
  }

  /** From now on a job that somebody has planned starts on the nodes of the plan, if they are free; else the placement picks. */
  heed(advisor: Advisor): void {
    this.#advisor = advisor;
  }

  /** By the placement: a job of several groups that a greedy placement cannot fit on an idle cluster is not possible. */
  possible(job: number): boolean {
    if (!this.#demand.admits(job)) return false;
    const known = this.#possible.get(job);
    if (!Number.isNaN(known)) return known === 1;
    const possible = this.#search.find(job, this.#idle);
    this.#possible.set(job, possible ? 1 : 0);
    return possible;
  }

  whyImpossible(job: number): string {
    return this.#demand.whyImpossible(job);
  }

  /** A job that holds something already does not fit, unless it is suspended: then it is about its old nodes. */
  fits(job: number, within?: WhatIf): boolean {
    if (this.#parts.holds(job)) {
      const resumes = this.#parts.isSuspended(job) && canResume(job, this.#books, this.#parts);
      return resumes && (within === undefined || within.fits(job));
    }
    return within === undefined ? this.#find(job) : this.#findWithin(job, within);
  }

  take(job: number, within?: WhatIf): void {
    if (this.#parts.isSuspended(job)) this.#resume(job);
    else this.#takePlanned(job, within);
    // The what-if takes the job on the nodes that it really has.
    within?.take(job);
  }

  #takePlanned(job: number, within?: WhatIf): void {
    if (this.#parts.holds(job)) throw new Error(`job ${job} cannot start: it already holds ${describeHeld(this.#parts, job)}`);
    if (!(within === undefined ? this.#find(job) : this.#findWithin(job, within))) {
      throw new Error(`job ${job} cannot start: it needs ${this.#demand.describe(job)}, ${describeAllFree(this.#books)}`);
    }
    const { plan } = this.#search;
    for (let part = 0; part < plan.count; part++) {
      if (this.#tryPut(job, plan.group(part), plan.node(part), plan.tasks(part), plan.seat(part))) continue;
      if (part > 0) this.give(job);
      throw new Error(
        `the placement put ${describeShort(this.#books, job, plan.group(part), plan.node(part), plan.tasks(part))}`,
      );
    }
  }

  put(job: number, group: number, node: number, tasks: number): void {
    if (!(group >= 0 && group < this.#demand.groupsOf(job) && node >= 0 && node < this.#demand.nodes && tasks >= 1)) {
      throw new Error(`job ${job} cannot put ${tasks} tasks of group ${group} on node ${node}: there is no such thing`);
    }
    if (this.#parts.isSuspended(job)) throw new Error(`job ${job} is suspended: it can only be resumed as a whole`);
    const index = this.#jobs.firstGroup[job] + group;
    const [held, most] = [this.#held[index], mostTasks(this.#jobs, index)];
    if (held + tasks > most) throw new Error(describeTooMany(job, group, node, tasks, `${held} of its ${most}`));
    if (!this.#putAnywhere(job, group, node, tasks))
      throw new Error(`cannot put ${describeShort(this.#books, job, group, node, tasks)}`);
  }

  takeOff({ job, group, node, tasks }: Eviction): void {
    const there = this.tasksOn(job, group, node);
    if (this.#parts.isSuspended(job) || !(tasks >= 1 && tasks <= there)) {
      throw new Error(`cannot take ${tasks} tasks of group ${group} of job ${job} off node ${node}: it holds ${there} there`);
    }
    const index = this.#jobs.firstGroup[job] + group;
    const request = this.#jobs.groupRequest[index];
    this.#parts.reduce(job, group, node, tasks, (some, seat) => this.#books.give(node, request, some, seat));
    this.#held[index] -= tasks;
  }

  tasksOn(job: number, group: number, node: number): number {
    return this.#parts.tasksOn(job, group, node);
  }

  roomOn(job: number, group: number, node: number): number {
    return this.#books.tasksThatFit(node, this.#demand.requestOf(job, group), job);
  }

  spare(job: number, group: number): number {
    const index = this.#jobs.firstGroup[job] + group;
    return this.#held[index] - this.#jobs.groupMinimum[index];
  }

  holds(job: number): boolean {
    return this.#parts.holds(job);
  }

  ready(job: number): boolean {
    if (this.#parts.isSuspended(job)) return false;
    const { firstGroup, groupMinimum } = this.#jobs;
    for (let index = firstGroup[job]; index < firstGroup[job + 1]; index++)
      if (this.#held[index] < groupMinimum[index]) return false;
    return true;
  }

  give(job: number): void {
    if (!this.#parts.holds(job)) throw new Error(`job ${job} gives back resources that it does not hold`);
    const suspended = this.#parts.isSuspended(job);
    for (let part = this.#parts.first(job); part !== NONE; part = this.#parts.next(part)) {
      const request = this.#demand.requestOf(job, this.#parts.group(part));
      if (suspended) this.#books.giveMemory(this.#parts.node(part), request, this.#parts.tasks(part));
      else this.#books.give(this.#parts.node(part), request, this.#parts.tasks(part), this.#parts.seat(part));
    }
    this.#parts.remove(job);
    this.#held.fill(0, this.#jobs.firstGroup[job], this.#jobs.firstGroup[job + 1]);
  }

  suspend(job: number): void {
    if (!this.#parts.holds(job) || this.#parts.isSuspended(job)) {
      throw new Error(`job ${job} cannot be suspended: it holds ${describeHeld(this.#parts, job)}`);
    }
    suspend(job, this.#books, this.#parts);
    this.#parts.setSuspended(job, true);
  }

  holders(node: number, into: number[]): void {
    this.#parts.holders(node, into);
  }

  /** A node may be down for several reasons at once; it is up again when each of them is over. */
  nodeDown(node: number): boolean {
    if (!this.#parts.isNodeEmpty(node)) {
      const holders: number[] = [];
      this.holders(node, holders);
      throw new Error(`node ${node} goes down, but jobs ${holders.join(', ')} hold something there`);
    }
    const wasUp = this.#books.isUp(node);
    if (wasUp) this.up -= this.#books.processorsOf(node);
    this.#books.nodeDown(node);
    return wasUp;
  }

  nodeUp(node: number): boolean {
    this.#books.nodeUp(node);
    const isUp = this.#books.isUp(node);
    if (isUp) this.up += this.#books.processorsOf(node);
    return isUp;
  }

  /** In the order in which they were taken. A node may come up more than once. */
  eachPart(job: number, visit: (node: number, group: number, tasks: number) => void): void {
    for (let part = this.#parts.first(job); part !== NONE; part = this.#parts.next(part)) {
      visit(this.#parts.node(part), this.#parts.group(part), this.#parts.tasks(part));
    }
  }

  partsOf(job: number): PartList {
    return this.#parts.list(job);
  }

  copy(nodes?: ReadonlySet<number>): WhatIf {
    return new NodeWhatIf(this.#search, copyOf(this.#books, nodes), this.#parts);
  }

  audit(): void {
    audit({ jobs: this.#jobs, demand: this.#demand, books: this.#books, parts: this.#parts, held: this.#held, up: this.up });
  }

  /** A search in what is free both now and in a what-if. */
  #findWithin(job: number, within: WhatIf): boolean {
    if (!this.#find(job)) return false;
    if (within instanceof NodeWhatIf) return this.#findInBoth(job, within.books);
    if (!(within instanceof NodeReservation)) return false;
    const parts = this.#search.plan.list();
    if (within.allows(job, parts)) return this.#search.adopt(job, this.#books, parts);
    return within.withItsNodes((books) => this.#findInBoth(job, books));
  }

  /** The answer is remembered until either changes. */
  #findInBoth(job: number, there: NodeBooks): boolean {
    const version = `${this.#books.version} ${there.version}`;
    if (this.#both?.of !== there || this.#both.version !== version) {
      const books = this.#both?.books ?? this.#books.copy();
      books.becomeBoth(this.#books, there);
      this.#both = { of: there, version, books };
    }
    return this.#search.find(job, this.#both.books);
  }

  #find(job: number): boolean {
    const planned = this.#advisor?.planned(job);
    if (planned && this.#search.adopt(job, this.#books, planned)) return true;
    if (!this.#demand.admits(job)) return false;
    // Less room never lets in one group that did not fit, but a greedy placement may do better by several groups.
    const since = this.#demand.groupsOf(job) === 1 ? this.#books.growths : this.#books.version;
    if (this.#misfits.get(job) === since) return false;
    const found = this.#search.find(job, this.#books);
    if (!found) this.#misfits.set(job, since);
    return found;
  }

  #resume(job: number): void {
    if (!resume(job, this.#books, this.#parts)) {
      throw new Error(
        `job ${job} cannot be resumed on its nodes: it needs ${describeHeld(this.#parts, job)}, ${describeAllFree(this.#books)}`,
      );
    }
    this.#parts.setSuspended(job, false);
  }

  /** Takes tasks of one group on one node, each on the GPUs that are chosen for it, or answers false if they do not fit. */
  #putAnywhere(job: number, group: number, node: number, tasks: number): boolean {
    const { gpus } = this.#books;
    if (gpus === undefined) return this.#tryPut(job, group, node, tasks, NO_SEAT);
    const request = this.#demand.requestOf(job, group);
    if (this.#books.tasksThatFit(node, request, job) < tasks) return false;
    for (let task = 0; task < tasks; task++) this.#tryPut(job, group, node, 1, gpus.choose(node, request));
    return true;
  }

  /** Takes tasks of one group on one node and seat, or answers false if they do not fit. */
  #tryPut(job: number, group: number, node: number, tasks: number, seat: number): boolean {
    const index = this.#jobs.firstGroup[job] + group;
    const request = this.#jobs.groupRequest[index];
    if (this.#books.tasksThatFit(node, request, job) < tasks) return false;
    if (this.#books.gpus?.suits(node, request, seat, tasks) === false) return false;
    this.#books.take(node, request, tasks, seat);
    this.#parts.add(job, group, node, tasks, seat);
    this.#held[index] += tasks;
    return true;
  }
}
