/** When the jobs of a session have used up their walltime, and when that is noticed. */
import type { LiveCore } from '../../engine/live-core.ts';
import { RUNNING } from '../../engine/phase.ts';
import type { JobLife } from './job-life.ts';

export interface WalltimeParts {
  readonly core: LiveCore;
  readonly life: JobLife;
  /** How often limits are looked at [ms]; 0: always. */
  readonly scan: number;
}

export class Walltimes {
  readonly #parts: WalltimeParts;

  constructor(parts: WalltimeParts) {
    this.#parts = parts;
  }

  /** The next time at which one is noticed to be over [ms]; Infinity if there is none. */
  get next(): number {
    const { running, phase } = this.#parts.core;
    let next = Infinity;
    for (let job = running.first(); job >= 0; job = running.after(job)) {
      next = Math.min(next, this.#noticed(job));
      // Those behind it are over later.
      if (phase[job] === RUNNING && next < Infinity) break;
    }
    return next;
  }

  /** The jobs whose walltime is over and noticed by now, though they have not ended. */
  over(now: number): number[] {
    const { core, life } = this.#parts;
    const { running } = core;
    const over: number[] = [];
    // None is over before it is expected to be.
    for (let job = running.first(); job >= 0 && running.expectedEnd(job) <= now; job = running.after(job)) {
      if (this.#noticed(job) <= now && !life.hasFinished(job)) over.push(job);
    }
    return over;
  }

  /** When it is noticed [ms]. A job may use up its walltime while it is given time to stop. */
  #noticed(job: number): number {
    const { core, life, scan } = this.#parts;
    const { hasBegun, halt } = life.states.of(job);
    if (!hasBegun || (halt !== undefined && halt.why !== 'preempted')) return Infinity;
    const limit = core.limitOf(job);
    return scan > 0 ? Math.ceil(limit / scan) * scan : limit;
  }
}
