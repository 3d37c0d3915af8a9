import type { PlacementPlan } from '../../placement.ts';
import type { NodeBooks } from './books.ts';
import type { NodeDemand } from './demand.ts';
import { DeviceBooks } from './device-books.ts';
import { STRIDE } from './parts.ts';
import type { PartList } from './parts.ts';
import { NO_SEAT } from './seats.ts';

/** What a placement fills in: parts in columns that are used again for every search. */
export class NodePlan implements PlacementPlan {
  readonly #demand: NodeDemand;
  #group: Int32Array = new Int32Array(64);
  #node: Int32Array = new Int32Array(64);
  #tasks: Int32Array = new Int32Array(64);
  #seat: Int32Array = new Int32Array(64);
  /** Parts [count]. */
  count = 0;
  /** Whether the plan holds all tasks of its job. */
  found = false;
  #job = -1;
  #books: NodeBooks | undefined;
  #version = -1;
  /** Of each node and resource: what this plan takes there, if the node bears its mark. */
  readonly #planned: Float64Array;
  readonly #mark: Int32Array;
  #current = 0;
  /** What is left of the GPUs of the nodes that bear the mark. */
  readonly #gpus: DeviceBooks | undefined;

  constructor(demand: NodeDemand) {
    this.#demand = demand;
    this.#planned = new Float64Array(demand.nodes * demand.resources.length);
    this.#mark = new Int32Array(demand.nodes);
    this.#gpus = demand.tellsDevices ? new DeviceBooks(demand) : undefined;
  }

  /** Starts an empty plan of a job for these books as they are now. */
  begin(job: number, books: NodeBooks): void {
    this.#job = job;
    this.#books = books;
    this.#version = books.version;
    this.found = false;
    this.clear();
  }

  /** Whether this is what a search for the job in these books would find: nothing has changed since. */
  isFor(job: number, books: NodeBooks): boolean {
    return this.#job === job && this.#books === books && this.#version === books.version;
  }

  clear(): void {
    this.count = 0;
    this.#current++;
  }

  add(group: number, node: number, tasks: number, devices?: readonly number[]): void {
    const valid = node >= 0 && node < this.#demand.nodes && group >= 0 && group < this.#demand.groupsOf(this.#job) && tasks > 0;
    if (!valid || !Number.isInteger(node + group + tasks)) {
      throw new Error(`the placement put ${tasks} tasks of group ${group} of job ${this.#job} on node ${node}`);
    }
    if (this.#gpus === undefined) return this.#append(group, node, tasks, NO_SEAT);
    this.#open(node);
    if (devices !== undefined) return this.#addOn(group, node, tasks, devices);
    const request = this.#demand.requestOf(this.#job, group);
    for (let task = 0; task < tasks; task++) {
      // What has no room is refused by the ledger, which says so better.
      const fits = this.#gpus.fitsOne(node, request);
      this.#append(group, node, 1, fits ? this.#gpus.choose(node, request) : NO_SEAT);
    }
  }

  #addOn(group: number, node: number, tasks: number, devices: readonly number[]): void {
    const request = this.#demand.requestOf(this.#job, group);
    const seat = this.#gpus?.seatOn(node, request, devices) ?? NO_SEAT;
    if (seat === NO_SEAT || this.#gpus?.canTake(node, request, seat, tasks) === false) {
      const where = `GPUs ${devices.join(', ')} of node ${node}`;
      throw new Error(
        `the placement put ${tasks} tasks of group ${group} of job ${this.#job} on ${where}, where they do not fit`,
      );
    }
    this.#append(group, node, tasks, seat);
  }

