import { NODE_FAILED, PREEMPTED, restartsOf, SUSPENDED } from '../schedule.ts';
import type { RunMetric } from './metric.ts';

/** Why, by the values of `Attempts.why`. */
const WHY = [
  { why: PREEMPTED, name: 'preempted' },
  { why: NODE_FAILED, name: 'node-failed' },
  { why: SUSPENDED, name: 'suspended' },
];

export const restarts: RunMetric = {
  name: 'restarts',
  summary:
    'Runs that ended without ending their job, by reason; how many jobs had any, and the most of one job. Runs that were suspended, and went on, stand beside them.',
  unit: 'runs',
  better: 'lower',
  source: 'ours: every interruption is accounted for; Slurm counts restarts in the same way (Restarts of scontrol show job)',
  window: 'all jobs',
  figures({ schedule }) {
    const { attempts } = schedule;
    let jobs = 0;
    let most = 0;
    let total = 0;
    const times = attempts.count === 0 ? [] : restartsOf(schedule);
    for (let job = 0; job < times.length; job++) {
      total += times[job];
      if (times[job] > 0) jobs++;
      if (times[job] > most) most = times[job];
    }
    const byReason = WHY.map(({ why, name }) => ({ name, value: attempts.why.filter((other) => other === why).length }));
    return {
      value: total,
      figures: [
        { name: 'total', value: total },
        ...byReason,
        { name: 'jobs', value: jobs, unit: 'jobs' },
        { name: 'most', value: most },
      ],
    };
  },
};
