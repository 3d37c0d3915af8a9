import { describe, expect, test } from 'vitest';
import { processorPool } from '../src/cluster.ts';
import { simulate } from '../src/engine/simulate.ts';
import { conservative } from '../src/policies/conservative/conservative.ts';
import { NO_RECORDS, recordedStarts, recordedWorkload } from './workload-of.ts';

const PROCS: Record<string, number> = { sdsc4k: 128, lublin10k: 256 };

/** How many jobs start when the record says. */
function equalStarts(variant: string, trace: string, record: string): string {
  const jobs = recordedWorkload(trace);
  const expected = recordedStarts(`${record}-${trace}`);
  const { start } = simulate(jobs, processorPool(PROCS[trace]), conservative, { parameters: { variant, order: 'submit' } });
  let equal = 0;
  for (let job = 0; job < jobs.count; job++) if (expected.get(Number(jobs.ids[job])) === start[job] / 1000) equal++;
  return `${equal} of ${jobs.count}`;
}

describe.skipIf(NO_RECORDS)('conservative backfilling beside records of other simulators (skipped where ../shared is absent)', () => {
  test.each([
    { variant: 'rebuild', trace: 'sdsc4k', record: 'textbook-cons', equal: '4606 of 4606' },
    { variant: 'rebuild', trace: 'lublin10k', record: 'textbook-cons', equal: '10000 of 10000' },
    { variant: 'pyss', trace: 'sdsc4k', record: 'pyss-cons', equal: '4606 of 4606' },
  ])('$variant on $trace starts as $record: $equal', ({ variant, trace, record, equal }) => {
    expect(equalStarts(variant, trace, record)).toBe(equal);
  });

  test('how much the others have in common', () => {
    const rows = ['keep', 'compress', 'pyss', 'rebuild'].flatMap((variant) =>
      ['textbook-cons', 'pyss-cons', 'batsim-conservative_bf', 'alea-cons'].map((record) => `${variant} ${record}: ${equalStarts(variant, 'sdsc4k', record)}`),
    );
    console.log(rows.join('\n'));
  });
});
