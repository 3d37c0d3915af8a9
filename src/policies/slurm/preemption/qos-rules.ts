/** PreemptType=preempt/qos: a QoS preempts those that it names. Source: Slurm 22.05, preempt_qos.c. */
import type { SlurmPreemption } from '../../../slurm.ts';
import type { Priorities } from '../priorities.ts';
import type { JobQos } from './job-qos.ts';
import { MOST } from './preempt-rules.ts';
import type { PreemptRules } from './preempt-rules.ts';

export function qosRules(qos: JobQos, { mode }: SlurmPreemption, priorities: Priorities): PreemptRules {
  const mayPreempt: PreemptRules['mayPreempt'] = (preemptor, victim) => {
    const [own, theirs] = [qos.of(preemptor), qos.of(victim)];
    if (own === undefined || theirs === undefined) return false;
    if (own !== theirs) return own.preempt.includes(theirs.name);
    if (!own.within && !mode.within) return false;
    return priorities.priorityOf(preemptor.job) > priorities.priorityOf(victim.job);
  };
  return {
    precedes: mayPreempt,
    precedesByTier: false,
    mightPreempt(preemptor) {
      const own = qos.of(preemptor);
      return own !== undefined && (own.preempt.length > 0 || own.within || mode.within);
    },
    mayPreempt,
    modeOf(victim) {
      const own = qos.of(victim)?.preemptMode ?? 'cluster';
      return own === 'cluster' ? mode.how : own;
    },
    graceOf: (victim) => qos.of(victim)?.graceTime ?? 0,
    importanceOf: (victim, nodes) => Math.min(qos.of(victim)?.priority ?? 0, MOST) * (MOST + 1) + Math.min(nodes, MOST),
  };
}
