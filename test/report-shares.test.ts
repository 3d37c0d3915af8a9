// Who held the machine, against its slow definition; and what each is entitled to, against shares worked out by hand.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entitlementsFor, entitlementsOf } from '../src/cli/report-shares.ts';
import { heldTime } from '../src/report/held-time.ts';
import { lastTime, runningSpans } from '../src/report/run-steps.ts';
import { temporaryFolder } from './cli-runner.ts';
import { pageTables } from './page-tables.ts';

test('what owners held in each part of a window is the sum over each second of it', () => {
  fc.assert(
    fc.property(
      pageTables,
      fc.integer({ min: 0, max: 8 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 4 }),
      (table, from, each, parts) => {
        const window = { from: from * 1000, until: (from + each * parts) * 1000 };
        const { owners, held, all } = heldTime(table, 'user', window, parts);
        const spans = runningSpans(table);
        for (let part = 0; part < parts; part++) {
          const slow = [...owners.map(() => 0), 0];
          for (let second = 0; second < each; second++) {
            const now = window.from + (part * each + second) * 1000;
            for (let at = 0; at < spans.from.length; at++) {
              const until = Number.isNaN(spans.until[at]) ? lastTime(table) : spans.until[at];
              if (!(spans.from[at] <= now && now < until)) continue;
              const hours = table.cpus[spans.job[at]] / 1000 / 3600;
              const code = table.user.code[spans.job[at]];
              if (code >= 0) slow[code] += hours;
              slow[owners.length] += hours;
            }
          }
          owners.forEach((_, code) => expect(held[code * parts + part]).toBeCloseTo(slow[code], 9));
          expect(all[part]).toBeCloseTo(slow[owners.length], 9);
        }
      },
    ),
  );
});

test('shares of all levels are multiplied, users in two accounts have both', () => {
  const given = [
    { account: 'physics', shares: 30 },
    { account: 'biology', shares: 10 },
    { account: 'theory', shares: 3, above: 'physics' },
    { account: 'lab', shares: 1, above: 'physics' },
    { account: 'theory', user: 'ann', shares: 1 },
    { account: 'theory', user: 'bob', shares: 1 },
    { account: 'biology', user: 'ann', shares: 5 },
  ];
  const { account, user } = entitlementsOf(given);
  expect(account).toEqual({ physics: 0.75, biology: 0.25, theory: 0.5625, lab: 0.1875 });
  expect(user!.bob).toBeCloseTo(0.28125);
  expect(user!.ann).toBeCloseTo(0.28125 + 0.25);
});

test('a file is read, and said to be missing if it is', () => {
  const path = join(temporaryFolder(), 'shares');
  writeFileSync(path, 'physics 3\nbiology 1\n');
  expect(entitlementsFor(path, [])).toEqual({ account: { physics: 0.75, biology: 0.25 } });
  expect(() => entitlementsFor(`${path}s`, [])).toThrow('there is no such file');
  expect(entitlementsFor(undefined, [])).toBeUndefined();
});
