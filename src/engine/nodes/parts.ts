/** Parts of one job one after another: group [index within the job], node, tasks, seat; group, node, tasks, seat; ... */
export type PartList = Int32Array;

/** Entries of a part in a list. */
export const STRIDE = 4;

/** No part: the end of a list. */
export const NONE = -1;

/**
 * Who holds what: parts (job, group, tasks, node, seat) in pooled columns, each in the list of its job and in the list of its
 * node. A part is a row; rows that are given back are used again. Nothing is allocated for a part.
 */
export class NodeParts {
  #job: Int32Array;
  #node: Int32Array;
  /** Task group [index within the job]. */
  #group: Int32Array;
  #tasks: Int32Array;
  /** Which GPUs its tasks have: see `Seats`. */
  #seat: Int32Array;
  /** The next part of the same job, in the order in which they were added; of a free row, the next free one. */
  #nextOfJob: Int32Array;
  #nextOnNode: Int32Array;
  #previousOnNode: Int32Array;
  readonly #firstOfJob: Int32Array;
  readonly #lastOfJob: Int32Array;
  readonly #firstOnNode: Int32Array;
  /** Of each job: 1 if it is suspended, and holds nothing but memory. */
  readonly #suspended: Uint8Array;
  /** Of each job: the number of the last change to what it holds. */
  readonly #changedAt: Float64Array;
  /** Changes to what any job holds [count]. */
  changes = 0;
  #free = NONE;
  /** Rows that have ever been used. */
  #used = 0;

  constructor(jobs: number, nodes: number, capacity = 1024) {
    this.#job = new Int32Array(capacity);
    this.#node = new Int32Array(capacity);
    this.#group = new Int32Array(capacity);
    this.#tasks = new Int32Array(capacity);
    this.#seat = new Int32Array(capacity);
    this.#nextOfJob = new Int32Array(capacity);
    this.#nextOnNode = new Int32Array(capacity);
    this.#previousOnNode = new Int32Array(capacity);
    this.#firstOfJob = new Int32Array(jobs).fill(NONE);
    this.#lastOfJob = new Int32Array(jobs).fill(NONE);
    this.#firstOnNode = new Int32Array(nodes).fill(NONE);
    this.#suspended = new Uint8Array(jobs);
    this.#changedAt = new Float64Array(jobs);
  }

  holds(job: number): boolean {
    return this.#firstOfJob[job] !== NONE;
  }

  isSuspended(job: number): boolean {
    return this.#suspended[job] === 1;
  }

  setSuspended(job: number, suspended: boolean): void {
    this.#suspended[job] = suspended ? 1 : 0;
    this.#changedAt[job] = ++this.changes;
  }

  /** The number of the last change to what the job holds. */
  changedAt(job: number): number {
    return this.#changedAt[job];
  }

  /** The first part of a job; NONE if it holds nothing. */
  first(job: number): number {
    return this.#firstOfJob[job];
  }

  next(part: number): number {
    return this.#nextOfJob[part];
  }

  node(part: number): number {
    return this.#node[part];
  }

  group(part: number): number {
    return this.#group[part];
  }

  tasks(part: number): number {
    return this.#tasks[part];
  }

  seat(part: number): number {
    return this.#seat[part];
  }

  isNodeEmpty(node: number): boolean {
    return this.#firstOnNode[node] === NONE;
  }

  /** Adds tasks to what the job holds: to its last part if that is of the same group, node and seat, else as a new one. */
  add(job: number, group: number, node: number, tasks: number, seat: number): void {
    this.#changedAt[job] = ++this.changes;
    const last = this.#lastOfJob[job];
    if (last !== NONE && this.#node[last] === node && this.#group[last] === group && this.#seat[last] === seat) {
      this.#tasks[last] += tasks;
      return;
    }
    const part = this.#allot();
    this.#job[part] = job;
    this.#node[part] = node;
    this.#group[part] = group;
    this.#tasks[part] = tasks;
    this.#seat[part] = seat;
    this.#nextOfJob[part] = NONE;
    if (last === NONE) this.#firstOfJob[job] = part;
    else this.#nextOfJob[last] = part;
    this.#lastOfJob[job] = part;
    const head = this.#firstOnNode[node];
    this.#nextOnNode[part] = head;
    this.#previousOnNode[part] = NONE;
    if (head !== NONE) this.#previousOnNode[head] = part;
    this.#firstOnNode[node] = part;
  }

