import type { Random } from '../random.ts';
import { draw } from './distribution.ts';
import { nextLook } from './stages.ts';
import type { StatusSpec } from './system.ts';

/** When somebody who looks only now and then sees what happened. */
export class StatusClock {
  readonly #spec: StatusSpec;
  readonly #random: Random | undefined;
  #anchor = 0;
  /** What was drawn for an instant stays: it is asked for more than once. */
  #watched = { at: NaN, seen: NaN };

  constructor(spec: StatusSpec, random?: Random) {
    this.#spec = spec;
    this.#random = random;
  }

  get anchoredAt(): number {
    return this.#anchor;
  }

  /** Looks are counted from here [ms]. */
  anchor(time: number): void {
    this.#anchor = time;
  }

  /** When it is seen that something happened at this time [ms]. */
  seenAt(time: number): number {
    const spec = this.#spec;
    if (spec.by === 'watch') return this.#watch(time);
    if (spec.by === 'poll') return this.#anchor + nextLook(time - this.#anchor, spec.every);
    return this.#anchor + nextOnLadder(time - this.#anchor, spec.steps);
  }

  /** The next look after this time; one at this very time is over [ms]. */
  nextAfter(time: number): number {
    return this.#spec.by === 'watch' ? this.#watch(time) : this.seenAt(time + 1);
  }

  #watch(time: number): number {
    const spec = this.#spec;
    if (spec.by !== 'watch') throw new Error(`a status that is known by ${spec.by} is not watched`);
    if (this.#watched.at !== time) {
      if (this.#random === undefined) throw new Error('a watch needs a stream of random numbers');
      this.#watched = { at: time, seen: time + draw(spec.delay, this.#random) };
    }
    return this.#watched.seen;
  }
}

/** The first look that is not before this time; looks are these times apart, the last one again and again [ms]. */
export function nextOnLadder(time: number, steps: readonly number[]): number {
  let look = 0;
  for (const step of steps) {
    look += step;
    if (look >= time) return look;
  }
  return look + nextLook(time - look, steps[steps.length - 1]);
}
