import { PREEMPTED, SUSPENDED } from '../schedule.ts';
import type { RunMetric } from './metric.ts';

export const preemptions: RunMetric = {
  name: 'preemptions',
  summary: 'Runs that the policy broke off or suspended for the sake of other jobs: how many, of how many jobs, and per start.',
  unit: 'runs',
  better: 'lower',
  source:
    'ours: what the policy wanted of the interruptions, with the storms of preemption in mind that kube-scheduler is known for',
  window: 'all jobs',
  figures({ schedule }) {
    const { attempts, lastStart } = schedule;
    const jobs = new Set<number>();
    let total = 0;
    for (let row = 0; row < attempts.count; row++) {
      if (attempts.why[row] !== PREEMPTED && attempts.why[row] !== SUSPENDED) continue;
      total++;
      jobs.add(attempts.job[row]);
    }
    // Each run was started once: those that were interrupted, and the last ones.
    const starts = attempts.count + lastStart.reduce((runs, start) => (Number.isNaN(start) ? runs : runs + 1), 0);
    return {
      value: total,
      figures: [
        { name: 'total', value: total },
        { name: 'jobs', value: jobs.size, unit: 'jobs' },
        { name: 'per-start', value: total / starts, unit: 'ratio' },
      ],
    };
  },
};