  /** Tasks of a group that the job holds on a node [count]. */
  tasksOn(job: number, group: number, node: number): number {
    let tasks = 0;
    for (let part = this.#firstOfJob[job]; part !== NONE; part = this.#nextOfJob[part]) {
      if (this.#node[part] === node && this.#group[part] === group) tasks += this.#tasks[part];
    }
    return tasks;
  }

  /** Takes tasks out of what the job holds on a node, which must be there, and tells from which seats. */
  reduce(job: number, group: number, node: number, tasks: number, from: (tasks: number, seat: number) => void): void {
    this.#changedAt[job] = ++this.changes;
    let left = tasks;
    let previous = NONE;
    for (let part = this.#firstOfJob[job]; part !== NONE && left > 0;) {
      const next = this.#nextOfJob[part];
      if (this.#node[part] !== node || this.#group[part] !== group) {
        previous = part;
      } else if (this.#tasks[part] > left) {
        this.#tasks[part] -= left;
        from(left, this.#seat[part]);
        return;
      } else {
        left -= this.#tasks[part];
        from(this.#tasks[part], this.#seat[part]);
        this.#unlink(job, part, previous);
      }
      part = next;
    }
  }

  #unlink(job: number, part: number, previous: number): void {
    const next = this.#nextOfJob[part];
    if (previous === NONE) this.#firstOfJob[job] = next;
    else this.#nextOfJob[previous] = next;
    if (next === NONE) this.#lastOfJob[job] = previous;
    this.#leaveNode(part);
    this.#nextOfJob[part] = this.#free;
    this.#free = part;
  }

  /** Forgets all parts of a job. */
  remove(job: number): void {
    let part = this.#firstOfJob[job];
    while (part !== NONE) {
      const next = this.#nextOfJob[part];
      this.#leaveNode(part);
      this.#nextOfJob[part] = this.#free;
      this.#free = part;
      part = next;
    }
    this.#firstOfJob[job] = NONE;
    this.#lastOfJob[job] = NONE;
    this.setSuspended(job, false);
  }

  /** What a job holds, as a list that stays as it is: see `PartList`. */
  list(job: number): PartList {
    let count = 0;
    for (let part = this.#firstOfJob[job]; part !== NONE; part = this.#nextOfJob[part]) count++;
    const list = new Int32Array(STRIDE * count);
    let index = 0;
    for (let part = this.#firstOfJob[job]; part !== NONE; part = this.#nextOfJob[part]) {
      list[index++] = this.#group[part];
      list[index++] = this.#node[part];
      list[index++] = this.#tasks[part];
      list[index++] = this.#seat[part];
    }
    return list;
  }

  /** The seat of each part of a job. */
  seats(job: number): number[] {
    const seats: number[] = [];
    for (let part = this.#firstOfJob[job]; part !== NONE; part = this.#nextOfJob[part]) seats.push(this.#seat[part]);
    return seats;
  }

  /** Adds the jobs with a part on the node, each once, in ascending order. */
  holders(node: number, into: number[]): void {
    const jobs: number[] = [];
    for (let part = this.#firstOnNode[node]; part !== NONE; part = this.#nextOnNode[part]) jobs.push(this.#job[part]);
    jobs.sort((a, b) => a - b);
    for (let index = 0; index < jobs.length; index++) {
      if (index === 0 || jobs[index] !== jobs[index - 1]) into.push(jobs[index]);
    }
  }

  /** Throws unless the lists of jobs and of nodes hold the same parts. */
  audit(): void {
    let ofJobs = 0;
    for (let job = 0; job < this.#firstOfJob.length; job++) {
      for (let part = this.#firstOfJob[job]; part !== NONE; part = this.#nextOfJob[part]) {
        if (this.#job[part] !== job)
          throw new Error(`part ${part} is in the list of job ${job}, but belongs to ${this.#job[part]}`);
        if (this.#tasks[part] < 1) throw new Error(`part ${part} of job ${job} has ${this.#tasks[part]} tasks`);
        ofJobs++;
      }
    }
    let onNodes = 0;
    for (let node = 0; node < this.#firstOnNode.length; node++) {
      for (let part = this.#firstOnNode[node]; part !== NONE; part = this.#nextOnNode[part]) {
        if (this.#node[part] !== node)
          throw new Error(`part ${part} is in the list of node ${node}, but lies on ${this.#node[part]}`);
        onNodes++;
      }
    }
    let free = 0;
    for (let part = this.#free; part !== NONE; part = this.#nextOfJob[part]) free++;
    if (ofJobs !== onNodes || ofJobs + free !== this.#used) {
      throw new Error(`jobs hold ${ofJobs} parts, nodes ${onNodes}, ${free} are free, of ${this.#used}`);
    }
  }

  #leaveNode(part: number): void {
    const next = this.#nextOnNode[part];
    const previous = this.#previousOnNode[part];
    if (next !== NONE) this.#previousOnNode[next] = previous;
    if (previous !== NONE) this.#nextOnNode[previous] = next;
    else this.#firstOnNode[this.#node[part]] = next;
  }

  #allot(): number {
    if (this.#free !== NONE) {
      const part = this.#free;
      this.#free = this.#nextOfJob[part];
      return part;
    }
    if (this.#used === this.#job.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const larger = (old: Int32Array): Int32Array => {
      const grown = new Int32Array(2 * old.length);
      grown.set(old);
      return grown;
    };
    this.#job = larger(this.#job);
    this.#node = larger(this.#node);
    this.#group = larger(this.#group);
    this.#tasks = larger(this.#tasks);
    this.#seat = larger(this.#seat);
    this.#nextOfJob = larger(this.#nextOfJob);
    this.#nextOnNode = larger(this.#nextOnNode);
    this.#previousOnNode = larger(this.#previousOnNode);
  }
}
