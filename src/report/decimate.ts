import type { Steps } from '../schedule.ts';
import type { TimeWindow } from './chart.ts';

/**
 * A step series as so many columns of pixels can show it: for each column the first, the lowest, the highest and the
 * last level, in the order in which they came. Nothing that would be seen is lost: no peak, however short.
 */
export function decimate({ time, value }: Steps, { from, until }: TimeWindow, columns: number): Steps {
  const first = firstAfter(time, from) - 1;
  const end = firstAfter(time, until);
  const times: number[] = [from];
  const values: number[] = [first < 0 ? 0 : value[first]];
  const push = (at: number) => {
    if (time[at] === times[times.length - 1]) values[values.length - 1] = value[at];
    else {
      times.push(time[at]);
      values.push(value[at]);
    }
  };
  const width = (until - from) / columns;
  for (let at = Math.max(first + 1, 0); at < end;) {
    const column = Math.floor((time[at] - from) / width);
    const next = Math.min(end, firstAfterOrAt(time, from + (column + 1) * width, at + 1));
    for (const kept of extremes(value, at, next)) push(kept);
    at = next;
  }
  times.push(until);
  values.push(values[values.length - 1]);
  return { time: Float64Array.from(times), value: Float64Array.from(values) };
}

/** First, lowest, highest and last of value[from .. until), each once, in their order. */
function extremes(value: Float64Array, from: number, until: number): number[] {
  if (until - from <= 4) return Array.from({ length: until - from }, (_, offset) => from + offset);
  const range = new Range(value, from);
  const blocks = until - from > 2 * BLOCK ? blocksOf(value) : undefined;
  for (let at = from + 1; at < until;) {
    if (blocks !== undefined && at % BLOCK === 0 && at + BLOCK <= until) {
      range.take(blocks.lowest[at / BLOCK]);
      range.take(blocks.highest[at / BLOCK]);
      at += BLOCK;
    } else range.take(at++);
  }
  return [...new Set([from, range.lowest, range.highest, until - 1])].sort((a, b) => a - b);
}

/** The first of the lowest and of the highest values that were taken, in their order [index]. */
class Range {
  lowest: number;
  highest: number;
  readonly #value: Float64Array;

  constructor(value: Float64Array, first: number) {
    this.#value = value;
    this.lowest = first;
    this.highest = first;
  }

  take(at: number): void {
    if (this.#value[at] < this.#value[this.lowest]) this.lowest = at;
    if (this.#value[at] > this.#value[this.highest]) this.highest = at;
  }
}

/** Steps that are summed up: a million of them are looked at one by one only once. */
const BLOCK = 256;

interface Blocks {
  readonly lowest: Uint32Array;
  readonly highest: Uint32Array;
}

const known = new WeakMap<Float64Array, Blocks>();

/** Where the first lowest and highest value of each block stands; what is left over at the end is in none. */
function blocksOf(value: Float64Array): Blocks {
  let blocks = known.get(value);
  if (blocks !== undefined) return blocks;
  const count = Math.floor(value.length / BLOCK);
  blocks = { lowest: new Uint32Array(count), highest: new Uint32Array(count) };
  for (let block = 0; block < count; block++) {
    const range = new Range(value, block * BLOCK);
    for (let at = block * BLOCK + 1; at < (block + 1) * BLOCK; at++) range.take(at);
    blocks.lowest[block] = range.lowest;
    blocks.highest[block] = range.highest;
  }
  known.set(value, blocks);
  return blocks;
}

/** The index of the first time after this one. */
export function firstAfter(time: Float64Array, instant: number, low = 0): number {
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle] > instant) high = middle;
    else low = middle + 1;
  }
  return low;
}

function firstAfterOrAt(time: Float64Array, instant: number, low: number): number {
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle] >= instant) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The integral of a series from its first step up to each step [value x ms]. */
export function integralsOf({ time, value }: Steps): Float64Array {
  const integrals = new Float64Array(time.length);
  for (let at = 1; at < time.length; at++) integrals[at] = integrals[at - 1] + value[at - 1] * (time[at] - time[at - 1]);
  return integrals;
}

/** The mean level in each of so many equal parts of a window, as steps. */
export function meansOver(steps: Steps, integrals: Float64Array, { from, until }: TimeWindow, parts: number): Steps {
  const { time, value } = steps;
  const width = (until - from) / parts;
  const upTo = (instant: number) => {
    const at = firstAfter(time, instant) - 1;
    return at < 0 ? 0 : integrals[at] + value[at] * (instant - time[at]);
  };
  const times = Float64Array.from({ length: parts + 1 }, (_, part) => from + part * width);
  const sums = times.map(upTo);
  const means = times.map((_, part) => (part < parts ? (sums[part + 1] - sums[part]) / width : 0));
  means[parts] = parts > 0 ? means[parts - 1] : 0;
  return { time: times, value: means };
}

/** Steps within a window [count]. */
export function stepsWithin({ time }: Steps, { from, until }: TimeWindow): number {
  return firstAfter(time, until) - firstAfter(time, from);
}
