import { STATE_NAMES } from '../schedule.ts';
import type { Category } from '../workload.ts';
import type { PageTable } from './page-table.ts';

/**
 * The rows of the jobs that a reader looks for, in the order of the table. Words must all be found: `user:ada`,
 * `queue:gpu`, `account:physics` and `state:killed` in that column, any other word in the id, or as a user or queue.
 */
export function searchJobs(table: PageTable, query: string): Uint32Array {
  const tests = query
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => testOf(table, word.toLowerCase()));
  const found = new Uint32Array(table.count);
  let count = 0;
  for (let row = 0; row < table.count; row++) if (tests.every((test) => test(row))) found[count++] = row;
  return found.subarray(0, count);
}

type Test = (row: number) => boolean;

function testOf(table: PageTable, word: string): Test {
  const [, column, wanted] = /^(user|queue|account|state):(.*)$/.exec(word) ?? [];
  if (column === 'state') return stateTest(table, wanted);
  if (column === 'user') return nameTest(table.user, wanted, true);
  if (column === 'queue') return nameTest(table.queue, wanted, true);
  if (column === 'account') return table.account === undefined ? () => false : nameTest(table.account, wanted, true);
  const [user, queue] = [nameTest(table.user, word, false), nameTest(table.queue, word, false)];
  const { ids } = table;
  return (row) => String(ids[row]).toLowerCase().includes(word) || user(row) || queue(row);
}

function stateTest({ state }: PageTable, wanted: string): Test {
  const codes = new Set(STATE_NAMES.flatMap((name, code) => (name.startsWith(wanted) ? [code] : [])));
  return (row) => codes.has(state[row]);
}

/** Names are few: each is looked at once. `exact`: the whole name. Numbers as names are found only whole. */
function nameTest({ code, names }: Category, wanted: string, exact: boolean): Test {
  const whole = exact || /^\d+$/.test(wanted);
  const codes = new Set(
    names.flatMap((name, index) => {
      const lower = name.toLowerCase();
      return (whole ? exact && lower === wanted : lower.includes(wanted)) ? [index] : [];
    }),
  );
  return (row) => codes.has(code[row]);
}
