/** PreemptType=preempt/qos: a QoS preempts those that it names. Source: Slurm 22.05, preempt_qos.c. */
import type { SlurmPreemption } from '../../../slurm.ts';
import type { Priorities } from '../priorities.ts';
import type { JobQos } from './job-qos.ts';
import { MOST } from './preempt-rules.ts';
import type { PreemptRules } from './preempt-rules.ts';

export function qosRules(qos: JobQos, { mode }: SlurmPreemption, priorities: Priorities): PreemptRules {
  const mayPreempt: PreemptRules['mayPreempt'] = (preemptor, victim) => {
    const [own, theirs] = [qos.of(preemptor.job), qos.of(victim.job)];
    if (own === undefined || theirs === undefined) return false;
    if (own !== theirs) return own.preempt.includes(theirs.name);
    if (!own.within && !mode.within) return false;
    return priorities.priorityOf(preemptor.job) > priorities.priorityOf(victim.job);
  };
  return {
    precedes: mayPreempt,
    precedesByTier: false,
    mightPreempt({ job }) {
      const own = qos.of(job);
      return own !== undefined && (own.preempt.length > 0 || own.within || mode.within);
    },
    mayPreempt,
    modeOf({ job }) {
      const own = qos.of(job)?.preemptMode ?? 'cluster';
      return own === 'cluster' ? mode.how : own;
    },
    graceOf: ({ job }) => qos.of(job)?.graceTime ?? 0,
    importanceOf: ({ job }, nodes) => Math.min(qos.of(job)?.priority ?? 0, MOST) * (MOST + 1) + Math.min(nodes, MOST),
  };
}
