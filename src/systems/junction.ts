import type { Delivery, Order, Target } from './order.ts';

/** Orders that take one of several ways, which is known when they are submitted. */
export class Junction implements Target {
  readonly #ways: readonly Target[];
  /** Which of so many ways the next job takes [index]. */
  readonly #choose: (ways: number) => number;

  constructor(ways: readonly Target[], choose: (ways: number) => number) {
    this.#ways = ways;
    this.#choose = choose;
  }

  plan(orders: readonly Order[]): Delivery {
    const planned = this.#ways.map((way) => way.plan(orders));
    let taken: Delivery | undefined;
    return {
      submit: () => {
        // One that was ended before takes no way any more.
        if (taken !== undefined) return;
        taken = planned[this.#choose(planned.length)];
        taken.submit();
      },
      cancel: () => (taken ??= planned[0]).cancel(),
      remove: () => (taken ??= planned[0]).remove(),
      end: (state) => (taken ??= planned[0]).end(state),
    };
  }
}

/** The way with the fewest jobs in the queue behind it; of equals the first. */
export function shortest(queued: (way: number) => number): (ways: number) => number {
  return (ways) => {
    let best = 0;
    for (let way = 1; way < ways; way++) if (queued(way) < queued(best)) best = way;
    return best;
  };
}
