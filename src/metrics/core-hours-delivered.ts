import { STATE_NAMES } from '../schedule.ts';
import { coreHoursBy, total } from './core-hours.ts';
import type { RunMetric } from './metric.ts';
import { usefulSpans } from './spans.ts';

/** delivered + lost = all that jobs held. */
export const coreHoursDelivered: RunMetric = {
  name: 'core-hours-delivered',
  summary: 'Processor time held by jobs without work lost to interruptions, by what became of the job.',
  unit: 'core-hours',
  better: 'neither',
  source:
    'Jones & Nitzberg, "Scheduling for parallel supercomputing: a historical perspective of achievable utilization", JSSPP 1999',
  window: 'the whole run, all jobs that ever ran',
  figures(run) {
    const byState = coreHoursBy(run, usefulSpans(run), run.schedule.state, STATE_NAMES.length);
    const value = total(byState);
    const states = STATE_NAMES.map((name, state) => ({ name, value: byState[state] }));
    return { value, figures: [{ name: 'total', value }, ...states.filter(({ name }) => name !== 'rejected')] };
  },
};
