import { createHash } from 'node:crypto';
import { usageError, didYouMean } from '../errors.ts';
import { Rejections } from '../engine/rejections.ts';
import { COMPLETED, REJECTED } from '../schedule.ts';
import type { Rejection } from '../schedule.ts';
import { nameOf } from '../workload.ts';
import type { Costs, SimulationOptions } from '../engine/simulate.ts';
import { Agenda } from './agenda.ts';
import { Arrivals } from './arrivals.ts';
import { Assembly } from './assembly.ts';
import { Audit } from './audit.ts';
import { JobBook } from './job-book.ts';
import { Lives } from './lives.ts';
import { Machine } from './machine.ts';
import type { Parts, Site } from './site.ts';
import { Stages } from './stages.ts';
import type { System } from './system.ts';
import type { SystemWorkload } from './system-workload.ts';
import { Waterfall } from './waterfall.ts';
import type { Level } from './waterfall.ts';

export interface SystemOptions {
  /** 1 if absent. */
  readonly seed?: number | string;
  /** Nothing after this is simulated [ms]. */
  readonly until?: number;
  /** Whether jobs wait for each other, and what moves their submission: as of `SimulationOptions`; `ignore` if absent. */
  readonly dependencies?: SimulationOptions['dependencies'];
  /** What becomes of work whose nodes fail, where its manager would have it run again; `requeue` if absent. */
  readonly onNodeFailure?: 'requeue' | 'fail';
  /** Work that loses its nodes by failures more often than this is failed; 100 if absent. */
  readonly maxRestarts?: number;
  /** What managers that own nodes spend on whatever they start there, beside the figures of the system. */
  readonly costs?: Costs;
  /** Check all books at every instant (slow). */
  readonly audit?: boolean;
}

/** What came of a run. */
export interface SystemRun {
  readonly jobs: JobBook;
  /** Why jobs were rejected, and by which manager, the most frequent reason first. */
  readonly rejections: readonly Rejection[];
  readonly levels: readonly Level[];
  readonly waterfall: Waterfall;
  /** Nodes of standing leases that were taken away [count]. */
  readonly carrierPreemptions: number;
  /** Carriers that could not be made anew, since too many were used up [count]. */
  readonly carriersUnmade: number;
  /** Time for which work went on on nodes that were given to others already [millicore-ms]. */
  readonly hazard: number;
  /** When the run was over [ms]. */
  readonly until: number;
  /** Processors of all owners that were there, from each of these times on [ms, count]. */
  readonly capacity: { readonly time: readonly number[]; readonly value: readonly number[] };
  /** Nothing moved any more though jobs were left. */
  readonly stoodStill: boolean;
  /** Jobs that held something at the end: where nothing moved any more, they waited for each other [count]. */
  readonly holding: number;
  readonly events: number;
  /** SHA-256 of what became of all jobs and nodes. */
  readonly digest: string;
}

/** Cycles of one instant after which managers only chase each other. */
const MOST_ROUNDS = 10_000;
/** Instants without any decision, while nothing but timers lies ahead, after which nothing will happen any more. */
const PATIENCE = 20_000;

/** Runs a workload through a system in virtual time. Same inputs, same result, always. */
export function simulateSystem(system: System, workload: SystemWorkload, parts: Parts, options: SystemOptions = {}): SystemRun {
  return new SystemSimulation(system, workload, parts, options).run();
}

class SystemSimulation {
  readonly #agenda = new Agenda();
  readonly #options: SystemOptions;
  readonly #assembly: Assembly;
  readonly #waterfall: Waterfall;
  readonly #book: JobBook;
  readonly #machine: Machine;
  /** Managers at work, in the order in which they opened. */
  #open: Site[] = [];
  readonly #audit: Audit | undefined;
  /** Of each job that a manager has turned away, why. */
  readonly #refused = new Map<number, string>();
  #hazard = 0;