  /** Adds tasks that all have the same seat, which is free. */
  append(group: number, node: number, tasks: number, seat: number): void {
    if (this.#gpus !== undefined) this.#open(node);
    this.#append(group, node, tasks, seat);
  }

  /** Whether tasks of a request may have these GPUs beside what the plan has put there. */
  isSeatFree(node: number, request: number, seat: number, tasks: number): boolean {
    if (seat === NO_SEAT || this.#gpus === undefined) return true;
    this.#open(node);
    return this.#gpus.canTake(node, request, seat, tasks);
  }

  #append(group: number, node: number, tasks: number, seat: number): void {
    const request = this.#demand.requestOf(this.#job, group);
    const last = this.count - 1;
    if (seat !== NO_SEAT) this.#gpus?.take(node, request, seat, tasks);
    this.#count(node, request, tasks);
    const joins = last >= 0 && this.#node[last] === node && this.#group[last] === group && this.#seat[last] === seat;
    if (joins && this.#gpus !== undefined) {
      this.#tasks[last] += tasks;
      return;
    }
    if (this.count === this.#node.length) this.#grow();
    this.#group[this.count] = group;
    this.#node[this.count] = node;
    this.#tasks[this.count] = tasks;
    this.#seat[this.count] = seat;
    this.count++;
  }

  roomLeft(node: number, request: number, job: number): number {
    const books = this.#booksOf();
    if (this.#mark[node] !== this.#current) return books.tasksThatFit(node, request, job);
    if (!books.isOpen(node, request, job)) return 0;
    const { perTask, resources } = this.#demand;
    let tasks = books.roomFor(node, request);
    for (let resource = 0; resource < resources.length; resource++) {
      const each = perTask[request * resources.length + resource];
      if (each === 0) continue;
      const left = books.amount(node, resource) - this.#planned[node * resources.length + resource];
      tasks = Math.min(tasks, Math.floor(left / each));
    }
    return this.#gpus === undefined ? tasks : Math.min(tasks, this.#gpus.room(node, request));
  }

  freeLeft(node: number, resource: string): number {
    const free = this.#booksOf().free(node, resource);
    const index = this.#demand.resources.indexOf(resource);
    return this.#mark[node] !== this.#current || index < 0
      ? free
      : free - this.#planned[node * this.#demand.resources.length + index];
  }

  deviceLeft(node: number, device: number): number {
    const books = this.#booksOf();
    if (this.#gpus === undefined || this.#mark[node] !== this.#current) return books.deviceFree(node, device);
    return this.#gpus.free(node, device);
  }

  group(part: number): number {
    return this.#group[part];
  }

  node(part: number): number {
    return this.#node[part];
  }

  tasks(part: number): number {
    return this.#tasks[part];
  }

  seat(part: number): number {
    return this.#seat[part];
  }

  /** The plan as a list that stays as it is. */
  list(): PartList {
    const list = new Int32Array(STRIDE * this.count);
    for (let part = 0; part < this.count; part++) {
      list[STRIDE * part] = this.#group[part];
      list[STRIDE * part + 1] = this.#node[part];
      list[STRIDE * part + 2] = this.#tasks[part];
      list[STRIDE * part + 3] = this.#seat[part];
    }
    return list;
  }

  /** Tasks of a group that the plan has [count]. */
  tasksOf(group: number): number {
    let tasks = 0;
    for (let part = 0; part < this.count; part++) if (this.#group[part] === group) tasks += this.#tasks[part];
    return tasks;
  }

  #booksOf(): NodeBooks {
    if (this.#books === undefined) throw new Error('a plan was asked for room before it was begun');
    return this.#books;
  }

  #count(node: number, request: number, tasks: number): void {
    const { perTask, resources } = this.#demand;
    const first = node * resources.length;
    if (this.#mark[node] !== this.#current) this.#open(node);
    for (let resource = 0; resource < resources.length; resource++) {
      this.#planned[first + resource] += tasks * perTask[request * resources.length + resource];
    }
  }

  /** Lets the plan count what it takes on this node. */
  #open(node: number): void {
    if (this.#mark[node] === this.#current) return;
    const resources = this.#demand.resources.length;
    this.#mark[node] = this.#current;
    this.#planned.fill(0, node * resources, (node + 1) * resources);
    const { gpus } = this.#booksOf();
    if (gpus !== undefined) this.#gpus?.copyNode(gpus, node);
  }

  #grow(): void {
    const larger = (old: Int32Array): Int32Array => {
      const grown = new Int32Array(2 * old.length);
      grown.set(old);
      return grown;
    };
    this.#group = larger(this.#group);
    this.#node = larger(this.#node);
    this.#tasks = larger(this.#tasks);
    this.#seat = larger(this.#seat);
  }
}

/** Takes listed parts of a job from books in which they fit. */
export function takeParts(books: NodeBooks, job: number, parts: PartList): void {
  for (let index = 0; index < parts.length; index += STRIDE) {
    books.take(parts[index + 1], books.demand.requestOf(job, parts[index]), parts[index + 2], parts[index + 3]);
  }
}

export function giveParts(books: NodeBooks, job: number, parts: PartList): void {
  for (let index = 0; index < parts.length; index += STRIDE) {
    books.give(parts[index + 1], books.demand.requestOf(job, parts[index]), parts[index + 2], parts[index + 3]);
  }
}
