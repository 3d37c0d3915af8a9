import { NodeBooks } from './books.ts';
import { DeviceBooks } from './device-books.ts';
import { STRIDE } from './parts.ts';
import type { Piece, Pieces } from './profile-pieces.ts';

/**
 * Goes along a plan in time. At `time` it knows what is free on each node; `narrow` lowers that to what stays free until
 * some later time, which is what a placement may use.
 */
export class Sweep {
  /** What is free at `time`, or throughout a span after `narrow`. */
  readonly books: NodeBooks;
  #time = 0;
  readonly #pieces: Pieces;
  readonly #resources: number;
  /** The next piece to begin, the next one to end. */
  #nextFrom = 0;
  #nextUntil = 0;
  /** Of each resource: what is free over all nodes where `enoughFrom` looks. */
  readonly #total: Float64Array;
  /** Of each node that `narrow` has touched, and each resource: what is free where it looks, and what was at `time`. */
  readonly #level: Float64Array;
  readonly #atTime: Float64Array;
  /** The same for GPUs, where they are told apart. */
  readonly #gpuLevel: DeviceBooks | undefined;
  readonly #gpuAtTime: DeviceBooks | undefined;
  readonly #touched: number[] = [];
  readonly #isTouched: Uint8Array;

  constructor(like: NodeBooks, pieces: Pieces) {
    const { demand } = like;
    this.books = new NodeBooks(demand, like);
    this.#pieces = pieces;
    this.#resources = demand.resources.length;
    this.#total = new Float64Array(this.#resources);
    this.#level = new Float64Array(demand.nodes * this.#resources);
    this.#atTime = new Float64Array(demand.nodes * this.#resources);
    this.#isTouched = new Uint8Array(demand.nodes);
    if (!demand.tellsDevices) return;
    this.#gpuLevel = new DeviceBooks(demand);
    this.#gpuAtTime = new DeviceBooks(demand);
  }

  /** Goes to a time of the plan that begins with these books. */
  start(books: NodeBooks, time: number): void {
    for (const node of this.#touched) this.#isTouched[node] = 0;
    this.#touched.length = 0;
    this.books.copyFrom(books);
    this.#nextFrom = 0;
    this.#nextUntil = 0;
    this.#time = -Infinity;
    this.moveTo(time);
  }

  /** Goes on to a time that is not before the present one. */
  moveTo(time: number): void {
    this.#restore();
    const { byFrom, byUntil } = this.#pieces;
    while (this.#nextUntil < byUntil.length && byUntil[this.#nextUntil].until <= time)
      this.#pass(byUntil[this.#nextUntil++], 'ends');
    while (this.#nextFrom < byFrom.length && byFrom[this.#nextFrom].from <= time) this.#pass(byFrom[this.#nextFrom++], 'begins');
    this.#time = time;
  }

  /** When the next piece ends; Infinity if none does. */
  nextEnd(): number {
    const { byUntil } = this.#pieces;
    return this.#nextUntil < byUntil.length ? byUntil[this.#nextUntil].until : Infinity;
  }

  /**
   * The earliest time, from the present one on, at which the cluster as a whole has this much free for `length`; Infinity
   * if there is none. A bound that spares most looks at single nodes.
   */
  enoughFrom(need: Float64Array, length: number): number {
    const { byFrom, byUntil } = this.#pieces;
    const total = this.#total;
    total.set(this.books.totals);
    let since = this.#time;
    let enough = covers(total, need);
    let begin = this.#nextFrom;
    let end = this.#nextUntil;
    for (;;) {
      const begins = begin < byFrom.length ? byFrom[begin].from : Infinity;
      const ends = end < byUntil.length ? byUntil[end].until : Infinity;
      const time = Math.min(begins, ends);
      if (enough && since + length <= time) return since;
      if (time === Infinity) return enough ? since : Infinity;
      while (end < byUntil.length && byUntil[end].until === time) add(total, byUntil[end++].total, 1);
      while (begin < byFrom.length && byFrom[begin].from === time) add(total, byFrom[begin++].total, -1);
      if (!covers(total, need)) enough = false;
      else if (!enough) {
        enough = true;
        since = time;
      }
    }
  }

  /** Lowers the books to what is free on each node throughout [time, until). */
  narrow(until: number): void {
    this.#restore();
    const { byFrom, byUntil } = this.#pieces;
    let end = this.#nextUntil;
    for (let begin = this.#nextFrom; begin < byFrom.length && byFrom[begin].from < until; begin++) {
      for (; end < byUntil.length && byUntil[end].until <= byFrom[begin].from; end++) this.#shift(byUntil[end], 1);
      this.#shift(byFrom[begin], -1);
    }
  }

  #pass({ job, parts }: Piece, what: 'begins' | 'ends'): void {
    const { demand } = this.books;
    for (let index = 0; index < parts.length; index += STRIDE) {
      const request = demand.requestOf(job, parts[index]);
      if (what === 'ends') this.books.give(parts[index + 1], request, parts[index + 2], parts[index + 3]);
      else this.books.take(parts[index + 1], request, parts[index + 2], parts[index + 3]);
    }
  }

  #shift({ job, parts }: Piece, sign: number): void {
    const { perTask } = this.books.demand;
    for (let index = 0; index < parts.length; index += STRIDE) {
      const node = parts[index + 1];
      const request = this.books.demand.requestOf(job, parts[index]);
      this.#touch(node);
      for (let resource = 0; resource < this.#resources; resource++) {
        const level = node * this.#resources + resource;
        this.#level[level] += sign * parts[index + 2] * perTask[request * this.#resources + resource];
        if (this.#level[level] < this.books.amount(node, resource)) this.books.rewrite(node, resource, this.#level[level]);
      }
      if (this.#gpuLevel === undefined) continue;
      if (sign > 0) this.#gpuLevel.give(node, request, parts[index + 3], parts[index + 2]);
      else this.#gpuLevel.take(node, request, parts[index + 3], parts[index + 2]);
      this.books.narrowGpus(node, this.#gpuLevel);
    }
  }

  #touch(node: number): void {
    if (this.#isTouched[node] !== 0) return;
    this.#isTouched[node] = 1;
    this.#touched.push(node);
    const { gpus } = this.books;
    if (gpus) {
      this.#gpuLevel?.copyNode(gpus, node);
      this.#gpuAtTime?.copyNode(gpus, node);
    }
    for (let resource = 0; resource < this.#resources; resource++) {
      const amount = this.books.amount(node, resource);
      this.#level[node * this.#resources + resource] = amount;
      this.#atTime[node * this.#resources + resource] = amount;
    }
  }

  #restore(): void {
    for (const node of this.#touched) {
      this.#isTouched[node] = 0;
      if (this.#gpuAtTime) this.books.rewriteGpus(node, this.#gpuAtTime);
      for (let resource = 0; resource < this.#resources; resource++) {
        this.books.rewrite(node, resource, this.#atTime[node * this.#resources + resource]);
      }
    }
    this.#touched.length = 0;
  }
}

function add(total: Float64Array, change: Float64Array, sign: number): void {
  for (let resource = 0; resource < total.length; resource++) total[resource] += sign * change[resource];
}

function covers(total: Float64Array, need: Float64Array): boolean {
  for (let resource = 0; resource < total.length; resource++) if (total[resource] < need[resource]) return false;
  return true;
}