  constructor(system: System, workload: SystemWorkload, parts: Parts, options: SystemOptions) {
    const { seed = 1, costs = {}, onNodeFailure = 'requeue', maxRestarts = 100 } = options;
    const { jobs, disturbances = [] } = workload;
    const agenda = this.#agenda;
    this.#options = options;
    this.#audit = options.audit === true ? new Audit() : undefined;
    this.#waterfall = new Waterfall(system.managers, jobs.count);
    const steps = Int32Array.from({ length: jobs.count }, (_, job) => workload.steps?.[job] ?? 1);
    this.#book = new JobBook(jobs.submit, steps, {
      began: (job) => arrivals.began(job),
      over: (job, state) => arrivals.over(job, state === COMPLETED),
    });
    const stages = new Stages(seed);
    const hazard = (millicores: number, time: number) => (this.#hazard += millicores * time);
    const shop = { agenda, stages, hazard };
    const isAlone = system.managers.length === 1;
    const opened = (site: Site) => void this.#open.push(site);
    const setting = { agenda, parts, seed, isAlone, costs, onNodeFailure, maxRestarts, opened };
    this.#assembly = new Assembly(system, setting, shop, (site) => this.#close(site));
    const lives = new Lives(workload, this.#book, shop);
    for (let job = 0; job < jobs.count; job++)
      lives.plan(job, this.#entryOf(system, nameOf(jobs.queue, job)), this.#assembly, system);
    this.#assembly.open();
    const arrivals = new Arrivals(jobs, options.dependencies, agenda, lives);
    this.#machine = new Machine(this.#assembly.sites, seed, agenda);
    for (const disturbance of disturbances) this.#machine.disturb(disturbance);
    this.#audit?.instant(this.#open, 0);
  }

  #entryOf({ entry, name }: System, queue: string | undefined): string {
    const manager = (queue === undefined ? undefined : entry.get(queue)) ?? entry.get('default');
    if (manager !== undefined) return manager;
    const hint = didYouMean(queue ?? '', entry.keys());
    throw usageError(`no manager takes jobs of the queue "${queue ?? ''}"`, `system ${name}, entry`, hint);
  }

  run(): SystemRun {
    const { until = Infinity } = this.#options;
    let idle = 0;
    // What goes on when all users are gone is paid for, too: releases, and work that nobody waits for.
    while (this.#isMoreToCome() && this.#agenda.nextTime <= until) {
      const decisions = this.#decisions();
      this.#instant();
      const moves = this.#agenda.ahead > 0 || this.#machine.isMoreToCome || this.#decisions() !== decisions;
      idle = moves ? 0 : idle + 1;
      if (idle >= PATIENCE || (idle > 0 && this.#isInVain())) break;
    }
    const left = this.#book.done < this.#book.count;
    if (left && until < Infinity && this.#agenda.nextTime > until) this.#agenda.now = until;
    return this.#finish(left && (idle > 0 || this.#agenda.nextTime === Infinity));
  }

  /** With all nodes up and no timer there is nothing left that could help: failures only take nodes away. */
  #isInVain(): boolean {
    // Figures of a run up to a time count what fails until then.
    const { until = Infinity } = this.#options;
    return until === Infinity && this.#machine.allUp && this.#agenda.timers === 0;
  }

  #isMoreToCome(): boolean {
    const { nextTime, ahead } = this.#agenda;
    return nextTime < Infinity && (this.#book.done < this.#book.count || ahead > 0);
  }

  /** Everything of one instant happens, then each manager that has news decides; until nothing is left to do. */
  #instant(): void {
    const agenda = this.#agenda;
    const now = agenda.nextTime;
    for (let round = 0; ; round++) {
      if (round > MOST_ROUNDS) throw new Error(`at ${now} ms the managers answered each other ${MOST_ROUNDS} times`);
      while (agenda.nextTime === now) agenda.step();
      for (const { manager } of this.#open) manager.tidy();
      if (agenda.nextTime === now) continue;
      for (const { manager } of this.#open) if (manager.hasNews) manager.cycle();
      if (agenda.nextTime !== now) break;
    }
    this.#audit?.instant(this.#open, now);
  }

  #decisions(): number {
    return this.#open.reduce((sum, { manager }) => sum + manager.core.decisions, 0);
  }

  #close(site: Site): void {
    this.#account(site);
    this.#open = this.#open.filter((other) => other !== site);
  }

  #account(site: Site): void {
    this.#waterfall.add(site);
    for (const { job: row, reason } of site.manager.core.rejections.each())
      if (site.jobs[row] >= 0) this.#refused.set(site.jobs[row], `${site.spec.name}: ${reason}`);
  }

  /** Of the jobs that came to nothing: others may have found room elsewhere. */
  #rejections(): Rejection[] {
    const counted = new Rejections();
    for (const [job, reason] of this.#refused) if (this.#book.state[job] === REJECTED) counted.add(job, reason);
    return counted.counted();
  }

  #finish(stoodStill: boolean): SystemRun {
    for (const site of this.#open) this.#account(site);
    const levels = this.#waterfall.levels();
    this.#audit?.finish(levels, this.#agenda.now);
    const { standing } = this.#assembly;
    return {
      jobs: this.#book,
      rejections: this.#rejections(),
      levels,
      waterfall: this.#waterfall,
      carrierPreemptions: standing.reduce((sum, lease) => sum + lease.preemptions, 0),
      carriersUnmade: standing.reduce((sum, lease) => sum + lease.unmade, 0),
      hazard: this.#hazard,
      until: this.#agenda.now,
      capacity: this.#machine.capacity,
      stoodStill,
      holding: holdingAt(this.#open).size,
      events: this.#agenda.executed,
      digest: digestOf(this.#book, levels),
    };
  }
}

/** Jobs that hold something of a manager. */
function holdingAt(sites: readonly Site[]): Set<number> {
  const holding = new Set<number>();
  for (const { jobs, manager } of sites) {
    for (let row = 0; row < manager.rows; row++) if (jobs[row] >= 0 && manager.meter.heldBy(row) > 0) holding.add(jobs[row]);
  }
  return holding;
}

/** One NaN whatever the machine, and little-endian. */
function digestOf({ start, end, seen, state, restarts, duplicates, orphans }: JobBook, levels: readonly Level[]): string {
  const hash = createHash('sha256').update('yardmaster system 1\n');
  const add = (numbers: Iterable<number>) => {
    const values = [...numbers];
    const bytes = new DataView(new ArrayBuffer(8 * values.length));
    values.forEach((value, index) => bytes.setFloat64(8 * index, Number.isNaN(value) ? -1 : value + 0, true));
    hash.update(new Uint8Array(bytes.buffer));
  };
  for (const column of [start, end, seen, state, restarts, duplicates, orphans]) add(column);
  for (const { offered, purposes } of levels) add([offered, ...purposes]);
  return hash.digest('hex');
}
