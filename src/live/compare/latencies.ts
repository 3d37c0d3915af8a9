/** How long the steps of a pod took, from the file of pod times. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { InputError } from '../../errors.ts';
import { POD_TIMES_FILE } from '../driver/pod-times.ts';
import { spreadOf } from './spread.ts';
import type { Spread } from './spread.ts';

/** All by the clock [ms]: the times of the file are divided by the time scale. */
export interface Latencies {
  /** From the arrival of a pod until its node was decided on; empty where somebody else decides. */
  readonly decision: Spread;
  /** From the decision until it was bound; from its arrival where somebody else decides. */
  readonly bind: Spread;
  /** From the binding until it ran. */
  readonly start: Spread;
  /** Of each pod that ran. */
  readonly starts: readonly number[];
  /** Pods [count]; of them those that were never bound. */
  readonly pods: number;
  readonly unbound: number;
  /** Calls to bind beyond the first of each pod [count]. */
  readonly retries: number;
}

type Row = Readonly<Record<string, string>>;

export function readLatencies(folder: string, timeScale: number): Latencies {
  const rows = readRows(join(folder, POD_TIMES_FILE));
  const between = (from: string, to: string) => (row: Row) => ((time(row[to]) - time(row[from])) * 1000) / timeScale;
  const bound = rows.filter(({ bound_s: at }) => at !== '');
  const starts = rows.map(between('bound_s', 'running_s'));
  const isDecided = rows.some(({ decided_s: at }) => at !== '');
  return {
    decision: spreadOf(rows.map(between('seen_s', 'decided_s'))),
    bind: spreadOf(bound.map(between(isDecided ? 'decided_s' : 'seen_s', 'bound_s'))),
    start: spreadOf(starts),
    starts: starts.filter((start) => !Number.isNaN(start)),
    pods: rows.length,
    unbound: rows.length - bound.length,
    retries: rows.reduce((sum, { tries }) => sum + Math.max(0, Number(tries) - 1), 0),
  };
}

function time(cell: string | undefined): number {
  return cell === undefined || cell === '' ? NaN : Number(cell);
}

function readRows(path: string): Row[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const hint = 'give a folder that "yardmaster live run" has written';
    throw new InputError(`cannot be read (${(error as NodeJS.ErrnoException).code ?? ''})`, path, hint);
  }
  return parse(text, { columns: true, skip_empty_lines: true });
}
