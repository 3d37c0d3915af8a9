import type { CallTally } from '../live/kubernetes/api-tally.ts';
import type { LiveResult } from './live-run-policies.ts';
import { renderTable } from './table.ts';

/** What live runs came to, for people. */
export function liveRunTable(results: readonly LiveResult[]): string {
  const right = (title: string) => ({ title, align: 'right' as const });
  const titles = ['jobs over', 'pods', 'mean wait [s]', 'bound [pods/s]', 'peak', 'API calls', 'refused', 'retries', 'took [s]'];
  const rows = results.map(({ label, schedule, facts }) => {
    const calls = facts.api.calls;
    const sum = (of: (call: CallTally) => number) => calls.reduce((total, call) => total + of(call), 0);
    const refused = sum((call) => Object.values(call.refused).reduce((total, count) => total + count, 0));
    const waits = [...schedule.start].flatMap((start, job) => (Number.isNaN(start) ? [] : [start - schedule.submit[job]]));
    const wait = waits.reduce((total, one) => total + one, 0) / waits.length / 1000;
    return [
      label,
      `${facts.over} of ${facts.jobs}`,
      `${facts.pods}`,
      wait.toFixed(2),
      facts.bound_per_s.toFixed(1),
      `${facts.bound_per_s_peak}`,
      `${sum(({ ok }) => ok)}`,
      `${refused}`,
      `${sum(({ retries }) => retries)}`,
      facts.wall_s.toFixed(1),
    ];
  });
  return renderTable([{ title: 'policy' }, ...titles.map(right)], rows);
}
