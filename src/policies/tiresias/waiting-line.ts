/** Jobs that wait, by ascending keys. Cheap at both ends: that is where they come and go. */
export class WaitingLine {
  readonly #key: readonly number[];
  #jobs: number[] = [];
  /** Where the first job stands; what is before it has gone. */
  #head = 0;

  /** `key`: of each job. It must not change while the job is in the line. */
  constructor(key: readonly number[]) {
    this.#key = key;
  }

  get length(): number {
    return this.#jobs.length - this.#head;
  }

  at(index: number): number {
    return this.#jobs[this.#head + index];
  }

  add(job: number): void {
    const place = this.#placeOf(this.#key[job]);
    if (place === this.#jobs.length) this.#jobs.push(job);
    else if (place === this.#head && place > 0) this.#jobs[--this.#head] = job;
    else this.#jobs.splice(place, 0, job);
  }

  /** False if it is not in the line. */
  remove(job: number): boolean {
    const place = this.#placeOf(this.#key[job]);
    if (this.#jobs[place] !== job) return false;
    if (place === this.#head) this.#dropFirst();
    else this.#jobs.splice(place, 1);
    return true;
  }

  #dropFirst(): void {
    this.#head++;
    if (this.#head < 64 || 2 * this.#head < this.#jobs.length) return;
    this.#jobs = this.#jobs.slice(this.#head);
    this.#head = 0;
  }

  /** The place of the first job with at least this key. */
  #placeOf(key: number): number {
    let [low, high] = [this.#head, this.#jobs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#key[this.#jobs[middle]] < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
