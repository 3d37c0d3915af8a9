/**
 * Lets a session decide at its own pace: gathers what is heard, asks for one step when something has changed or is due, and
 * has the orders carried out.
 */
import type { Clock } from '../kubernetes/clock.ts';
import type { Executor } from './executor.ts';
import type { Order } from './orders.ts';
import type { PodMaker } from './pod-maker.ts';
import type { RunClock } from './run-clock.ts';
import type { Session } from './session.ts';
import { Wakener } from './wakener.ts';

export interface LoopParts {
  readonly session: Session;
  readonly executor: Executor;
  readonly maker: PodMaker;
  readonly clock: Clock;
  readonly time: RunClock;
  /** Changes that come within this time are seen together [ms by the clock]. */
  readonly batch: number;
  /** Whether anything may be decided now: not while the cluster is not heard, or the Lease is not sure. */
  mayDecide(): boolean;
  /** Called when all that was seen has been settled. */
  settled(): void;
  /** Throws what has made it impossible to go on. */
  check(): void;
  say(message: string): void;
}

/** A run that is being wound up waits so long for what it has begun [ms by the clock]. */
const WIND_UP = 60_000;
/** Pods that were asked for and not heard of for so long are asked for again [ms by the clock]. */
const LOST_CREATION = 10_000;
/** A turn that is later than this has the time at which it is, not that for which it was asked [ms by the clock]. */
const LATE = 1000;
/** How soon it is looked again whether anything may be decided [ms by the clock]. */
const PAUSE = 100;

export class LiveLoop {
  readonly #parts: LoopParts;
  readonly #wakener: Wakener;
  #hasChanged = true;
  #lookedForLost = -Infinity;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#wakener = new Wakener(parts.clock);
  }

  /** Something has happened. */
  change(): void {
    this.#hasChanged = true;
    this.#wakener.wake();
  }

  /** Goes on until all jobs are over, or `stop` is aborted: then what was begun is finished first. */
  async run(stop: AbortSignal): Promise<'over' | 'stopped'> {
    const { session, executor, clock, batch, mayDecide, check } = this.#parts;
    while (!stop.aborted) {
      check();
      if (mayDecide()) this.#turn();
      if (session.jobsOver === session.jobs && executor.size === 0) return 'over';
      await this.#wakener.sleep(this.#untilNext(), stop);
      // What comes with it is seen together.
      if (this.#hasChanged) await clock.sleep(Math.min(batch, this.#untilNext()), stop);
    }
    await this.#windUp();
    return 'stopped';
  }

  #turn(): void {
    const { session, executor, maker } = this.#parts;
    const now = this.#now();
    const orders: Order[] = maker.due(now);
    orders.push(...session.expire(now));
    this.#lookForLost();
    if (this.#hasChanged || session.nextWake <= now) {
      this.#hasChanged = false;
      orders.push(...session.step(now));
    }
    executor.perform(orders);
    this.#parts.settled();
  }

  /** [ms] */
  #now(): number {
    const { session, time } = this.#parts;
    return session.turnAt(time.now(), LATE * time.scale);
  }

  #lookForLost(): void {
    const now = this.#parts.clock.now();
    if (now - this.#lookedForLost < LOST_CREATION) return;
    this.#lookedForLost = now;
    this.#parts.session.pods.askAgain();
  }

  /** [ms by the clock] */
  #untilNext(): number {
    const { session, maker, time, mayDecide } = this.#parts;
    if (!mayDecide()) return PAUSE;
    const next = Math.min(session.nextWake, maker.nextTime);
    return Math.min(LOST_CREATION, Math.max(1, time.byClock(next - this.#now())));
  }

  /** Decides nothing more, but finishes what was decided: no gang is left half bound. */
  async #windUp(): Promise<void> {
    const { session, executor, clock, check, say } = this.#parts;
    const until = clock.now() + WIND_UP;
    const never = new AbortController().signal;
    while (clock.now() < until) {
      check();
      executor.perform(session.settle(this.#now()));
      this.#parts.settled();
      if (executor.size === 0 && !session.isHalfDone) return;
      await this.#wakener.sleep(1000, never);
    }
    say('it was stopped before all that was begun could be finished; started again, it takes it up');
  }
}
