import { CANCELLED, FAILED, KILLED, STATE_NAMES } from '../schedule.ts';
import { coreHoursBy, total } from './core-hours.ts';
import { coreHoursDelivered } from './core-hours-delivered.ts';
import type { RunMetric } from './metric.ts';
import { usefulSpans } from './spans.ts';

/** A part of core-hours-delivered: held by jobs that came to nothing. Lost work is not in it, it is in core-hours-lost. */
export const coreHoursWasted: RunMetric = {
  name: 'core-hours-wasted',
  summary: 'Core-hours delivered to jobs that failed, were killed at their limit or were cancelled; share: of all delivered.',
  unit: 'core-hours',
  better: 'lower',
  source: coreHoursDelivered.source,
  window: 'the whole run, all jobs that ever ran',
  figures(run) {
    const byState = coreHoursBy(run, usefulSpans(run), run.schedule.state, STATE_NAMES.length);
    const states = [FAILED, KILLED, CANCELLED];
    const value = states.reduce((sum, state) => sum + byState[state], 0);
    return {
      value,
      figures: [
        { name: 'total', value },
        ...states.map((state) => ({ name: STATE_NAMES[state], value: byState[state] })),
        { name: 'share', value: value / total(byState), unit: 'ratio' },
      ],
    };
  },
};
