/** The controller's two schedulers and their timers, as a policy. */
import type { Cycle, Policy } from '../../policy.ts';
import { BackfillCycle } from './backfill.ts';
import { mainPass } from './main-pass.ts';
import { BackfillTimer, PassTimer } from './scheduler-timers.ts';
import type { TimerPhases } from './scheduler-timers.ts';
import { Scheduling } from './scheduling.ts';
import type { Ends, SchedulingSetup, Yielding } from './scheduling-setup.ts';
import { StandingCycle } from './standing-cycle.ts';
import { StandingPlans } from './standing-plans.ts';

/** The backfill thread looks again so much later [ms]. */
const RETRY = 1000;

export interface SlurmSchedulerSetup extends SchedulingSetup {
  readonly backfills: boolean;
  readonly phases: TimerPhases;
  /** Nodes run an epilog: a pass follows its end at once, instead of being asked for. */
  readonly epilog: boolean;
  /** How long backfill takes for one job [ms]. */
  readonly testTime: number;
  /** How often limits are looked at [ms]; absent: they are kept exactly. */
  readonly killScan?: number;
}

/** A backfill cycle that is at work, or asleep. */
interface Paused {
  readonly cycle: BackfillCycle;
  readonly steps: Generator<Yielding, void, void>;
  /** When it goes on; Infinity = it is over, and only its locks are still held [ms]. */
  readonly until: number;
}

export class SlurmScheduler implements Policy {
  readonly killScan?: number;
  readonly limitOf?: (job: number) => number;
  readonly #scheduling: Scheduling;
  readonly #setup: SlurmSchedulerSetup;
  readonly #passes: PassTimer;
  readonly #backfill: BackfillTimer;
  readonly #plans = new StandingPlans();
  readonly #standing: StandingCycle;
  #paused: Paused | undefined;
  /** Backfill holds the locks until then: nobody else may start anything [ms]. */
  #lockedUntil = 0;
  #wasIdle = true;
  /** Nodes came back meanwhile. */
  #missedEnds: Ends = 'none';

  constructor(setup: SlurmSchedulerSetup) {
    const { parameters, phases, killScan } = setup;
    this.#setup = setup;
    this.#scheduling = new Scheduling(setup);
    this.#standing = new StandingCycle(this.#scheduling);
    this.#passes = new PassTimer(parameters.main, phases);
    this.#backfill = new BackfillTimer(parameters.backfill.interval, this.#scheduling.clock, phases);
    if (killScan === undefined) return;
    this.killScan = killScan;
    this.limitOf = (job) => this.#scheduling.partitions.endureOf(job);
  }

  schedule(cycle: Cycle): void {
    const { now, changed } = cycle;
    const ends = this.#scheduling.absorb(cycle);
    if (ends !== 'none' && this.#missedEnds !== 'stopped') this.#missedEnds = ends;
    this.#scheduling.preemption?.stops.scan(cycle);
    this.#scheduling.earlyEnds.scan(cycle);
    this.#scheduling.gang?.slice(cycle);
    if (this.#scheduling.reservations?.advance() === true) {
      this.#scheduling.touch();
      this.#passes.ask(now);
    }
    if (this.#wasIdle) this.#passes.skip(now);
    if (changed.submitted.length > 0 || changed.turns.some(({ up }) => up)) this.#passes.ask(now);
    if (now < this.#lockedUntil) return cycle.wakeAt(this.#lockedUntil);
    this.#passIfDue(cycle);
    if (this.#setup.backfills) this.#backfillIfDue(cycle);
    this.#wasIdle = cycle.pending.size === 0;
    this.#sleep(cycle);
  }

  #passIfDue(cycle: Cycle): void {
    const ends = this.#missedEnds;
    if (ends !== 'none') {
      this.#missedEnds = 'none';
      if ((this.#setup.epilog || ends === 'stopped') && !this.#setup.parameters.main.defer) this.#passes.urge(cycle.now);
      else this.#passes.ask(cycle.now);
    }
    if (this.#passes.takeUrgent(cycle.now)) mainPass(this.#scheduling, cycle, false);
    if (cycle.pending.size === 0) return;
    const due = this.#passes.take(cycle.now);
    if (due !== undefined) mainPass(this.#scheduling, cycle, due === 'full');
  }

  #backfillIfDue(cycle: Cycle): void {
    if (this.#paused !== undefined) {
      if (this.#paused.until > cycle.now) return;
      this.#paused.cycle.resume(cycle);
      return this.#advance(this.#paused.cycle, this.#paused.steps, cycle.now);
    }
    if (!this.#backfill.hasWork(this.#scheduling.lastUpdate) || this.#backfill.next(cycle.now) > cycle.now) return;
    if (this.#scheduling.awaited().length > 0) return cycle.wakeAt(cycle.now + RETRY);
    const queue = this.#scheduling.queue.build(cycle, 'time-min');
    const worked = this.#standing.repeat(queue);
    if (worked !== undefined) return this.#endBackfill(cycle.now + worked);
    const backfill = new BackfillCycle(this.#scheduling, cycle, queue, this.#setup.testTime, this.#plans);
    this.#advance(backfill, backfill.run(), cycle.now);
  }

  /** Lets the cycle go on until it pauses or is over. What it decided counts from now on; its locks are held as long as it took. */
  #advance(cycle: BackfillCycle, steps: Generator<Yielding, void, void>, now: number): void {
    const step = steps.next();
    if (step.done !== true) {
      this.#lockedUntil = now + step.value.worked;
      this.#paused = { cycle, steps, until: this.#lockedUntil + step.value.sleeps };
      return;
    }
    this.#paused = undefined;
    this.#standing.keep(cycle.outcome);
    this.#endBackfill(now + cycle.worked);
  }

  #endBackfill(until: number): void {
    this.#lockedUntil = until;
    this.#backfill.ended(until);
  }

  /** Asks to be called when something is due. */
  #sleep(cycle: Cycle): void {
    const { now, pending } = cycle;
    const times = [this.#lockedUntil, this.#paused?.until ?? NaN, this.#scheduling.queue.nextBegin(cycle)];
    times.push(this.#scheduling.gang?.next ?? NaN);
    if (pending.size > 0) times.push(this.#passes.next(), this.#scheduling.priorities.next);
    if (this.#setup.backfills && this.#paused === undefined && this.#backfill.hasWork(this.#scheduling.lastUpdate)) {
      times.push(this.#backfill.next(now));
    }
    const { reservations, clock } = this.#scheduling;
    if (reservations !== undefined && pending.size > 0) times.push(now + Math.max(1, reservations.next - clock.unix));
    for (const time of times) if (time > now && time < Infinity) cycle.wakeAt(time);
  }
}
