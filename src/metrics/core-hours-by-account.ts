import { listedAccounts, LISTED_ACCOUNTS } from './accounts.ts';
import { coreHoursBy, total } from './core-hours.ts';
import { coreHoursDelivered } from './core-hours-delivered.ts';
import type { Group, RunMetric } from './metric.ts';
import { usefulSpans } from './spans.ts';
import type { Spans } from '../holdings.ts';
import type { Window } from './window.ts';

/**
 * What accounts got. Over the whole run each gets what it asked for, so shares are those of the time in which jobs were
 * still being submitted: there accounts compete.
 */
export const coreHoursByAccount: RunMetric = {
  name: 'core-hours-by-account',
  summary: `Processor time without lost work that jobs of accounts held; share: of what all jobs with an account held from the first to the last submission; ${LISTED_ACCOUNTS}.`,
  unit: coreHoursDelivered.unit,
  better: 'neither',
  source: coreHoursDelivered.source,
  window: 'total: the whole run; share: first to last submission',
  figures(run, windows) {
    const { account } = run.workload;
    const useful = usefulSpans(run);
    // Jobs without an account are a class of their own, the last one.
    const nobody = account.names.length;
    const owner = account.code.map((code) => (code < 0 ? nobody : code));
    const whole = coreHoursBy(run, useful, owner, nobody + 1).subarray(0, nobody);
    const early = coreHoursBy(run, within(useful, windows.submissions), owner, nobody + 1).subarray(0, nobody);
    const contested = total(early);
    const ran = jobsThatRan(useful, owner, nobody + 1);
    const groups = listedAccounts(account).accounts.map((code): Group => {
      const share = contested > 0 ? early[code] / contested : NaN;
      const figures = [
        { name: 'total', value: whole[code] },
        { name: 'share', value: share, unit: 'ratio' },
      ];
      return { name: account.names[code], jobs: ran[code], figures };
    });
    const value = nobody === 0 ? NaN : total(whole);
    return { value, figures: [{ name: 'total', value }], groups };
  },
};

/** Jobs of each owner that ever held anything [count]. */
function jobsThatRan({ count, job }: Spans, owner: Int32Array, owners: number): Int32Array {
  const seen = new Uint8Array(owner.length);
  const jobs = new Int32Array(owners);
  for (let row = 0; row < count; row++) {
    if (seen[job[row]] === 1) continue;
    seen[job[row]] = 1;
    jobs[owner[job[row]]]++;
  }
  return jobs;
}

/** The parts of spans that lie in a window. */
function within({ from, until, ...same }: Spans, window: Window): Spans {
  const cut = (time: number) => Math.max(window.from, Math.min(window.until, time));
  return { ...same, from: from.map(cut), until: until.map(cut) };
}
