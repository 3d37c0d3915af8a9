import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventQueue } from '../src/engine/event-queue.ts';

// Planted in EventQueue, and caught:
// - rows are not compared when time and kind are equal;
// - the right child is never looked at when an event is dropped;
// - the queue grows without its kinds.

interface Event {
  readonly time: number;
  readonly kind: number;
  readonly row: number;
}

const inOrder = (a: Event, b: Event) => a.time - b.time || a.kind - b.kind || a.row - b.row;

const event: fc.Arbitrary<Event> = fc.record({ time: fc.nat(4), kind: fc.nat(3), row: fc.nat(4) });

function push(queue: EventQueue, { time, kind, row }: Event): void {
  queue.push(time, kind, row);
}

function pop(queue: EventQueue): Event {
  const next = { time: queue.nextTime, kind: queue.nextKind, row: queue.nextRow };
  queue.pop();
  return next;
}

describe('the event queue', () => {
  test('gives events by time, then kind, then row, whatever the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (events, capacity) => {
        const queue = new EventQueue(capacity);
        for (const one of events) push(queue, one);
        expect(queue.size).toBe(events.length);
        expect(events.map(() => pop(queue))).toEqual([...events].sort(inOrder));
        expect(queue.nextTime).toBe(Infinity);
      }),
      { numRuns: 500 },
    );
  });

  test('does so while events come and go', () => {
    fc.assert(
      fc.property(fc.array(fc.option(event, { nil: 'pop' as const }), { maxLength: 120 }), (steps) => {
        const queue = new EventQueue(1);
        const list: Event[] = [];
        for (const step of steps) {
          if (step !== 'pop') {
            push(queue, step);
            list.push(step);
            list.sort(inOrder);
          } else if (list.length > 0) {
            expect(pop(queue)).toEqual(list.shift());
          }
          expect(queue.size).toBe(list.length);
          expect(queue.nextTime).toBe(list.length === 0 ? Infinity : list[0].time);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('keeps its order when it is large', () => {
    const queue = new EventQueue();
    for (let i = 0; i < 5000; i++) queue.push((i * 7919) % 613, i % 5, (i * 104_729) % 997);
    let last = pop(queue);
    while (queue.size > 0) {
      const next = pop(queue);
      expect(inOrder(last, next)).toBeLessThanOrEqual(0);
      last = next;
    }
  });

  test('an event that never comes stands behind all others', () => {
    const queue = new EventQueue();
    queue.push(Infinity, 0, 0);
    queue.push(2 ** 53, 8, 7);
    expect(pop(queue)).toEqual({ time: 2 ** 53, kind: 8, row: 7 });
    expect(queue.nextTime).toBe(Infinity);
  });
});
