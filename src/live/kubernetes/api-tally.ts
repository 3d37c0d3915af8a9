/** How often each kind of call was made, and what became of it. */
export interface CallTally {
  /** What for: `bind`, `list pods`, `delete pod` ... */
  readonly call: string;
  /** Answered with success [count]. */
  ok: number;
  /** Not answered [count]. */
  unanswered: number;
  /** Made again after a failure [count]. */
  retries: number;
  /** Refused, by HTTP status [count]. */
  readonly refused: Record<string, number>;
  /** From sending until the answer, over those with success [ms]. */
  time: number;
}

export class ApiTally {
  readonly #calls = new Map<string, CallTally>();
  /** Lists that became necessary because a watch could not be continued [count]. */
  relists = 0;
  /** Watches that were ended because nothing came any more [count]. */
  stale = 0;

  of(call: string): CallTally {
    let tally = this.#calls.get(call);
    if (tally === undefined) {
      tally = { call, ok: 0, unanswered: 0, retries: 0, refused: {}, time: 0 };
      this.#calls.set(call, tally);
    }
    return tally;
  }

  refused(call: string, status: number): void {
    const { refused } = this.of(call);
    refused[status] = (refused[status] ?? 0) + 1;
  }

  /** In the order of their names. */
  all(): CallTally[] {
    return [...this.#calls.values()].sort((a, b) => (a.call < b.call ? -1 : 1));
  }
}
