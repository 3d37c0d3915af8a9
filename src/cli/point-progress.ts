import type { Point } from '../experiment/point.ts';
import type { PointResult } from '../experiment/runner.ts';
import { countOf, formatDuration, grouped, SECOND } from '../units.ts';
import { Progress, say, warn } from './terminal.ts';

/** Where lines cannot be rewritten, as in the log of a batch job, there is one so often [ms]. */
const LOG_EVERY = 30_000;

/** Tells how an experiment comes along: a line on a terminal that is rewritten, or now and then one; problems as they occur. */
export class PointProgress {
  readonly #line: Progress;
  readonly #log: ReturnType<typeof setInterval> | undefined;
  readonly #began = performance.now();
  readonly #total: number;
  #over = 0;

  constructor(total: number, stream: { readonly isTTY?: boolean } = process.stderr) {
    this.#total = total;
    this.#line = new Progress(stream);
    // Points run in threads of their own: this one is free to tell even while none of them comes to its end.
    if (!this.#line.shown && total > 0) this.#log = setInterval(() => this.#sayLine(), LOG_EVERY).unref();
  }

  result(point: Point, { problem }: PointResult): void {
    this.#over++;
    if (problem !== undefined) {
      this.#line.clear();
      warn(`${nameOf(point)}: ${problem}`);
    }
    this.#line.show(() => this.#text());
  }

  /** No more of it: takes the line away. */
  clear(): void {
    clearInterval(this.#log);
    this.#line.clear();
  }

  /** How long it took in all. Not on standard output: that is the same for the same inputs. */
  sayTotal(workers: number): void {
    if (this.#over === 0) return;
    const took = (performance.now() - this.#began) / 1000;
    const each = ((1000 * took) / this.#over).toFixed(0);
    say(`${countOf(this.#over, 'point')} in ${took.toFixed(1)} s on ${countOf(workers, 'worker')}, one every ${each} ms`);
  }

  #sayLine(): void {
    if (this.#over < this.#total) say(this.#text());
  }

  #text(): string {
    const took = performance.now() - this.#began;
    const done = `${grouped(this.#over)} of ${countOf(this.#total, 'point')}`;
    if (this.#over === 0) return `${done} after ${formatDuration(inSeconds(took))}`;
    const left = (took / this.#over) * (this.#total - this.#over);
    return `${done}, ${formatDuration(inSeconds(left))} left`;
  }
}

/** A point for people. */
export function nameOf({ workload, cluster, policy, seed }: Point): string {
  return `${workload.name}, ${cluster.name}, ${policy.label}, seed ${seed}`;
}

/** Without the milliseconds. [ms] */
function inSeconds(time: number): number {
  return Math.round(time / SECOND) * SECOND;
}
