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
    const wait = meanWait(schedule.start, schedule.submit) / 1000;
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

/** The same of a run on Slurm. */
export function slurmRunTable(results: readonly LiveResult[]): string {
  const right = (title: string) => ({ title, align: 'right' as const });
  const titles = ['jobs over', 'refused', 'mean wait [s]', 'makespan [s]', 'started by', 'submitted late, max [s]', 'took [s]'];
  const rows = results.map(({ label, schedule, facts }) => {
    const { start, submit, end } = schedule;
    const starters = Object.entries(facts.slurm?.started_by ?? {}).map(([name, count]) => `${name} ${count}`);
    const last = end.reduce((most, time) => (time > most ? time : most), -Infinity);
    const first = submit.reduce((least, time) => Math.min(least, time), Infinity);
    return [
      label,
      `${facts.over} of ${facts.jobs}`,
      `${facts.slurm?.refused ?? 0}`,
      (meanWait(start, submit) / 1000).toFixed(2),
      ((last - first) / 1000).toFixed(0),
      starters.join(', '),
      (facts.slurm?.submit_late_s.max ?? NaN).toFixed(2),
      facts.wall_s.toFixed(1),
    ];
  });
  return renderTable([{ title: 'policy' }, ...titles.map(right)], rows);
}

/** Of those that started [ms]. */
function meanWait(starts: Float64Array, submit: Float64Array): number {
  const waits = [...starts].flatMap((start, job) => (Number.isNaN(start) ? [] : [start - submit[job]]));
  return waits.reduce((total, one) => total + one, 0) / waits.length;
}
