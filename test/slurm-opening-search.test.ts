// In which groups running jobs are let go before a waiting job is tried again, against the loop as _will_run_test has it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EndOrder } from '../src/policies/slurm/end-order.ts';
import { nodeSetOf, overlaps } from '../src/policies/slurm/node-set.ts';
import type { NodeSet } from '../src/policies/slurm/node-set.ts';
import { OpeningSearch } from '../src/policies/slurm/opening-search.ts';
import type { Allocation } from '../src/policies/slurm/running.ts';

const NODES = 40;
const ALL = Array.from({ length: NODES }, (_, node) => node);
const SECOND = 1000;

/** Each test that is made: after whose end, and how many of the jobs on these nodes are gone. */
function byDefinition(jobs: readonly Allocation[], nodes: NodeSet, linear: number): string[] {
  const tests: string[] = [];
  let [window, barrier, next, gone] = [30 * SECOND, 0, 0, 0];
  let more = true;
  while (more) {
    let last: Allocation | undefined;
    let removed = 0;
    let isCut = false;
    for (;;) {
      if (next === jobs.length) {
        more = false;
        break;
      }
      const job = jobs[next++];
      if (!overlaps(job.nodes, nodes)) continue;
      if (barrier === 0) barrier = job.end + (window - (job.end % window));
      last = job;
      gone++;
      if (next === jobs.length) {
        more = false;
        break;
      }
      if (jobs[next].end > barrier + window) break;
      if (removed++ > 200) {
        isCut = true;
        break;
      }
    }
    if (last === undefined) break;
    if (isCut) continue;
    do window = linear > 0 ? window + linear : window * 2;
    while (next < jobs.length && jobs[next].end > barrier + window);
    tests.push(`${last.job}: ${gone}`);
  }
  return tests;
}

const running = fc
  .tuple(
    fc.constantFrom(0, 1, 8, 30, 400, 900),
    fc.infiniteStream(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: NODES - 1 }), fc.boolean())),
  )
  .map(([count, stream]) => {
    const drawn = Array.from({ length: count }, () => stream.next().value);
    drawn.sort(([a], [b]) => a - b);
    return drawn.map(([end, node, wide], job): Allocation => {
      const nodes = nodeSetOf(NODES, wide ? [node, (node + 7) % NODES] : [node]);
      // Many end together, and all within a window or over hours.
      return { job, shares: [], nodes, whole: false, start: 0, end: (count > 100 ? end + 1 : end * 10) * SECOND, partition: 0 };
    });
  });
const candidates = fc
  .oneof(fc.constantFrom([0], [3, 35], [], ALL), fc.constant(ALL), fc.subarray(ALL))
  .map((nodes) => nodeSetOf(NODES, nodes));

test('lets jobs go in the groups that end close together', () => {
  fc.assert(
    fc.property(
      running,
      candidates,
      fc.constantFrom(0, 60 * SECOND),
      fc.array(fc.nat({ max: 4000 }), { maxLength: 4 }),
      (jobs, nodes, linear, stops) => {
        const search = new OpeningSearch(new EndOrder(jobs), nodes, linear);
        const tests: string[] = [];
        const goOn = (gone: number) => {
          const those = jobs.slice(0, gone).filter((job) => overlaps(job.nodes, nodes));
          tests.push(`${those[those.length - 1].job}: ${those.length}`);
          return undefined;
        };
        // Broken off and taken up again, it does the same.
        for (const stop of [...stops].sort((a, b) => a - b)) search.upTo(stop * SECOND, goOn);
        expect(search.upTo(Infinity, goOn)).toBe(Infinity);
        expect(tests).toEqual(byDefinition(jobs, nodes, linear));
      },
    ),
    { numRuns: 500 },
  );
});

test('tells after whose end there is room, or when the next ones end if that is too late', () => {
  const ends = [10, 20, 300, 4000];
  const jobs = ends.map((end, job): Allocation => {
    return { job, shares: [], nodes: nodeSetOf(NODES, [job]), whole: false, start: 0, end: end * SECOND, partition: 0 };
  });
  const all = nodeSetOf(NODES, [0, 1, 2, 3]);
  const search = new OpeningSearch(new EndOrder(jobs), all, 0);
  const fits = (gone: number) => (gone >= 3 ? [] : undefined);
  expect(search.upTo(100 * SECOND, fits)).toBe(300 * SECOND);
  expect(search.upTo(300 * SECOND, fits)).toEqual({ last: jobs[2], shares: [] });
});

test.each([201, 202, 203, 404])('%i jobs at once, and one behind them elsewhere: tried as often as by definition', (count) => {
  const jobs = Array.from({ length: count + 1 }, (_, job): Allocation => {
    return { job, shares: [], nodes: nodeSetOf(NODES, [job < count ? 0 : 1]), whole: false, start: 0, end: SECOND, partition: 0 };
  });
  const nodes = nodeSetOf(NODES, [0]);
  const tests: string[] = [];
  const found = new OpeningSearch(new EndOrder(jobs), nodes, 0).upTo(Infinity, (gone) => {
    tests.push(`${gone - 1}: ${gone}`);
    return undefined;
  });
  expect(found).toBe(Infinity);
  // Where the one that is too many is the last of them, Slurm never tries it without them.
  expect(tests.length).toBe(count === 202 || count === 404 ? 0 : 1);
  expect(tests.length).toBe(byDefinition(jobs, nodes, 0).length);
});
