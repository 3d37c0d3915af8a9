import { EventQueue } from '../engine/event-queue.ts';

/** Kinds of events, in the order in which those of one instant happen; those of one kind in the order of their booking. */
export const ENDS = 0;
export const STAGES = 1;
/** Limits are reached: what ends in the same instant has made it. */
export const LIMITS = 2;
/** Nodes come and go. Failures have no end: they do not keep a run going, and who plans outages counts those himself. */
export const NODES = 3;
export const SUBMITS = 4;
/** Looks, polls and policies that want to be woken: alone they do not keep a run going. */
export const TIMERS = 5;

/** The one clock of a system, and what will happen. The order is total: time, kind, booking. */
export class Agenda {
  readonly #events = new EventQueue();
  readonly #actions = new Map<number, () => void>();
  #booked = 0;
  /** Events that happened [count]. */
  executed = 0;
  /** Events ahead that are neither timers nor about nodes [count]. */
  ahead = 0;
  /** Timers ahead [count]. */
  timers = 0;
  /** [ms] */
  now = 0;

  get nextTime(): number {
    return this.#events.nextTime;
  }

  /** Answers the number of the booking; -1 if that time never comes. */
  at(time: number, kind: number, action: () => void): number {
    if (!(time >= this.now)) throw new Error(`an event is booked for ${time} ms, but it is ${this.now} ms already`);
    if (time === Infinity) return -1;
    this.#events.push(time, kind, this.#booked);
    this.#actions.set(this.#booked, action);
    this.#count(kind, 1);
    return this.#booked++;
  }

  /** What was booked so does not happen any more; it is neither a timer nor about a node. */
  drop(booking: number): void {
    if (this.#actions.delete(booking)) this.ahead--;
  }

  /** Lets the next event happen. */
  step(): void {
    const booking = this.#events.nextRow;
    const kind = this.#events.nextKind;
    const action = this.#actions.get(booking);
    this.now = this.#events.nextTime;
    this.#events.pop();
    if (action === undefined) return; // dropped
    this.#actions.delete(booking);
    this.#count(kind, -1);
    this.executed++;
    action();
  }

  #count(kind: number, by: 1 | -1): void {
    if (kind === TIMERS) this.timers += by;
    else if (kind !== NODES) this.ahead += by;
  }
}
