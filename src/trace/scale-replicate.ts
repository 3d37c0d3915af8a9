import { rowNumbers } from '../columns.ts';
import { usageError } from '../errors.ts';
import { DAY, formatDuration } from '../units.ts';
import { jobId, selectJobs } from '../workload.ts';
import type { Dependencies, Workload } from '../workload.ts';
import type { Changed } from './slice.ts';

/**
 * Load times `copies` by arrivals: every job is there so many times, as another job of the same user. Copy number k is
 * moved by k times `shift` [ms]; what would be after the last submission wraps around to the beginning. The length that
 * it wraps around is one of whole days, so that a shift of whole days keeps the hours of the day as they are.
 */
export function replicateArrivals(workload: Workload, copies: number, shift: number): Changed {
  if (!Number.isInteger(copies) || copies < 1 || copies > 1000) {
    throw usageError(`${copies} is no number of copies`, 'copies', 'a whole number from 1 to 1000');
  }
  const { count, submit, recordedStart, dependencies, origin } = workload;
  const span = count === 0 ? 0 : submit[count - 1] + 1;
  const period = span > DAY ? Math.ceil(span / DAY) * DAY : span;
  const moved = new Float64Array(count * copies);
  for (let copy = 0; copy < copies; copy++) {
    for (let job = 0; job < count; job++) moved[copy * count + job] = wrapped(submit[job] + copy * Math.round(shift), period);
  }
  const order = rowNumbers(count * copies).sort((a, b) => moved[a] - moved[b] || a - b);
  const rows = order.map((place) => place % count);
  const selected = selectJobs({ ...workload, dependencies: undefined }, rows);
  const replicated: Workload = {
    ...selected,
    origin,
    submit: Float64Array.from(order, (place) => moved[place]),
    ids: copiedIds(workload, order),
    recordedStart:
      recordedStart && Float64Array.from(order, (place) => recordedStart[place % count] - submit[place % count] + moved[place]),
  };
  const copied = dependencies && copiedDependencies(dependencies, order, count);
  const notes = [`every job is there ${copies} times, each copy ${formatDuration(shift)} later than the one before`];
  if (copied && copied.dropped > 0) {
    notes.push(`${copied.dropped} dependencies are dropped because the job that is waited for has wrapped around to later`);
  }
  return { workload: { ...replicated, dependencies: copied?.dependencies }, notes };
}

function wrapped(time: number, period: number): number {
  return period === 0 ? 0 : ((time % period) + period) % period;
}

/** The first copy keeps its ids; numbers go on above the largest, texts get the number of the copy. */
function copiedIds(workload: Workload, order: Int32Array): Float64Array | string[] {
  const { ids, count } = workload;
  const copyOf = (place: number) => Math.floor(place / count);
  if (ids instanceof Float64Array) {
    let least = Infinity;
    let largest = -Infinity;
    for (const id of ids) {
      least = Math.min(least, id);
      largest = Math.max(largest, id);
    }
    const step = largest - least + 1;
    if (largest + step * 1000 < Number.MAX_SAFE_INTEGER) {
      return Float64Array.from(order, (place) => ids[place % count] + copyOf(place) * step);
    }
  }
  return Array.from(order, (place) => {
    const id = jobId(workload, place % count);
    return copyOf(place) === 0 ? id : `${id}#${copyOf(place) + 1}`;
  });
}

/** Each copy waits for jobs of its own copy. */
function copiedDependencies(
  { first, on, kind, think }: Dependencies,
  order: Int32Array,
  count: number,
): { dependencies: Dependencies | undefined; dropped: number } {
  const rowOf = new Int32Array(order.length);
  order.forEach((place, row) => {
    rowOf[place] = row;
  });
  const firstEdge = new Int32Array(order.length + 1);
  const edges: number[] = [];
  const rows: number[] = [];
  let dropped = 0;
  for (let row = 0; row < order.length; row++) {
    const job = order[row] % count;
    const copy = order[row] - job;
    for (let edge = first[job]; edge < first[job + 1]; edge++) {
      const other = rowOf[copy + on[edge]];
      // What waited for an earlier job must not come to wait for a later one.
      if (on[edge] < job && other > row) dropped++;
      else {
        edges.push(edge);
        rows.push(other);
      }
    }
    firstEdge[row + 1] = edges.length;
  }
  if (edges.length === 0) return { dependencies: undefined, dropped };
  const dependencies: Dependencies = {
    first: firstEdge,
    on: Int32Array.from(rows),
    kind: Uint8Array.from(edges, (edge) => kind[edge]),
    think: Float64Array.from(edges, (edge) => think[edge]),
  };
  return { dependencies, dropped };
}
