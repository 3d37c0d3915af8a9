/**
 * When and where a job could run where cores may be held by several jobs. Nothing is remembered from one question to the next.
 * Source: Slurm 22.05, src/plugins/select/cons_common/job_test.c, _will_run_test and _build_cr_job_list.
 */
import { EndOrder } from '../end-order.ts';
import { overlaps } from '../node-set.ts';
import { OpeningSearch } from '../opening-search.ts';
import type { Opening } from '../opening-search.ts';
import type { PreemptRules } from '../preemption/preempt-rules.ts';
import type { Running } from '../running.ts';
import type { Share } from '../share.ts';
import type { WillRunQuestion } from '../will-run.ts';
import type { Overlay, Rank } from './overlay.ts';

export interface SharedWillRun {
  readonly overlay: Overlay;
  readonly running: Running;
  /** bf_window_linear [ms]; 0 = windows double. */
  readonly windowLinear: number;
  /** Absent if nobody may preempt anybody. */
  readonly rules?: PreemptRules | undefined;
}

/**
 * What it would be given now, or when others are gone; undefined if that is of no use. Who would share cores is first looked at
 * as if he would not (backfill.c, _try_sched).
 */
export function openingAmongOthers(
  shared: SharedWillRun,
  question: WillRunQuestion,
  latest: number,
): readonly Share[] | Opening | undefined {
  if (shared.overlay.mayStandAlone(question.demand)) {
    const { sharing: _, ...demand } = question.demand;
    const alone = search(shared, { ...question, demand }, latest);
    if (alone !== undefined && !('last' in alone)) return alone;
  }
  return search(shared, question, latest);
}

function search(
  { overlay, running, windowLinear, rules }: SharedWillRun,
  { demand, nodes, nowOnly, candidates = [] }: WillRunQuestion,
  latest: number,
): readonly Share[] | Opening | undefined {
  const now = overlay.choose(demand, nodes);
  if (now !== undefined || (nowOnly && candidates.length === 0)) return now;
  const rows = overlay.rows.copy();
  let rank: Rank = 'usual';
  for (const candidate of candidates) {
    const mode = rules?.modeOf(candidate) ?? 'off';
    if (mode === 'off') continue;
    if (mode === 'suspend' && rules?.precedesByTier === false) rank = 'preemptor';
    rows.remove(candidate, mode === 'suspend' ? 'memory' : 'nothing');
  }
  const instead = candidates.length === 0 ? undefined : overlay.chooseFrom(rows, demand, nodes, 'now', rank);
  if (instead !== undefined || nowOnly) return instead;
  const gone = new Set(candidates.map(({ job }) => job));
  const jobs = running.byEnd().filter(({ job }) => !gone.has(job));
  let given = 0;
  const opening = new OpeningSearch(new EndOrder(jobs), nodes, windowLinear).upTo(latest, (until) => {
    for (; given < until; given++) if (overlaps(nodes, jobs[given].nodes)) rows.remove(jobs[given]);
    return overlay.chooseFrom(rows, demand, nodes, 'later', rank);
  });
  return typeof opening === 'number' ? undefined : opening;
}
