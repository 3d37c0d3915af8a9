import { Core } from '../engine/core.ts';
import { PENDING } from '../engine/phase.ts';
import type { Rejections } from '../engine/rejections.ts';

/** A core whose jobs may be taken out of the queue by others than its policy. */
export class LeavingCore extends Core {
  get rejections(): Rejections {
    return this.record.rejections;
  }

  /** A job that waits leaves for good. Its policy is told as of one that has ended: it may keep a queue of its own. */
  leave(job: number, state: number): void {
    const { submitted } = this.gathering;
    // It may have come, or come back, in this very instant: then its policy has never heard of that.
    const at = submitted.indexOf(job);
    if (at >= 0) submitted.splice(at, 1);
    if (this.phase[job] === PENDING) this.gathering.gaveBack(job);
    this.withdraw(job, state);
  }
}
