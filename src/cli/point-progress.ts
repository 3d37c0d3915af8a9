import type { Point } from '../experiment/point.ts';
import type { PointResult } from '../experiment/runner.ts';
import { formatDuration } from '../units.ts';
import { count } from './account.ts';
import { Progress, say, warn } from './terminal.ts';

/** Tells how an experiment comes along: a line on a terminal that is rewritten, problems as they occur. */
export class PointProgress {
  readonly #line = new Progress();
  readonly #began = performance.now();
  readonly #total: number;
  #over = 0;

  constructor(total: number) {
    this.#total = total;
  }

  result(point: Point, { problem }: PointResult): void {
    this.#over++;
    if (problem !== undefined) {
      this.#line.clear();
      warn(`${nameOf(point)}: ${problem}`);
    }
    const left = this.#total - this.#over;
    const each = (performance.now() - this.#began) / this.#over;
    this.#line.show(() => `${this.#over} of ${count(this.#total, 'point')}, ${formatDuration(each * left)} left`);
  }

  clear(): void {
    this.#line.clear();
  }

  /** How long it took in all. Not on standard output: that is the same for the same inputs. */
  sayTotal(workers: number): void {
    if (this.#over === 0) return;
    const took = (performance.now() - this.#began) / 1000;
    const each = ((1000 * took) / this.#over).toFixed(0);
    say(`${count(this.#over, 'point')} in ${took.toFixed(1)} s on ${count(workers, 'worker')}, one every ${each} ms`);
  }
}

/** A point for people. */
export function nameOf({ workload, cluster, policy, seed }: Point): string {
  return `${workload.name}, ${cluster.name}, ${policy.label}, seed ${seed}`;
}
