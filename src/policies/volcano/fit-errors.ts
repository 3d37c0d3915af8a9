/** Why a task fits nowhere. Source: pkg/scheduler/api/unschedule_info.go (Volcano v1.15.1). */
import type { Status } from '../kube-default/status.ts';

/** What the checks of one node said, if it was not fit. */
export interface FitError {
  readonly reasons: readonly string[];
  /** Evicting pods cannot help. */
  readonly isUnresolvable: boolean;
}

export class FitErrors {
  /** Nodes on which nothing can help [rows]. */
  readonly unresolvable = new Set<number>();
  readonly #counts = new Map<FitError, number>();
  readonly #error: string | undefined;
  #nodes = 0;
  #last: FitError | undefined;
  #repeated = 0;

  /** `error`: what is wrong if it is not about nodes. */
  constructor(error?: string) {
    this.#error = error;
  }

  add(row: number, error: FitError): void {
    this.#nodes++;
    if (error.isUnresolvable) this.unresolvable.add(row);
    if (error === this.#last) this.#repeated++;
    else this.#flush(error);
  }

  /** Most nodes say the same as the one before. */
  #flush(next: FitError | undefined): void {
    if (this.#last !== undefined) this.#counts.set(this.#last, (this.#counts.get(this.#last) ?? 0) + this.#repeated);
    this.#last = next;
    this.#repeated = 1;
  }

  get message(): string {
    const head = this.#error ?? `0/${this.#nodes} nodes are unavailable`;
    if (this.#nodes === 0) return head;
    this.#flush(undefined);
    const reasons = new Map<string, number>();
    for (const [error, nodes] of this.#counts)
      for (const reason of error.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + nodes);
    return `${head}: ${histogram(reasons)}.`;
  }
}

/** "3 Insufficient cpu, 1 node(s) pod number exceeded": sorted as texts, with the number in front. */
export function histogram(counts: Iterable<readonly [string, number]>): string {
  const texts = [...counts].map(([reason, count]) => `${count} ${reason}`);
  return texts.sort((one, other) => (one < other ? -1 : one > other ? 1 : 0)).join(', ');
}

/** Most nodes have one objection, and many the same: one error stands for all of them. */
const ofOne = new WeakMap<Status, FitError>();

/** All objections of the checks of a node. */
export function fitError(objections: readonly Status[]): FitError {
  const [first] = objections;
  const known = objections.length === 1 ? ofOne.get(first) : undefined;
  if (known !== undefined) return known;
  const error = {
    reasons: objections.flatMap(({ reasons }) => reasons),
    isUnresolvable: objections.some(({ code }) => code === 'UnschedulableAndUnresolvable'),
  };
  if (objections.length === 1) ofOne.set(first, error);
  return error;
}
