/** Who comes first. */
import type { Requests } from '../../workload.ts';

export interface Priorities {
  /** The job has been submitted. */
  submit(job: number, now: number): void;
  /** uint32; larger comes first; 0 = held. */
  priorityOf(job: number): number;
}

/** Where priority/basic begins to count down. */
const TOP = 0xffff0000;

/**
 * priority/basic: every job has one less than the one before it, so that the order is that of submission.
 * Source: Slurm 22.05, src/plugins/priority/basic/priority_basic.c.
 */
export function basicPriorities({ slurm, firstGroup }: Requests): Priorities {
  const priorities = new Map<number, number>();
  let last = TOP;
  return {
    submit(job) {
      if (priorities.has(job)) return;
      const option = slurm?.optionsOfGroup[firstGroup[job]] ?? -1;
      const { nice = 0, held = false } = option < 0 ? {} : slurm!.options[option];
      last = Math.max(1, last - 1);
      priorities.set(job, held ? 0 : Math.max(1, last - nice));
    },
    priorityOf: (job) => priorities.get(job) ?? 0,
  };
}
