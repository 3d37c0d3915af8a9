import { EventQueue } from '../engine/event-queue.ts';
import type { SimulationOptions } from '../engine/simulate.ts';
import { Submissions } from '../engine/submissions.ts';
import type { Workload } from '../workload.ts';
import { SUBMITS } from './agenda.ts';
import type { Agenda } from './agenda.ts';

/** What is done with jobs whose time has come. */
export interface Arrival {
  submit(job: number): void;
  /** What it waits for can no longer happen. */
  withdraw(job: number): void;
}

/**
 * When users submit their jobs: as recorded, or when the jobs that these wait for have started or are over. Whoever submits the
 * next step of a workflow goes by what he sees: where a system tells late of an end, the next job comes late.
 */
export class Arrivals {
  readonly #agenda: Agenda;
  readonly #arrival: Arrival;
  readonly #events = new EventQueue();
  readonly #submissions: Submissions;
  /** The next time at which somebody may come, of those that are booked [ms]. */
  #booked = Infinity;

  constructor(jobs: Workload, mode: SimulationOptions['dependencies'], agenda: Agenda, arrival: Arrival) {
    this.#agenda = agenda;
    this.#arrival = arrival;
    this.#submissions = new Submissions(jobs, mode ?? 'ignore', this.#events, (job) => arrival.withdraw(job));
    this.#book();
  }

  began(job: number): void {
    this.#submissions.started(job, this.#agenda.now);
    this.#book();
  }

  over(job: number, isCompleted: boolean): void {
    this.#submissions.ended(job, this.#agenda.now, isCompleted);
    this.#book();
  }

  #book(): void {
    const next = Math.min(this.#submissions.nextTime, this.#events.nextTime);
    if (next >= this.#booked) return;
    this.#booked = next;
    this.#agenda.at(next, SUBMITS, () => this.#come());
  }

  #come(): void {
    const { now } = this.#agenda;
    if (this.#booked === now) this.#booked = Infinity;
    while (this.#submissions.isNow(now)) {
      const job = this.#submissions.take(now);
      if (job >= 0) this.#arrival.submit(job);
    }
    this.#book();
  }
}
