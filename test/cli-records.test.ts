// Schedules that other simulators made of the same logs, against ours, through the commands that a user would type.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, yardmaster } from './cli-runner.ts';

const RECORDS = '../shared/truth/schedules';
const absent = !existsSync(RECORDS);

/** Selector, record, and the starts that are identical; without a number, all of them. */
const CASES: [policy: string, record: string, log: 'sdsc4k' | 'lublin10k', identical?: number][] = [
  ['fcfs', 'textbook-fcfs', 'sdsc4k'],
  ['fcfs', 'pyss-fcfs', 'lublin10k'],
  ['fcfs', 'accasim-fcfs', 'sdsc4k'],
  ['fcfs', 'batsim-fcfs_fast', 'lublin10k'],
  ['fcfs', 'rlsched-fcfs', 'sdsc4k'],
  ['fcfs', 'alea-fcfs', 'sdsc4k'],
  ['easy', 'textbook-easy', 'sdsc4k'],
  ['easy', 'textbook-easy', 'lublin10k'],
  ['easy:dialect=pyss', 'pyss-easy', 'sdsc4k'],
  ['easy:dialect=pyss', 'pyss-easy', 'lublin10k'],
  ['easy:dialect=cqsim', 'cqsim-easy', 'sdsc4k'],
  ['easy:dialect=cqsim', 'cqsim-easy', 'lublin10k', 9941],
  ['easy:dialect=batsched-easy-fast', 'batsim-easy_bf_fast', 'sdsc4k'],
  ['easy:dialect=batsched-easy-fast', 'batsim-easy_bf_fast', 'lublin10k'],
  ['easy:dialect=accasim', 'accasim-easy', 'sdsc4k'],
  ['easy:dialect=accasim', 'accasim-easy', 'lublin10k'],
  ['conservative:variant=rebuild', 'textbook-cons', 'sdsc4k'],
  ['conservative:variant=rebuild', 'textbook-cons', 'lublin10k'],
  ['conservative:variant=pyss', 'pyss-cons', 'sdsc4k'],
];

describe.skipIf(absent)(`records of other simulators${absent ? ` (skipped: there is no ${RECORDS})` : ''}`, () => {
  test.each(CASES)('%s starts every job when %s does on %s', async (policy, record, log, identical) => {
    const out = temporaryFolder();
    const replay = await yardmaster(['replay', `${RECORDS}/${log}.swf.gz`, '--policy', policy, '--out', out]);
    expect(replay.code).toBe(0);
    const jobs = join(out, policy.split(':')[0], 'jobs.csv');
    // Alea writes some of its times 0.1 s late.
    const options = ['--offset', 'auto', '--within', record.startsWith('alea') ? '0.1s' : '0', '--json'];
    const verify = await yardmaster(['verify', 'schedule', `${RECORDS}/${record}-${log}.csv.gz`, jobs, ...options]);
    const found = JSON.parse(verify.stdout) as { ok: boolean; compared: number; identical: number };
    if (identical === undefined) expect(found).toMatchObject({ ok: true, identical: found.compared });
    else expect(found.identical).toBeGreaterThanOrEqual(identical);
    expect(found.compared).toBe(log === 'sdsc4k' ? 4606 : 10_000);
  });
});
