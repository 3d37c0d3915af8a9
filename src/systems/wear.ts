import { LaunchLatency } from '../engine/launch-latency.ts';
import type { Costs } from '../engine/simulate.ts';

export interface WearSettings {
  /** Beside the figures of the system. */
  readonly costs: Costs;
  readonly seed: number | string;
  /** What becomes of rows that lose their nodes, in any way. */
  readonly onLoss: 'requeue' | 'fail';
  /** The same where nodes fail. */
  readonly onNodeFailure: 'requeue' | 'fail';
  /** A row that loses its nodes by failures more often than this is failed. */
  readonly maxRestarts: number;
}

/** What the machine costs a manager: time at both ends of each row, and rows that lose their nodes too often. */
export class Wear {
  readonly #settings: WearSettings;
  readonly #launch: LaunchLatency;
  /** How often rows have lost their nodes by failures [count]. */
  readonly #failures = new Map<number, number>();

  constructor(settings: WearSettings) {
    this.#settings = settings;
    this.#launch = new LaunchLatency(settings.costs, settings.seed);
  }

  /** From the end of a row until its nodes are free [ms]. */
  get release(): number {
    return this.#settings.costs.release ?? 0;
  }

  /** Limits are looked at this often [ms]; as the policy says if undefined. */
  get killScan(): number | undefined {
    return this.#settings.costs.killScan;
  }

  /** From the decision until the row has what it was granted [ms]. */
  launch(row: number): number {
    return this.#launch.of(row);
  }

  /** The row loses its nodes: whether it is over for good. `warned`: it was told before, no node has failed. */
  isFailed(row: number, warned: boolean): boolean {
    const { onLoss, onNodeFailure, maxRestarts } = this.#settings;
    if (onLoss === 'fail') return true;
    if (warned) return false;
    const failures = (this.#failures.get(row) ?? 0) + 1;
    this.#failures.set(row, failures);
    return onNodeFailure === 'fail' || failures > maxRestarts;
  }
}
