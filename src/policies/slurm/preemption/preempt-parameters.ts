/**
 * What SchedulerParameters=preempt_... of 22.05 say, or PreemptParameters of later versions, where the same words have no
 * prefix. Source: Slurm 22.05 and 26.05, man pages of slurm.conf; src/interfaces/preempt.c of the latter.
 */
import type { SlurmConfig } from '../../../slurm.ts';

export interface PreemptParameters {
  readonly reorderCount: number;
  readonly strictOrder: boolean;
  readonly youngestFirst: boolean;
  /** Jobs of a higher priority are not preempted; Infinity = all may be. */
  readonly exemptAbove: number;
}

/** Those that change decisions. */
export const KNOWN_PREEMPT_PARAMETERS: ReadonlySet<string> = new Set([
  ...['min_exempt_priority', 'reclaim_licenses', 'reorder_count', 'strict_order', 'youngest_first'],
]);

export function preemptParameters({ preemption, scheduler }: Pick<SlurmConfig, 'preemption' | 'scheduler'>): PreemptParameters {
  const { preemptReorderCount, preemptStrictOrder, preemptYoungestFirst } = scheduler.choice;
  const words = new Map(preemption.parameters.map((word) => [word.split('=', 1)[0], word.slice(word.indexOf('=') + 1)]));
  const number = (name: string, otherwise: number) => {
    const text = words.get(name);
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : otherwise;
  };
  return {
    reorderCount: number('reorder_count', preemptReorderCount),
    strictOrder: preemptStrictOrder || words.has('strict_order'),
    youngestFirst: preemptYoungestFirst || words.has('youngest_first'),
    exemptAbove: number('min_exempt_priority', Infinity),
  };
}
