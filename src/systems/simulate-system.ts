import { createHash } from 'node:crypto';
import { usageError, didYouMean } from '../errors.ts';
import { Rejections } from '../engine/rejections.ts';
import { REJECTED } from '../schedule.ts';
import type { Rejection } from '../schedule.ts';
import { nameOf } from '../workload.ts';
import { Agenda, NODES } from './agenda.ts';
import { Assembly } from './assembly.ts';
import { Audit } from './audit.ts';
import { JobBook } from './job-book.ts';
import { Lives } from './lives.ts';
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
  /** Managers at work, in the order in which they opened. */
  #open: Site[] = [];
  readonly #audit: Audit | undefined;
  /** Of each job that a manager has turned away, why. */
  readonly #refused = new Map<number, string>();
  #hazard = 0;

  constructor(system: System, workload: SystemWorkload, parts: Parts, options: SystemOptions) {
    const { seed = 1 } = options;
    const { jobs } = workload;
    const agenda = this.#agenda;
    this.#options = options;
    this.#audit = options.audit === true ? new Audit() : undefined;
    this.#waterfall = new Waterfall(system.managers, jobs.count);
    this.#book = new JobBook(Int32Array.from({ length: jobs.count }, (_, job) => workload.steps?.[job] ?? 1));
    const stages = new Stages(seed);
    const hazard = (millicores: number, time: number) => (this.#hazard += millicores * time);
    const shop = { agenda, stages, hazard };
    const isAlone = system.managers.length === 1;
    const setting = { agenda, parts, seed, isAlone, opened: (site: Site) => void this.#open.push(site) };
    this.#assembly = new Assembly(system, setting, shop, (site) => this.#close(site));
    const lives = new Lives(workload, this.#book, shop);
    for (let job = 0; job < jobs.count; job++)
      lives.plan(job, this.#entryOf(system, nameOf(jobs.queue, job)), this.#assembly, system);
    this.#assembly.open();
    this.#disturb(workload);
    this.#audit?.instant(this.#open, 0);
  }

  #entryOf({ entry, name }: System, queue: string | undefined): string {
    const manager = (queue === undefined ? undefined : entry.get(queue)) ?? entry.get('default');
    if (manager !== undefined) return manager;
    const hint = didYouMean(queue ?? '', entry.keys());
    throw usageError(`no manager takes jobs of the queue "${queue ?? ''}"`, `system ${name}, entry`, hint);
  }

  #disturb({ disturbances = [] }: SystemWorkload): void {
    for (const { manager: name, node, at, until, how } of disturbances) {
      const site = this.#assembly.sites.get(name);
      if (site === undefined) throw new Error(`manager ${name} has no nodes that could be disturbed`);
      this.#agenda.at(at, NODES, () => site.manager.takeNode(node, how === 'drain'));
      this.#agenda.at(until, NODES, () => site.manager.nodeUp(node));
    }
  }

  run(): SystemRun {
    const { until = Infinity } = this.#options;
    let idle = 0;
    // What goes on when all users are gone is paid for, too: releases, and work that nobody waits for.
    while (this.#isMoreToCome() && this.#agenda.nextTime <= until) {
      const decisions = this.#decisions();
      this.#instant();
      const moves = this.#agenda.ahead > 0 || this.#decisions() !== decisions;
      idle = moves ? 0 : idle + 1;
      if (idle >= PATIENCE) break;
    }
    const left = this.#book.done < this.#book.count;
    if (left && until < Infinity && this.#agenda.nextTime > until) this.#agenda.now = until;
    return this.#finish(left && (idle > 0 || this.#agenda.nextTime === Infinity));
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
