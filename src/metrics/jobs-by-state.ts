import { COMPLETED, STATE_NAMES } from '../schedule.ts';
import type { RunMetric } from './metric.ts';

/** Every job is in exactly one of them: the figures add up to all jobs. */
export const jobsByState: RunMetric = {
  name: 'jobs-by-state',
  summary: 'Jobs by what became of them; the completed ones stand for the metric.',
  unit: 'jobs',
  better: 'neither',
  source: 'ours: every job is accounted for',
  window: 'all jobs',
  figures({ schedule }) {
    const jobs = new Float64Array(STATE_NAMES.length);
    for (let job = 0; job < schedule.count; job++) jobs[schedule.state[job]]++;
    const figures = STATE_NAMES.map((name, state) => ({ name, value: jobs[state] }));
    return { value: jobs[COMPLETED], figures, jobs: schedule.count, jobsWithout: 0 };
  },
};
