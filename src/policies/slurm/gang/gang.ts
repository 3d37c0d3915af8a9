/**
 * Jobs that take turns: those of lower partitions give way to those above them, and those of one partition that share their
 * processors change every SchedulerTimeSlice. Source: Slurm 22.05, src/slurmctld/gang.c.
 * Departs from it in that a job which has to wait for its first turn starts with it; Slurm says that it has started, and
 * suspends it at once.
 */
import type { Cycle } from '../../../policy.ts';
import { overlaps } from '../node-set.ts';
import type { PlanClock } from '../plan-clock.ts';
import type { Allocation, Running } from '../running.ts';
import type { Share } from '../share.ts';
import { shareCores } from '../sharing/core-rows.ts';

export interface GangSettings {
  /** Tier of each partition. */
  readonly tiers: readonly number[];
  readonly running: Running;
  readonly clock: PlanClock;
  /** SchedulerTimeSlice [ms] */
  readonly timeSlice: number;
}

export class Gang {
  readonly #settings: GangSettings;
  /** Jobs of each partition, in the order of their turns. */
  readonly #lists: number[][];
  /** Partitions, the highest first. */
  readonly #order: readonly number[];
  readonly #active = new Set<number>();
  /** Jobs that have had no turn yet: the run does not know that they have been admitted. */
  readonly #unplaced = new Set<number>();
  /** When jobs were suspended [Unix ms]. */
  readonly #since = new Map<number, number>();
  /** Jobs that were suspended in the last cycle: the run will say that they have given back what they held, and wait. */
  readonly #echoes = new Set<number>();
  #nextSlice: number;

  constructor(settings: GangSettings) {
    const { tiers, timeSlice } = settings;
    this.#settings = settings;
    this.#lists = tiers.map(() => []);
    this.#order = tiers.map((_, partition) => partition).sort((a, b) => tiers[b] - tiers[a] || a - b);
    this.#nextSlice = timeSlice;
  }

  /** Whether the job waits for its turn. */
  isWaiting(job: number): boolean {
    return this.#since.has(job) || this.#unplaced.has(job);
  }

  /** Whether what the run says of the job is that it was suspended. */
  isEcho(job: number): boolean {
    return this.#echoes.has(job);
  }

  /** All that the run had to say has been heard. */
  clearEchoes(): void {
    this.#echoes.clear();
  }

  /** The job has been given nodes; whether it may use them now is decided here. */
  admit(cycle: Cycle, { job, partition }: Allocation): void {
    this.#lists[partition].push(job);
    this.#unplaced.add(job);
    // Until its turn has come, it has its memory only.
    this.#deactivate(job);
    this.update(cycle);
  }

  forget({ job, partition }: Allocation): void {
    this.#lists[partition] = this.#lists[partition].filter((other) => other !== job);
    this.#active.delete(job);
  }

  /** Jobs whose turn it is go on as long as nobody above them wants their processors; what is left goes to others. */
  update(cycle: Cycle): void {
    this.#settle(cycle, new Set(this.#active));
  }

  /** When the slice is over, jobs whose turn it was go to the end of their list, if others wait in it. */
  slice(cycle: Cycle): void {
    const { timeSlice } = this.#settings;
    if (cycle.now < this.#nextSlice) return;
    this.#nextSlice = (Math.floor(cycle.now / timeSlice) + 1) * timeSlice;
    const claims = new Set(this.#active);
    this.#lists.forEach((list, partition) => {
      const waiting = list.filter((job) => !this.#active.has(job));
      if (waiting.length === 0) return;
      const had = list.filter((job) => this.#active.has(job));
      this.#lists[partition] = [...waiting, ...had];
      for (const job of had) claims.delete(job);
    });
    this.#settle(cycle, claims);
  }

  /** When turns change next [ms]; Infinity if nobody waits. */
  get next(): number {
    return this.#since.size + this.#unplaced.size > 0 ? this.#nextSlice : Infinity;
  }

  /** `claims`: jobs that may go on before others of their partition. */
  #settle(cycle: Cycle, claims: ReadonlySet<number>): void {
    const active = new Map<number, Allocation>();
    for (const partition of this.#order) {
      const list = this.#lists[partition];
      for (const job of [...list.filter((one) => claims.has(one)), ...list.filter((one) => !claims.has(one))]) {
        const allocation = this.#settings.running.of(job);
        if (allocation === undefined) continue;
        if (this.#mayRun(allocation, active.values())) active.set(job, allocation);
      }
    }
    for (const job of [...this.#active]) if (!active.has(job)) this.#suspend(cycle, job);
    for (const job of active.keys()) if (!this.#active.has(job)) this.#resume(cycle, job);
  }

  #mayRun(allocation: Allocation, active: Iterable<Allocation>): boolean {
    const { nodes, job } = allocation;
    // What is being cleaned cannot be had by one that does not run already.
    if (!this.#active.has(job) && overlaps(nodes, this.#settings.running.completing)) return false;
    for (const other of active) if (shareCores(allocation, other)) return false;
    return true;
  }

  #suspend(cycle: Cycle, job: number): void {
    this.#since.set(job, this.#settings.clock.unix);
    this.#deactivate(job);
    this.#echoes.add(job);
    cycle.preempt(job, { how: 'suspend' });
  }

  #deactivate(job: number): void {
    const { running } = this.#settings;
    const allocation = running.of(job);
    this.#active.delete(job);
    if (allocation === undefined) return;
    running.books.give(allocation.shares, allocation.whole);
    running.books.take(memoryOf(allocation.shares), false);
  }

  #resume(cycle: Cycle, job: number): void {
    const { running, clock } = this.#settings;
    const allocation = running.of(job);
    if (allocation === undefined) return;
    this.#active.add(job);
    running.books.give(memoryOf(allocation.shares), false);
    running.books.take(allocation.shares, allocation.whole);
    if (this.#unplaced.delete(job)) {
      for (const { node, group, tasks } of allocation.shares) cycle.place(job, group, node, tasks);
      return;
    }
    // The time for which it was suspended does not count.
    running.extend(job, clock.unix - (this.#since.get(job) ?? clock.unix));
    this.#since.delete(job);
    cycle.start(job);
  }
}

/** What a suspended job keeps. */
function memoryOf(shares: readonly Share[]): Share[] {
  return shares.map((share) => ({ ...share, tasks: 0, held: { ...share.held, units: 0 } }));
}
