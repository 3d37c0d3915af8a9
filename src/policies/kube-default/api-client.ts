/** The scheduler's client of the API server: calls wait for the rate limit and take their time. */
import type { Agenda } from './agenda.ts';
import { ClientLimiter } from './client-limiter.ts';
import type { SchedulerCosts } from './scheduler-settings.ts';

export class ApiClient {
  readonly #agenda: Agenda;
  readonly #costs: SchedulerCosts;
  readonly #limiter: ClientLimiter;

  constructor(costs: SchedulerCosts, agenda: Agenda) {
    this.#agenda = agenda;
    this.#costs = costs;
    this.#limiter = new ClientLimiter(costs);
  }

  /** When a pod is bound whose binding is asked for now [ms]. */
  bind(now: number): number {
    return Math.ceil(this.#limiter.admit(now) + this.#costs.bind);
  }

  /** Makes a call and goes on when it is over: at once if that is now. */
  call(now: number, then: () => void): void {
    const over = Math.ceil(this.#limiter.admit(now) + this.#costs.call);
    if (over <= now) then();
    else this.#agenda.add(over, then);
  }
}
