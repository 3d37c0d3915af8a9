/** Conservative backfilling as its variants are defined, without shortcuts: every look at the plan adds up all of it. */
import type { Requests } from '../src/workload.ts';
import type { TestPolicy, View } from './engine-views.ts';
import { sum } from './engine-views.ts';

export type Variant = 'keep' | 'compress' | 'pyss' | 'rebuild';

/** A job in the plan: from its promise, or its start, until its walltime is over. */
interface Piece {
  readonly job: number;
  readonly from: number;
  readonly until: number;
}

/** A policy for one run. */
export function conservativeByDefinition(variant: Variant, capacity: number, order?: TestPolicy['order']): TestPolicy {
  const plan = new Map<number, Piece>();
  const started = new Set<number>();

  function decide(view: View, jobs: Requests): void {
    const { now } = view;
    const lengthOf = (job: number) => Math.max(1, jobs.walltime[job]);

    const freeAt = (time: number) =>
      capacity -
      sum([...plan.values()].filter(({ from, until }) => from <= time && time < until).map(({ job }) => jobs.procs[job]));
    /** Room only shrinks where a piece begins. */
    const fits = (job: number, from: number) =>
      [from, ...[...plan.values()].map((piece) => piece.from).filter((time) => time > from && time < from + lengthOf(job))].every(
        (time) => freeAt(time) >= jobs.procs[job],
      );
    const promise = (job: number) => {
      plan.delete(job);
      const times = [now, ...[...plan.values()].map(({ until }) => until).filter((time) => time > now && time < Infinity)];
      const from = Math.min(...times.filter((time) => fits(job, time)));
      plan.set(job, { job, from, until: from + lengthOf(job) });
    };

    const running = new Set(view.running().map(({ job }) => job));
    const ended = [...started].filter((job) => !running.has(job));
    for (const job of ended) {
      plan.delete(job);
      started.delete(job);
    }

    // Those whose time has come stay where they are.
    const waiting = view.queue().filter((job) => plan.has(job) && plan.get(job)!.from > now);
    const arrivals = view.queue().filter((job) => !plan.has(job));
    if (variant === 'rebuild') {
      for (const job of view.queue()) plan.delete(job);
      for (const job of view.queue()) promise(job);
    } else if (variant === 'keep' && ended.length > 0) {
      for (const job of waiting) {
        const piece = plan.get(job)!;
        plan.delete(job);
        const mayStart = fits(job, now) && jobs.procs[job] <= view.free;
        plan.set(job, mayStart ? { job, from: now, until: now + lengthOf(job) } : piece);
        if (mayStart) start(job, view);
      }
      for (const job of waiting) if (plan.get(job)!.from === Infinity) promise(job);
    } else if (ended.length > 0) {
      for (const job of waiting) promise(job);
    }
    if (variant !== 'rebuild') for (const job of arrivals) promise(job);

    const due = view.queue().filter((job) => plan.get(job)!.from <= now);
    due.sort((a, b) => plan.get(a)!.from - plan.get(b)!.from || a - b);
    for (const job of due) if (jobs.procs[job] <= view.free) start(job, view);
    const next = Math.min(
      ...view
        .queue()
        .map((job) => plan.get(job)!.from)
        .filter((from) => from > now),
    );
    if (next < Infinity) view.wakeAt(next);
  }

  function start(job: number, view: View): void {
    view.start(job);
    started.add(job);
  }

  return { decide, order, rhythm: variant === 'pyss' ? { first: 'submissions', cycle: 'event' } : undefined };
}
