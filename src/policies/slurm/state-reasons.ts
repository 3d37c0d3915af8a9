/**
 * Why each job waits, in Slurm's words (StateReason): one word a job, which stays until it changes. What lies behind another
 * job waits for its priority only if nothing else was found before. Source: Slurm 22.05, job_scheduler.c, _schedule.
 */
import type { Cycle } from '../../policy.ts';

/** What is told beside the word does not change it. */
const DETAIL = ' (';

export class StateReasons {
  readonly #of: (string | undefined)[] = [];
  /** Jobs that are not even queued. */
  readonly #kept = new Set<number>();
  /** Jobs for which a plan was told since their reason changed. */
  readonly #planned = new Set<number>();
  /** How often such a plan was to be told again, as the reason had changed [count]. */
  untold = 0;

  /** The word; undefined if there is none. */
  of(job: number): string | undefined {
    return this.#of[job];
  }

  /** Whether nothing else was found that keeps it back. */
  mayBeBehind(job: number): boolean {
    const word = this.#of[job];
    return word === undefined || word === 'Resources';
  }

  /** `detail`: what more is known of it; asked only if it is told. */
  set(cycle: Cycle, job: number, reason: string, detail?: () => string | undefined): void {
    const word = reason.split(DETAIL, 1)[0];
    if (this.#of[job] === word) return;
    this.#of[job] = word;
    if (this.#planned.delete(job)) this.untold++;
    const more = detail?.();
    cycle.explain(job, more === undefined ? reason : `${reason}${DETAIL}${more})`);
  }

  /** Jobs before it keep it back; the first of them is `blocking`, if it is known. */
  behind(cycle: Cycle, job: number, blocking?: string): void {
    if (!this.mayBeBehind(job)) return;
    this.set(cycle, job, 'Priority', () => (blocking === undefined ? undefined : `behind job ${blocking}`));
  }

  /** Something beside the reason: it stays what it is. */
  tell(cycle: Cycle, job: number, reason: string): void {
    cycle.explain(job, reason);
  }

  /** Whether it was told when it is planned for. */
  isPlanned(job: number): boolean {
    return this.#planned.has(job);
  }

  /** Backfill has found a time for it: to be told once, as that changes with every cycle. */
  plan(cycle: Cycle, job: number, reason: string): void {
    this.#planned.add(job);
    cycle.explain(job, reason);
  }

  /** It is not even queued, for this reason. */
  keep(cycle: Cycle, job: number, reason: string): void {
    this.set(cycle, job, reason);
    this.#kept.add(job);
  }

  /** It is queued: what kept it out of the queue does so no more. */
  release(job: number): void {
    if (this.#kept.delete(job)) this.#of[job] = undefined;
  }

  /** It has been started, or is gone. */
  forget(job: number): void {
    this.#of[job] = undefined;
    this.#kept.delete(job);
    this.#planned.delete(job);
  }
}
