/** Source: pkg/scheduler/plugins/sla/sla.go (Volcano v1.15.1); without waiting times of single jobs. */
import { InputError } from '../../../errors.ts';
import type { PluginEntry } from '../plugin.ts';

export const SLA_WAIT = 'sla-waiting-time';

/** A job that has waited so long is let into the queue, and may keep what it has got so far. */
export const sla: PluginEntry = {
  name: 'sla',
  create(given) {
    const wait = given.duration(SLA_WAIT);
    if (wait === undefined) return () => ({});
    if (wait <= 0) throw new InputError('no time at all', given.at(SLA_WAIT).path, 'write for example 1h30m', 'usage');
    return (session) => {
      const vote = ({ spec }: { readonly spec: { readonly created: number } }) =>
        session.seconds - spec.created < wait / 1000 ? 'abstain' : 'permit';
      return {
        jobOrder: (one, other) => one.spec.created - other.spec.created,
        jobEnqueueable: vote,
        jobPipelined: vote,
      };
    };
  },
};
