/**
 * The records of jobs that nothing but others before them keeps back, which stays so until they leave the queue: put in
 * order when one comes or priorities change, and not for every pass.
 */
import type { PendingJobs } from '../../policy.ts';

/** A job that may start, in one of the partitions that it named. */
export interface QueueRecord {
  readonly job: number;
  /** Index into the partitions. */
  readonly partition: number;
  /** Index into the reservations, or NO_RESERVATION. */
  readonly reservation: number;
  /** One of one partition, no task of an array, and not heterogeneous: whom others keep back need not be looked at closer. */
  readonly isSimple: boolean;
}

/** What stands in the order of the queue is looked up once for each record, not with each comparison. */
export interface Ranked extends QueueRecord {
  readonly tier: number;
  readonly priority: number;
  /** [ms] */
  readonly submitted: number;
}

/** A job is not known yet; it is looked at for every pass; or its record stands. */
type Place = 0 | 1 | 2;
const UNKNOWN: Place = 0;
const LOOSE: Place = 1;
const STANDING: Place = 2;

export class StandingRecords {
  readonly #compare: (a: Ranked, b: Ranked) => number;
  readonly #priorityOf: (record: Ranked) => number;
  /** Of each job: its `Place`. */
  readonly #place: Uint8Array;
  /** In order. Never changed in place: a pass that pauses goes on with what it has begun with. */
  #records: readonly Ranked[] = [];
  #loose: readonly number[] = [];
  #isOrdered = true;

  /** `count`: all jobs that there are. */
  constructor(count: number, compare: (a: Ranked, b: Ranked) => number, priorityOf: (record: Ranked) => number) {
    this.#compare = compare;
    this.#priorityOf = priorityOf;
    this.#place = new Uint8Array(count);
  }

  /** Those that stand, in order. */
  get records(): readonly Ranked[] {
    return this.#records;
  }

  /** Jobs that wait and have to be looked at closer. */
  get loose(): readonly number[] {
    return this.#loose;
  }

  /** Priorities have changed. */
  reorder(): void {
    this.#isOrdered = false;
  }

  /** If the job comes again, it is looked at anew. */
  forget(job: number): void {
    this.#place[job] = UNKNOWN;
  }

  /** Takes note of who waits now. */
  refresh(pending: PendingJobs): void {
    const place = this.#place;
    const isHere = (job: number, where: Place) => {
      if (place[job] !== where) return false;
      if (pending.has(job)) return true;
      place[job] = UNKNOWN;
      return false;
    };
    this.#records = kept(this.#records, ({ job }) => isHere(job, STANDING));
    this.#loose = kept(this.#loose, (job) => isHere(job, LOOSE));
    if (!this.#isOrdered) this.#order();
    if (this.#records.length + this.#loose.length === pending.size) return;
    const loose = this.#loose.slice();
    for (let job = pending.first(); job >= 0; job = pending.after(job)) {
      if (place[job] !== UNKNOWN) continue;
      place[job] = LOOSE;
      loose.push(job);
    }
    this.#loose = loose;
  }

  /** From now on these jobs, which were loose, are known to stand. */
  settle(records: readonly Ranked[]): void {
    if (records.length === 0) return;
    for (const { job } of records) this.#place[job] = STANDING;
    this.#loose = this.#loose.filter((job) => this.#place[job] === LOOSE);
    this.#records = this.with(records);
  }

  /** All that stand, and others, in order. */
  with(others: readonly Ranked[]): readonly Ranked[] {
    if (others.length === 0) return this.#records;
    const added = others.slice().sort(this.#compare);
    const all: Ranked[] = [];
    let next = 0;
    for (const record of this.#records) {
      while (next < added.length && this.#compare(added[next], record) < 0) all.push(added[next++]);
      all.push(record);
    }
    while (next < added.length) all.push(added[next++]);
    return all;
  }

  #order(): void {
    this.#isOrdered = true;
    const records = this.#records.map((record) => {
      const priority = this.#priorityOf(record);
      if (priority === record.priority) return record;
      const { job, partition, reservation, isSimple, tier, submitted } = record;
      return { job, partition, reservation, isSimple, tier, priority, submitted };
    });
    this.#records = records.sort(this.#compare);
  }
}

/** The same list if all of it is kept. */
function kept<Item>(items: readonly Item[], isKept: (item: Item) => boolean): readonly Item[] {
  let first = 0;
  while (first < items.length && isKept(items[first])) first++;
  if (first === items.length) return items;
  const rest = items.slice(0, first);
  for (let index = first + 1; index < items.length; index++) if (isKept(items[index])) rest.push(items[index]);
  return rest;
}
