/** Tables of jobs as the page holds them: few users, few instants, so that things coincide. Interrupted jobs too. */
import fc from 'fast-check';
import type { PageTable } from '../src/report/page-table.ts';
import { CANCELLED, COMPLETED, KILLED, REJECTED, UNFINISHED } from '../src/schedule.ts';

const s = 1000;
const USERS = ['ada', 'ben', 'cyd'];

const job = fc.record({
  submit: fc.integer({ min: 0, max: 8 }),
  wait: fc.integer({ min: 0, max: 6 }),
  length: fc.integer({ min: 0, max: 6 }),
  fate: fc.constantFrom(COMPLETED, COMPLETED, COMPLETED, KILLED, UNFINISHED, REJECTED, CANCELLED, 'waiting', 'interrupted'),
  user: fc.integer({ min: -1, max: 2 }),
  cpus: fc.constantFrom(500, 1000, 4000),
  gap: fc.integer({ min: 1, max: 4 }),
});
type Job = { submit: number; wait: number; length: number; fate: number | string; user: number; cpus: number; gap: number };

export const pageTables: fc.Arbitrary<PageTable> = fc.array(job, { maxLength: 14 }).map((jobs) => {
  const sorted = [...jobs].sort((a, b) => a.submit - b.submit);
  const columns = sorted.map(timesOf);
  const column = (name: 'start' | 'end' | 'state') => Float64Array.from(columns, (times) => times[name]);
  return {
    count: sorted.length,
    origin: 7 * s,
    ids: Float64Array.from(sorted, (_, row) => row + 1),
    submit: Float64Array.from(sorted, ({ submit }) => submit * s),
    start: column('start'),
    end: column('end'),
    state: column('state'),
    cpus: Float64Array.from(sorted, ({ cpus }) => cpus),
    gpus: Float64Array.from(sorted, () => 0),
    restarts: Float64Array.from(sorted, ({ fate }) => (fate === 'interrupted' ? 1 : 0)),
    user: { code: Int32Array.from(sorted, ({ user }) => user), names: USERS },
    queue: { code: Int32Array.from(sorted, () => 0), names: ['batch'] },
    account: undefined,
    placements: undefined,
    attempts: attemptsOf(sorted),
    explanations: undefined,
  };
});

function timesOf({ submit, wait, length, fate }: Job): { start: number; end: number; state: number } {
  const start = (submit + wait) * s;
  const end = start + length * s;
  if (fate === REJECTED) return { start: NaN, end: NaN, state: REJECTED };
  if (fate === UNFINISHED) return { start, end: NaN, state: UNFINISHED };
  if (fate === 'waiting') return { start: NaN, end: NaN, state: UNFINISHED };
  if (fate === CANCELLED) return { start: NaN, end: start, state: CANCELLED };
  if (fate === 'interrupted') return { start, end: end + 9 * s, state: COMPLETED };
  return { start, end, state: Number(fate) };
}

/** An interrupted job runs for its length, waits for its gap, and runs again until its end. */
function attemptsOf(jobs: readonly Job[]): PageTable['attempts'] {
  const rows = jobs.flatMap((one, row) => {
    if (one.fate !== 'interrupted') return [];
    const { start, end } = timesOf(one);
    const stop = start + one.length * s;
    const again = stop + one.gap * s;
    return [
      { row, start, end: stop, why: 0, kept: Math.min(2 * s, stop - start) },
      { row, start: again, end, why: 3, kept: end - again },
    ];
  });
  if (rows.length === 0) return undefined;
  const column = (name: 'row' | 'start' | 'end' | 'why' | 'kept') => Float64Array.from(rows, (one) => one[name]);
  return { job: column('row'), start: column('start'), end: column('end'), why: column('why'), kept: column('kept') };
}
