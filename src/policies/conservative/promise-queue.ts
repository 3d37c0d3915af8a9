/**
 * Waiting jobs by the time they are promised, ties by row: a binary heap that knows where each job stands, so that a
 * promise can be moved or withdrawn.
 */
export class PromiseQueue {
  readonly #time: Float64Array;
  #heap = new Int32Array(256);
  /** Where each job stands in the heap; -1 = it does not. */
  readonly #place: Int32Array;
  size = 0;

  /** `time` is the column of promises; it must not change while the job is in the queue. */
  constructor(time: Float64Array) {
    this.#time = time;
    this.#place = new Int32Array(time.length).fill(-1);
  }

  get firstTime(): number {
    return this.size === 0 ? Infinity : this.#time[this.#heap[0]];
  }

  add(job: number): void {
    if (this.size === this.#heap.length) {
      const larger = new Int32Array(2 * this.size);
      larger.set(this.#heap);
      this.#heap = larger;
    }
    this.#rise(this.size++, job);
  }

  /** Takes the job out, if it is in. */
  remove(job: number): void {
    const hole = this.#place[job];
    if (hole < 0) return;
    this.#place[job] = -1;
    const last = this.#heap[--this.size];
    if (last === job) return;
    this.#rise(hole, last);
    this.#sink(this.#place[last], last);
  }

  /** Takes out the first job. */
  pop(): number {
    const job = this.#heap[0];
    this.remove(job);
    return job;
  }

  /** Visits the jobs that are promised a time up to this one, in no special order. */
  eachUntil(time: number, visit: (job: number) => void, place = 0): void {
    if (place >= this.size || this.#time[this.#heap[place]] > time) return;
    visit(this.#heap[place]);
    this.eachUntil(time, visit, 2 * place + 1);
    this.eachUntil(time, visit, 2 * place + 2);
  }

  clear(): void {
    while (this.size > 0) this.#place[this.#heap[--this.size]] = -1;
  }

  #rise(hole: number, job: number): void {
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#isBefore(job, this.#heap[parent])) break;
      this.#put(hole, this.#heap[parent]);
      hole = parent;
    }
    this.#put(hole, job);
  }

  #sink(hole: number, job: number): void {
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.#isBefore(this.#heap[child + 1], this.#heap[child])) child++;
      if (this.#isBefore(job, this.#heap[child])) break;
      this.#put(hole, this.#heap[child]);
      hole = child;
    }
    this.#put(hole, job);
  }

  #put(place: number, job: number): void {
    this.#heap[place] = job;
    this.#place[job] = place;
  }

  #isBefore(job: number, other: number): boolean {
    return this.#time[job] < this.#time[other] || (this.#time[job] === this.#time[other] && job < other);
  }
}
