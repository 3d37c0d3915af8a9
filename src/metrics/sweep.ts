import { orderBy } from './order.ts';

/**
 * Goes through several lists of times as if they were one in ascending order, and tells of each entry which list and
 * row it is. At one time the lists come in their order. Sorting them apart takes less room than one long list.
 * All times must be finite.
 */
export function sweep(lists: readonly Float64Array[], visit: (list: number, row: number, time: number) => void): void {
  const orders = lists.map(orderBy);
  const next = new Int32Array(lists.length);
  const nextTime = lists.map((times, list) => (times.length > 0 ? times[orders[list][0]] : Infinity));
  for (;;) {
    let first = 0;
    for (let list = 1; list < lists.length; list++) if (nextTime[list] < nextTime[first]) first = list;
    const time = nextTime[first];
    if (time === Infinity) return;
    visit(first, orders[first][next[first]++], time);
    nextTime[first] = next[first] < orders[first].length ? lists[first][orders[first][next[first]]] : Infinity;
  }
}
