// Policies that decide as the baseline does: one sentence says so, in place of one of zeros for each figure.
import { expect, test } from 'vitest';
import { withMinus } from '../src/report/number-text.ts';
import { sameScheduleSentences, sameSchedules } from '../src/report/same-schedules.ts';
import { findingsOf } from '../src/report/verdicts.ts';
import type { VerdictFacts } from '../src/report/model.ts';
import type { Run } from '../src/results/read.ts';

const run = (label: string, seed: number, digest: string): Run =>
  ({ label, workload: 'w', cluster: 'c', seed, settings: {}, summary: { digest } }) as unknown as Run;
const baseline = [run('as-is', 1, 'aa'), run('as-is', 2, 'bb')];

test.each([
  { what: 'equal in both runs', runs: [run('b', 2, 'bb'), run('b', 1, 'aa')], same: ['b'] },
  { what: 'equal in one of them', runs: [run('b', 1, 'aa'), run('b', 2, 'xx')], same: [] },
  { what: 'equal, but of other seeds', runs: [run('b', 1, 'bb'), run('b', 2, 'aa')], same: [] },
  { what: 'a seed less', runs: [run('b', 1, 'aa')], same: [] },
  { what: 'a seed more', runs: [run('b', 1, 'aa'), run('b', 2, 'bb'), run('b', 3, 'cc')], same: [] },
])('$what', ({ runs, same }) => {
  expect(sameSchedules([...runs, ...baseline], ['as-is', 'b'])).toEqual(same);
});

test('results of old versions that have no digest are not taken to be equal', () => {
  expect(sameSchedules([run('a', 1, ''), run('b', 1, '')], ['a', 'b'])).toEqual([]);
});

test('one sentence for all of them', () => {
  expect(sameScheduleSentences([], 'a')).toEqual([]);
  expect(sameScheduleSentences(['b'], 'a')).toEqual(['b decides as a does: every job starts at the same time.']);
  expect(sameScheduleSentences(['b', 'c'], 'a')).toEqual(['b and c decide as a does: every job starts at the same time.']);
});

test('it stands in place of their verdicts among the findings', () => {
  const verdict = (label: string) => ({ label, sentence: `${label}.` }) as VerdictFacts;
  expect(findingsOf([verdict('b'), verdict('c')], ['b'], 'a')).toEqual([...sameScheduleSentences(['b'], 'a'), 'c.']);
});

test('a minus of terminals is one on pages; hyphens stay', () => {
  expect(withMinus('-5 % [-7, -3] (-2 s to 1), easy-2 (x-1) 3-4 p95 as-is')).toBe(
    '−5 % [−7, −3] (−2 s to 1), easy-2 (x-1) 3-4 p95 as-is',
  );
});
