import type { Cycle, Policy, PolicySetup, WhatIf } from '../../policy.ts';
import type { Random } from '../../random.ts';
import type { Allocate, Shareholders } from './allocation.ts';
import { GpuTypes } from './gpu-types.ts';
import { RoundJobs } from './round-jobs.ts';
import { TimeReceived } from './time-received.ts';

/** How time is shared out, and what of it the rounds must know. */
export interface Sharing {
  readonly allocate: Allocate;
  /** In which order types are filled. Gavel shuffles them where it does not look at speeds. */
  readonly order: 'as they are' | 'shuffled';
  /** True if jobs without a share wait though there is room. */
  readonly onlySharers?: boolean;
  /** How long a job runs in all, where that is known [ms]. */
  work?(job: number): number;
}

/** Keeps shares of time by rounds. Source: stanford-futuredata/gavel, scheduler/scheduler.py (`simulate`, `_schedule_jobs_on_workers`). */
export class Rounds implements Policy {
  readonly #setup: PolicySetup;
  readonly #sharing: Sharing;
  readonly #round: number;
  readonly #gpus: GpuTypes;
  readonly #received: TimeReceived;
  readonly #active: RoundJobs;
  /** When the round ends that is going on [ms]. */
  #end = -Infinity;
  #lastReset = -Infinity;
  /** Jobs have come or gone since shares were made. */
  #isStale = true;
  /** Who is to run in this round but has not been started yet, by type. */
  #late: number[][] = [];

  constructor(setup: PolicySetup, sharing: Sharing) {
    this.#setup = setup;
    this.#sharing = sharing;
    this.#round = Number(setup.parameters.round);
    this.#gpus = new GpuTypes(setup.jobs, setup.cluster);
    this.#received = new TimeReceived(this.#round, this.#gpus.types.length);
    this.#active = new RoundJobs(this.#gpus);
  }

  schedule(cycle: Cycle): void {
    if (this.#gpus.update(cycle.changed)) this.#lastReset = -Infinity;
    this.#active.update(cycle);
    this.#startThoseWithoutGpus(cycle);
    const isOver = cycle.now >= this.#end || !this.#active.anyRuns;
    if (!isOver) return this.#startLate(cycle);
    if (this.#active.isEmpty) return;
    this.#settle(cycle.now);
    if ((this.#isStale || this.#lastReset === -Infinity) && this.#mayShare(cycle.now)) this.#share(cycle.now);
    this.#begin(cycle);
  }

  /** Who has come and gone, and what was received in the round that is over. */
  #settle(now: number): void {
    const { runs, joined, left } = this.#active.settle(now);
    for (const { job, type, time } of runs) this.#received.ran(job, type, time);
    for (const job of left) this.#received.remove(job);
    for (const job of joined) this.#received.add(job);
    if (joined.length + left.length > 0) this.#isStale = true;
  }

  /** As there, shares that were made at time 0 are made anew as soon as they are stale. Nor is there any waiting if nobody runs. */
  #mayShare(now: number): boolean {
    return this.#lastReset <= 0 || !this.#active.anyRuns || now - this.#lastReset >= Number(this.#setup.parameters.reallocate);
  }

  #share(now: number): void {
    this.#received.reset(this.#lastReset === -Infinity ? 0 : now - this.#lastReset);
    const holders = this.#active.able().filter((job) => this.#mayRunNow(job));
    if (holders.length > 0) this.#received.setShares(holders, this.#sharing.allocate(this.#stateOf(holders, now)));
    this.#lastReset = now;
    this.#isStale = false;
  }

  #mayRunNow(job: number): boolean {
    return this.#active.speedsOf(job).some((speed, type) => speed > 0 && this.#gpus.workers[type] > 0);
  }

