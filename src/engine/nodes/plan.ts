import type { PlacementPlan } from '../../placement.ts';
import type { NodeBooks } from './books.ts';
import type { NodeDemand } from './demand.ts';
import type { PartList } from './parts.ts';

/** What a placement fills in: parts in columns that are used again for every search. */
export class NodePlan implements PlacementPlan {
  readonly #demand: NodeDemand;
  #group: Int32Array = new Int32Array(64);
  #node: Int32Array = new Int32Array(64);
  #tasks: Int32Array = new Int32Array(64);
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

  constructor(demand: NodeDemand) {
    this.#demand = demand;
    this.#planned = new Float64Array(demand.nodes * demand.resources.length);
    this.#mark = new Int32Array(demand.nodes);
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

  add(group: number, node: number, tasks: number): void {
    const valid = node >= 0 && node < this.#demand.nodes && group >= 0 && group < this.#demand.groupsOf(this.#job) && tasks > 0;
    if (!valid || !Number.isInteger(node + group + tasks)) {
      throw new Error(`the placement put ${tasks} tasks of group ${group} of job ${this.#job} on node ${node}`);
    }
    if (this.count === this.#node.length) this.#grow();
    this.#group[this.count] = group;
    this.#node[this.count] = node;
    this.#tasks[this.count] = tasks;
    this.count++;
    this.#count(node, this.#demand.requestOf(this.#job, group), tasks);
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
    return tasks;
  }

  freeLeft(node: number, resource: string): number {
    const free = this.#booksOf().free(node, resource);
    const index = this.#demand.resources.indexOf(resource);
    return this.#mark[node] !== this.#current || index < 0
      ? free
      : free - this.#planned[node * this.#demand.resources.length + index];
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

  /** The plan as a list that stays as it is. */
  list(): PartList {
    const list = new Int32Array(3 * this.count);
    for (let part = 0; part < this.count; part++) {
      list[3 * part] = this.#group[part];
      list[3 * part + 1] = this.#node[part];
      list[3 * part + 2] = this.#tasks[part];
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
    if (this.#mark[node] !== this.#current) {
      this.#mark[node] = this.#current;
      this.#planned.fill(0, first, first + resources.length);
    }
    for (let resource = 0; resource < resources.length; resource++) {
      this.#planned[first + resource] += tasks * perTask[request * resources.length + resource];
    }
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
  }
}

/** Takes listed parts of a job from books in which they fit. */
export function takeParts(books: NodeBooks, job: number, parts: PartList): void {
  for (let index = 0; index < parts.length; index += 3) {
    books.take(parts[index + 1], books.demand.requestOf(job, parts[index]), parts[index + 2]);
  }
}

export function giveParts(books: NodeBooks, job: number, parts: PartList): void {
  for (let index = 0; index < parts.length; index += 3) {
    books.give(parts[index + 1], books.demand.requestOf(job, parts[index]), parts[index + 2]);
  }
}
