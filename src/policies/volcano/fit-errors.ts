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
  readonly #reasons = new Map<string, number>();
  readonly #error: string | undefined;
  #nodes = 0;

  /** `error`: what is wrong if it is not about nodes. */
  constructor(error?: string) {
    this.#error = error;
  }

  add(row: number, { reasons, isUnresolvable }: FitError): void {
    this.#nodes++;
    if (isUnresolvable) this.unresolvable.add(row);
    for (const reason of reasons) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }

  get message(): string {
    const head = this.#error ?? `0/${this.#nodes} nodes are unavailable`;
    return this.#nodes === 0 ? head : `${head}: ${histogram(this.#reasons)}.`;
  }
}

/** "3 Insufficient cpu, 1 node(s) pod number exceeded": sorted as texts, with the number in front. */
export function histogram(counts: Iterable<readonly [string, number]>): string {
  const texts = [...counts].map(([reason, count]) => `${count} ${reason}`);
  return texts.sort((one, other) => (one < other ? -1 : one > other ? 1 : 0)).join(', ');
}

/** All objections of the checks of a node. */
export function fitError(objections: readonly Status[]): FitError {
  return {
    reasons: objections.flatMap(({ reasons }) => reasons),
    isUnresolvable: objections.some(({ code }) => code === 'UnschedulableAndUnresolvable'),
  };
}