  #stateOf(jobs: readonly number[], now: number): Shareholders {
    const { parameters, jobs: requests } = this.#setup;
    const { work = () => Infinity } = this.#sharing;
    const weigh = parameters.weights === 'priority' ? requests.priority : undefined;
    return {
      jobs,
      widths: jobs.map((job) => this.#gpus.widthOf(job)),
      speeds: jobs.map((job) => this.#active.speedsOf(job)),
      weights: jobs.map((job) => (weigh !== undefined && weigh[job] > 0 ? weigh[job] : 1)),
      ages: jobs.map((job) => now - requests.submit[job]),
      left: jobs.map((job) => Math.max(1, work(job) - this.#active.workedBy(job))),
      workers: this.#gpus.workers,
    };
  }

  #begin(cycle: Cycle): void {
    const picked = this.#pick(cycle);
    const typeOf = new Map(picked.flatMap((jobs, type) => jobs.map((job) => [job, type] as const)));
    for (const job of this.#active.running()) {
      if (cycle.running.mayPreempt(job) && typeOf.get(job) !== this.#active.typeOf(job)) this.#active.stop(cycle, job);
    }
    const widest = (a: number, b: number) => this.#gpus.widthOf(b) - this.#gpus.widthOf(a);
    this.#late = picked.map((jobs) => jobs.filter((job) => !this.#active.isRunning(job)).sort(widest));
    this.#startLate(cycle);
    this.#end = cycle.now + this.#round;
    if (typeOf.size > 0) cycle.wakeAt(this.#end);
  }

  /** For each type the jobs that are to run there, as far as they would fit if nobody held anything. */
  #pick(cycle: Cycle): number[][] {
    const picked: number[][] = this.#gpus.types.map(() => []);
    const taken = new Set<number>();
    const empty = emptied(cycle);
    for (const type of this.#inOrder(this.#setup.random)) {
      const room = empty.copy(this.#gpus.types[type].nodes);
      for (const { job, priority } of this.#received.order(type)) {
        if (taken.has(job) || this.#active.speedsOf(job)[type] === 0) continue;
        if (this.#sharing.onlySharers === true && priority <= 0) continue;
        if (!cycle.pending.has(job) && !this.#active.isRunning(job)) continue;
        if (!room.fits(job)) continue;
        room.take(job);
        taken.add(job);
        // As there, one that has come since shares were made takes its place, and does nothing in it.
        if (this.#received.hasShare(job)) picked[type].push(job);
      }
    }
    return picked;
  }

  #inOrder(random: Random): number[] {
    const order = this.#gpus.types.map((_, type) => type);
    if (this.#sharing.order === 'as they are') return order;
    for (let last = order.length - 1; last > 0; last--) {
      const other = random.integer(last + 1);
      [order[last], order[other]] = [order[other], order[last]];
    }
    return order;
  }

  /** Starts those of this round for whom there was no room while others were stopping, the widest of each type first. */
  #startLate(cycle: Cycle): void {
    this.#late.forEach((jobs, type) => {
      if (jobs.length === 0) return;
      const room = cycle.free.copy(this.#gpus.types[type].nodes);
      this.#late[type] = jobs.filter((job) => !this.#startWithin(cycle, job, room, type));
    });
  }

  #startWithin(cycle: Cycle, job: number, room: WhatIf, type: number): boolean {
    if (!cycle.pending.has(job)) return false;
    if (!cycle.free.fits(job, room)) {
      cycle.explain(job, 'its turn has come, but there is no room for it yet');
      return false;
    }
    this.#active.start(cycle, job, type, room);
    return true;
  }

  /** Nobody shares out what they need. */
  #startThoseWithoutGpus(cycle: Cycle): void {
    for (const job of this.#active.withoutGpus(cycle)) if (cycle.free.fits(job)) cycle.start(job);
  }
}

/** What would be free if nobody held anything. */
function emptied({ free, running }: Cycle): WhatIf {
  const room = free.copy();
  for (let job = running.first(); job >= 0; job = running.after(job)) room.give(job);
  return room;
}
