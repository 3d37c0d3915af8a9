// The table of backfill's promises against its definition: a row for every minute, each with the nodes that are left.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyNodeSet, hasNode, nodeSetOf } from '../src/policies/slurm/node-set.ts';
import type { NodeSet } from '../src/policies/slurm/node-set.ts';
import { NodeSpace } from '../src/policies/slurm/node-space.ts';

const MINUTE = 60_000;
const NODES = 4;
/** Minutes of the window. */
const WINDOW = 12;
const ALL = 2 ** NODES - 1;

// Planted, and caught here: the row behind the end not split; the end of a stretch taken as outside of it.

const nodesOf = (bits: number) =>
  nodeSetOf(
    NODES,
    [0, 1, 2, 3].filter((node) => (bits >> node) & 1),
  );
const bitsOf = (set: NodeSet) => [0, 1, 2, 3].reduce((bits, node) => bits | (hasNode(set, node) ? 1 << node : 0), 0);

/** Each minute by itself. */
class MinuteTable {
  readonly left = new Array<number>(WINDOW).fill(ALL);

  reserve(nodes: number, start: number, end: number): void {
    const from = Math.max(0, start);
    for (let minute = from; minute < Math.max(end, from + 1) && minute < WINDOW; minute++) this.left[minute] &= ~nodes;
  }

  /** The stretch [start, end] in ms, its end included. */
  leftOf(nodes: number, start: number, end: number): number {
    return this.left.reduce((rest, left, minute) => {
      const touches = (minute + 1) * MINUTE > start && minute * MINUTE <= end;
      return touches ? rest & left : rest;
    }, nodes);
  }

  /** The first end of a minute after `start` behind which some of the nodes are there that are gone by then; 0 = none. */
  later(nodes: number, start: number, end: number): number {
    let rest = nodes;
    for (let minute = 0; minute + 1 < WINDOW; minute++) {
      if ((minute + 1) * MINUTE <= start) continue;
      if ((nodes & this.left[minute + 1] & ~(rest & this.left[minute])) !== 0) return (minute + 1) * MINUTE;
      // Slurm looks at the row behind the stretch once more, and then stops.
      if (minute * MINUTE > end) return 0;
      rest &= this.left[minute];
    }
    return 0;
  }
}

const promise = fc.record({
  nodes: fc.integer({ min: 1, max: ALL }),
  start: fc.integer({ min: 0, max: WINDOW - 1 }),
  length: fc.integer({ min: 0, max: 4 }),
});
const question = fc.record({
  nodes: fc.integer({ min: 1, max: ALL }),
  start: fc.integer({ min: 0, max: 2 * WINDOW - 2 }),
  length: fc.integer({ min: 0, max: 10 }),
});

test('says of every stretch what minutes one by one say of it', () => {
  fc.assert(
    fc.property(
      fc.array(promise, { maxLength: 8 }),
      fc.array(question, { minLength: 1, maxLength: 5 }),
      (promises, questions) => {
        const table = new NodeSpace(nodesOf(ALL), 0, WINDOW * MINUTE, MINUTE);
        const minutes = new MinuteTable();
        for (const { nodes, start, length } of promises) {
          table.reserve(nodesOf(nodes), start * MINUTE, (start + length) * MINUTE);
          minutes.reserve(nodes, start, start + length);
        }
        for (const { nodes, start, length } of questions) {
          const [from, until] = [(start * MINUTE) / 2, ((start + length) * MINUTE) / 2];
          const { nodes: left, later } = table.leftOf(nodesOf(nodes), from, until);
          expect(bitsOf(left)).toBe(minutes.leftOf(nodes, from, until));
          // Rows that are longer than a minute may look further than the stretch, but never past the first new nodes.
          const slow = minutes.later(nodes, from, until);
          if (slow > 0) expect(later).toBe(slow);
          else if (later > 0) expect(later).toBeGreaterThan(until);
          const clashes = minutes.left.some(
            (rest, minute) => minute >= start && minute <= start + length && (nodes & ~rest) !== 0,
          );
          expect(table.breaks(nodesOf(nodes), start * MINUTE, (start + length + 1) * MINUTE)).toBe(clashes);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test('nothing of a table is promised at first, and what is down is not left', () => {
  const table = new NodeSpace(nodesOf(0b1011), 0, WINDOW * MINUTE, MINUTE);
  expect(bitsOf(table.leftOf(nodesOf(ALL), 0, MINUTE).nodes)).toBe(0b1011);
  expect(table.breaks(emptyNodeSet(NODES), 0, MINUTE)).toBe(false);
});
