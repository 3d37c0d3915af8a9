import { STATE_NAMES } from '../schedule.ts';
import { coreHoursBy, total } from './core-hours.ts';
import { coreHoursDelivered } from './core-hours-delivered.ts';
import type { RunMetric } from './metric.ts';
import { recordedSpans, usefulSpans } from './spans.ts';

/** What interruptions cost: done, thrown away, and to be done again. */
export const coreHoursLost: RunMetric = {
  name: 'core-hours-lost',
  summary: 'Processor time of interrupted runs that no later run could build on; share: of all that jobs held.',
  unit: 'core-hours',
  better: 'lower',
  source: coreHoursDelivered.source,
  window: 'the whole run, all jobs that ever ran',
  figures(run) {
    const held = total(coreHoursBy(run, recordedSpans(run), run.schedule.state, STATE_NAMES.length));
    const isUndisturbed = run.schedule.attempts.count === 0;
    const useful = isUndisturbed ? held : total(coreHoursBy(run, usefulSpans(run), run.schedule.state, STATE_NAMES.length));
    const value = held - useful;
    return {
      value,
      figures: [
        { name: 'total', value },
        { name: 'share', value: value / held, unit: 'ratio' },
      ],
    };
  },
};
