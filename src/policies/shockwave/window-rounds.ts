import type { Cycle, Policy, PolicySetup, WhatIf } from '../../policy.ts';
import { SECOND } from '../../units.ts';
import { RoundJobs } from '../gavel/round-jobs.ts';
import { AlikeGpus } from './alike-gpus.ts';
import { arrange } from './arrange.ts';
import { FinishGoals } from './finish-goals.ts';
import { countRounds, equalShare } from './window-program.ts';
import type { Window, WindowJob } from './window-program.ts';

/** Who runs in the rounds to come [rows]. */
interface Plan {
  readonly rounds: readonly (readonly number[])[];
  /** Who may have what is left of a round, in this order. */
  readonly spare: readonly number[];
}

/**
 * Keeps a plan of the next rounds, and makes it anew when jobs have come or gone, and every so often. Source:
 * uw-mad-dash/shockwave, scheduler/shockwave.py (`round_schedule`, `construct_schedules`), and scheduler/scheduler.py
 * (`_update_shockwave_scheduler`).
 */
export class WindowRounds implements Policy {
  readonly #setup: PolicySetup;
  readonly #work: ArrayLike<number>;
  readonly #gpus: AlikeGpus;
  readonly #active: RoundJobs;
  readonly #goals = new FinishGoals();
  #plan: Plan = { rounds: [], spare: [] };
  /** Of the plan, the next round [index]. */
  #next = 0;
  /** Rounds since the plan was last made anew though nobody had come or gone [count]. */
  #age = 0;
  #isStale = true;
  #end = -Infinity;
  /** Who is to run in this round but has not been started yet. */
  #late: number[] = [];

  /** With how long jobs run in all [ms]. */
  constructor(setup: PolicySetup, work: ArrayLike<number>) {
    this.#setup = setup;
    this.#work = work;
    this.#gpus = new AlikeGpus(setup.jobs, setup.cluster);
    this.#active = new RoundJobs(this.#gpus);
  }

  schedule(cycle: Cycle): void {
    if (this.#gpus.update(cycle.changed)) this.#isStale = true;
    this.#active.update(cycle);
    for (const job of this.#active.withoutGpus(cycle)) if (cycle.free.fits(job)) cycle.start(job);
    if (cycle.now < this.#end && this.#active.anyRuns) return this.#startLate(cycle);
    if (this.#active.isEmpty) return;
    this.#settle(cycle.now);
    this.#begin(cycle, this.#roundAt(cycle));
  }

  /** Who has come and gone: all that are there have another share of the cluster then. */
  #settle(now: number): void {
    const { joined, left } = this.#active.settle(now);
    for (const job of left) this.#goals.forget(job);
    if (joined.length + left.length === 0) return;
    this.#isStale = true;
    const jobs = this.#active.able();
    const share = equalShare(this.#gpus.workers[0], jobs.length);
    for (const job of jobs) this.#goals.guess(job, now, this.#setup.jobs.submit[job] + this.#totalOf(job) / share);
  }

  /** Who is to run now, and who may have what is left [rows]. */
  #roundAt(cycle: Cycle): { planned: readonly number[]; spare: readonly number[] } {
    const isDue = this.#age >= Number(this.#setup.parameters.resolve);
    if (isDue) this.#age = 0;
    this.#age++;
    if (isDue || this.#isStale || this.#next >= this.#plan.rounds.length) {
      this.#plan = this.#makePlan(cycle);
      this.#next = 0;
      this.#isStale = false;
    }
    return { planned: this.#plan.rounds[this.#next++], spare: this.#plan.spare };
  }

  #makePlan(cycle: Cycle): Plan {
    const jobs = this.#active
      .able()
      .filter((job) => cycle.pending.has(job) || this.#active.isRunning(job))
      .map((job) => this.#windowJob(job, cycle.now));
    const window = this.#windowOf(jobs, cycle.now);
    const arrangement = jobs.length === 0 ? [] : arrange(window, countRounds(window));
    const rest = ({ total, done }: WindowJob) => total - done;
    return {
      rounds: Array.from({ length: window.rounds }, (_, at) => [...(arrangement[at] ?? [])].map((index) => jobs[index].job)),
      spare: [...jobs].sort((one, other) => rest(other) - rest(one)).map(({ job }) => job),
    };
  }

  #windowJob(job: number, now: number): WindowJob {
    const [width, total, done] = [this.#gpus.widthOf(job), this.#totalOf(job), this.#active.workedBy(job)];
    return { job, width, total, done, goal: this.#goals.of(job, now) };
  }

  #windowOf(jobs: readonly WindowJob[], now: number): Window {
    const { parameters } = this.#setup;
    return {
      now: now,
      jobs,
      gpus: this.#gpus.workers[0],
      rounds: Number(parameters.rounds),
      round: Number(parameters.round),
      makespanWeight: Number(parameters['makespan-weight']),
      mostUnfair: Number(parameters['most-unfair']),
      urgency: Number(parameters.urgency),
      gap: Number(parameters.gap),
    };
  }

  /** A job that has run for longer has a second left, as there; one that never ends has a window left. */
  #totalOf(job: number): number {
    const { rounds, round } = this.#setup.parameters;
    const done = this.#active.workedBy(job);
    const total = this.#work[job];
    return total < Infinity ? Math.max(total, done + SECOND) : done + Number(rounds) * Number(round);
  }

  #begin(cycle: Cycle, { planned, spare }: { planned: readonly number[]; spare: readonly number[] }): void {
    const picked = this.#pick(cycle, planned, spare);
    for (const job of this.#active.running()) {
      if (cycle.running.mayPreempt(job) && !picked.has(job)) this.#active.stop(cycle, job);
    }
    this.#late = [...picked].filter((job) => !this.#active.isRunning(job));
    this.#startLate(cycle);
    this.#end = cycle.now + Number(this.#setup.parameters.round);
    if (picked.size > 0) cycle.wakeAt(this.#end);
  }

  /** Those of the plan, the widest first, and then others, as far as they would fit if nobody held anything. */
  #pick(cycle: Cycle, planned: readonly number[], spare: readonly number[]): Set<number> {
    const room = emptied(cycle, this.#nodes);
    const picked = new Set<number>();
    const widest = (one: number, other: number) => this.#gpus.widthOf(other) - this.#gpus.widthOf(one);
    for (const job of [...[...planned].sort(widest), ...spare]) {
      if (picked.has(job) || !(cycle.pending.has(job) || this.#active.isRunning(job)) || !room.fits(job)) continue;
      room.take(job);
      picked.add(job);
    }
    return picked;
  }

  /** Starts those of this round for whom there was no room while others were stopping. */
  #startLate(cycle: Cycle): void {
    if (this.#late.length === 0) return;
    const room = cycle.free.copy(this.#nodes);
    this.#late = this.#late.filter((job) => {
      if (!cycle.pending.has(job)) return false;
      if (!cycle.free.fits(job, room)) {
        cycle.explain(job, 'its round has come, but there is no room for it yet');
        return true;
      }
      this.#active.start(cycle, job, 0, room);
      return false;
    });
  }

  get #nodes(): ReadonlySet<number> {
    return this.#gpus.types[0].nodes;
  }
}

/** What would be free on these nodes if nobody held anything. */
function emptied({ free, running }: Cycle, nodes: ReadonlySet<number>): WhatIf {
  const room = free.copy();
  for (let job = running.first(); job >= 0; job = running.after(job)) room.give(job);
  return room.copy(nodes);
}
