import type { TimeWindow } from './chart.ts';
import { madeOnce } from './known.ts';
import { categoryOf } from './owners.ts';
import type { Owner } from './owners.ts';
import type { PageTable } from './page-table.ts';
import { cpusHeld, lastTime, runningSpans } from './run-steps.ts';

/** Processor time that owners held in equal parts of a window. */
export interface HeldTime {
  readonly owners: readonly string[];
  readonly parts: number;
  /** [core-hours], that of an owner at `owner * parts + part`. */
  readonly held: Float64Array;
  /** Of everybody, owners that the trace does not name included [core-hours], by part. */
  readonly all: Float64Array;
}

const CORE_HOUR = 3_600_000;

const spansOf = madeOnce(runningSpans);

export function heldTime(table: PageTable, owner: Owner, { from, until }: TimeWindow, parts: number): HeldTime {
  const category = categoryOf(table, owner);
  const owners = category?.names ?? [];
  const held = new Float64Array(owners.length * parts);
  const all = new Float64Array(parts);
  const width = (until - from) / parts;
  const end = lastTime(table);
  const spans = spansOf(table);
  for (let at = 0; at < spans.from.length; at++) {
    const job = spans.job[at];
    const begins = Math.max(spans.from[at], from);
    const ends = Math.min(Number.isNaN(spans.until[at]) ? end : spans.until[at], until);
    if (!(ends > begins)) continue;
    const code = category?.code[job] ?? -1;
    const last = Math.min(parts - 1, Math.floor((ends - from) / width));
    for (let part = Math.floor((begins - from) / width); part <= last; part++) {
      const within = Math.min(ends, from + (part + 1) * width) - Math.max(begins, from + part * width);
      const hours = ((cpusHeld(table, spans, at) / 1000) * Math.max(0, within)) / CORE_HOUR;
      all[part] += hours;
      if (code >= 0) held[code * parts + part] += hours;
    }
  }
  return { owners, parts, held, all };
}
