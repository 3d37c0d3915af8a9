// What the page says of jobs that did not complete and of what runs noted: equal facts once, with all of whom they hold.
import { expect, test } from 'vitest';
import { groupedFacts, spreadText } from '../src/report/equal-facts.ts';
import { jobWarnings, runNotes } from '../src/report/run-warnings.ts';
import type { Run } from '../src/results/read.ts';

const run = (label: string, jobs: Record<string, number>, more: object = {}): Run =>
  ({ label, policy: label, workload: 'w', seed: 1, notes: [], summary: { jobs }, ...more }) as unknown as Run;

test('one run of each policy: those of which the same holds stand together', () => {
  const runs = [
    run('easy', { killed: 2, completed: 5 }),
    run('kueue', { killed: 2 }),
    run('sjf', { killed: 1, unfinished: 1 }),
    run('fcfs', { completed: 9 }),
  ];
  expect(jobWarnings(runs)).toEqual([
    'sjf: 1 job was not over at the end; figures of jobs do not count it.',
    'easy and kueue: 2 jobs were killed at their limit.',
    'sjf: 1 job was killed at its limit.',
  ]);
});

test('many runs of a policy are one line', () => {
  const rejections = [{ reason: 'too wide', jobs: 1 }];
  const some = [1, 0, 3].map((rejected) => run('easy', { rejected }));
  expect(jobWarnings(some)).toEqual(['easy: 4 jobs were rejected in 2 of 3 runs, 1 to 3 each.']);
  const all = [1, 1].map((rejected) => run('easy', { rejected }, { summary: { jobs: { rejected }, rejections } }));
  expect(jobWarnings(all)).toEqual(['easy: 2 jobs were rejected in 2 runs, 1 each: "too wide".']);
  expect(jobWarnings([2, 2].map((unfinished) => run('easy', { unfinished })))).toEqual([
    'easy: 4 jobs were not over at the end in 2 runs, 2 each; figures of jobs do not count them.',
  ]);
});

test('of many names the last are counted', () => {
  const facts = (names: string) => [...names].map((who) => ({ who, text: 'so.' }));
  expect(groupedFacts(facts('abcd'))).toEqual(['a, b, c and d: so.']);
  expect(groupedFacts(facts('abcdefa'))).toEqual(['a, b, c and 3 more: so.']);
  expect(groupedFacts([{ text: 'so.' }, { text: 'so.' }])).toEqual(['so.']);
});

test('the spread over runs', () => {
  expect(spreadText([0, 2])).toBe(' in 1 of 2 runs, 2 each');
  expect(spreadText([7])).toBe('');
});

test('what systems assume is said once for all of them, in how many runs only where it is not in all', () => {
  const noted = (label: string, notes: readonly string[]) => run(label, {}, { notes });
  const assumed = 'start = 2s is assumed';
  expect(
    runNotes([
      noted('hpk', [`hpk: ${assumed}`, 'limits are made']),
      noted('hpk', [`hpk: ${assumed}`, 'limits are made']),
      noted('ksi', [`ksi: ${assumed}`, 'limits are made', 'ksi: late']),
      noted('ksi', [`ksi: ${assumed}`, 'limits are made', 'a note']),
    ]),
  ).toEqual([`hpk and ksi: ${assumed}.`, 'limits are made.', 'ksi: late (1 run).', 'a note (1 run).']);
});
