/** Making a frontier anew takes about as long as so many searches in vain. */
const PATIENCE = 8;

/**
 * What the least demanding jobs of a part of the queue ask for: those that no other job there beats both in processors
 * and in walltime. A handful, however many jobs there are, and enough to say at once whether any of them is small and
 * short enough.
 */
export class Frontier {
  /** Ascending. */
  #procs = new Int32Array(8);
  /** Descending [ms]. */
  #walltime = new Float64Array(8);
  #size = 0;
  /** A job that stood in it is gone: it may promise what is there no more, but never leaves out what is there. */
  #isStale = false;
  /** Searches that it let in since then and that found nothing. */
  #vain = 0;

  clear(): void {
    this.#size = 0;
    this.#isStale = false;
    this.#vain = 0;
  }

  /** A search was let in and found nothing. Answers whether it is time to make the frontier anew. */
  failed(): boolean {
    return this.#isStale && ++this.#vain === PATIENCE;
  }

  /** Whether there is a job of at most `procs` processors with at most this walltime, or of at most `beyond` processors. */
  admits(procs: number, walltime: number, beyond: number): boolean {
    const own = this.#procs;
    if (this.#size === 0 || own[0] > procs) return false;
    if (own[0] <= beyond) return true;
    let last = 0;
    while (last + 1 < this.#size && own[last + 1] <= procs) last++;
    return this.#walltime[last] <= walltime;
  }

  add(procs: number, walltime: number): void {
    const size = this.#size;
    let at = 0;
    while (at < size && this.#procs[at] <= procs) {
      if (this.#walltime[at] <= walltime) return;
      at++;
    }
    // One of as many processors stands just before, with a longer walltime: it is beaten, as is all that follows and is longer.
    if (at > 0 && this.#procs[at - 1] === procs) at--;
    let end = at;
    while (end < size && this.#walltime[end] >= walltime) end++;
    this.#replace(at, end, procs, walltime);
  }

  addAll(other: Frontier): void {
    for (let at = 0; at < other.#size; at++) this.add(other.#procs[at], other.#walltime[at]);
  }

  /** A job is gone that had been added. */
  lose(procs: number, walltime: number): void {
    if (this.#isStale) return;
    let at = 0;
    while (at < this.#size && this.#procs[at] < procs) at++;
    this.#isStale = at < this.#size && this.#procs[at] === procs && this.#walltime[at] === walltime;
  }

  /** Puts an entry in the place of those from `at` to `end`. */
  #replace(at: number, end: number, procs: number, walltime: number): void {
    const before = this.#size;
    this.#size = before + 1 - (end - at);
    if (this.#size > this.#procs.length) this.#grow();
    if (end === at) for (let i = before; i > at; i--) this.#move(i - 1, i);
    else if (end > at + 1) for (let i = end; i < before; i++) this.#move(i, i - (end - at - 1));
    this.#procs[at] = procs;
    this.#walltime[at] = walltime;
  }

  #move(from: number, to: number): void {
    this.#procs[to] = this.#procs[from];
    this.#walltime[to] = this.#walltime[from];
  }

  #grow(): void {
    const procs = new Int32Array(2 * this.#procs.length);
    const walltime = new Float64Array(2 * this.#procs.length);
    procs.set(this.#procs);
    walltime.set(this.#walltime);
    this.#procs = procs;
    this.#walltime = walltime;
  }
}
