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
  /** From the submission of a job that nothing keeps waiting until its first pod was bound. */
  readonly first: Spread;
  /** From one binding of such a job's pods to the next; empty where each has one pod. */
  readonly spacing: Spread;
  /** From the last binding of a job until all its pods ran, of each job. */
  readonly launches: readonly number[];
  /** Pods [count]; of them those that were never bound. */
  readonly pods: number;
  readonly unbound: number;
  /** Calls to bind beyond the first of each pod [count]. */
  readonly retries: number;
}

/** A line of the file, by the names of its columns. */
export type Row = Readonly<Record<string, string>>;

/** `submissions`: of the jobs that nothing keeps waiting, by their ids [ms of the workload]. */
export function readLatencies(folder: string, timeScale: number, submissions: ReadonlyMap<string, number>): Latencies {
  return latenciesOf(readRows(join(folder, POD_TIMES_FILE)), timeScale, submissions);
}

export function latenciesOf(rows: readonly Row[], timeScale: number, submissions: ReadonlyMap<string, number>): Latencies {
  const between = (from: string, to: string) => (row: Row) => ((time(row[to]) - time(row[from])) * 1000) / timeScale;
  const bound = rows.filter(({ bound_s: at }) => at !== '');
  const jobs = undisturbed(rows);
  const isDecided = rows.some(({ decided_s: at }) => at !== '');
  return {
    decision: spreadOf(rows.map(between('seen_s', 'decided_s'))),
    bind: spreadOf(bound.map(between(isDecided ? 'decided_s' : 'seen_s', 'bound_s'))),
    start: spreadOf(rows.map(between('bound_s', 'running_s'))),
    ...promptStages(jobs, timeScale, submissions),
    launches: jobs.map(({ bound, running }) => (Math.max(...running) - bound[bound.length - 1]) / timeScale),
    pods: rows.length,
    unbound: rows.length - bound.length,
    retries: rows.reduce((sum, { tries }) => sum + Math.max(0, Number(tries) - 1), 0),
  };
}

interface JobTimes {
  readonly job: string;
  /** Of its pods, in this order [ms of the workload]. */
  readonly bound: readonly number[];
  readonly running: readonly number[];
}

/** The jobs of which no pod was made anew, and all have run. */
function undisturbed(rows: readonly Row[]): JobTimes[] {
  const byJob = new Map<string, Row[]>();
  for (const row of rows) {
    const own = byJob.get(row.job);
    if (own === undefined) byJob.set(row.job, [row]);
    else own.push(row);
  }
  return [...byJob].flatMap(([job, own]) => {
    if (own.some(({ generation, running_s: running }) => generation !== '0' || running === '')) return [];
    const ms = (cell: string) => own.map((row) => 1000 * time(row[cell])).sort((a, b) => a - b);
    return [{ job, bound: ms('bound_s'), running: ms('running_s') }];
  });
}

function promptStages(jobs: readonly JobTimes[], timeScale: number, submissions: ReadonlyMap<string, number>) {
  const prompt = jobs.filter(({ job }) => submissions.has(job));
  return {
    first: spreadOf(prompt.map(({ job, bound }) => (bound[0] - (submissions.get(job) ?? NaN)) / timeScale)),
    spacing: spreadOf(prompt.flatMap(({ bound }) => bound.slice(1).map((at, index) => (at - bound[index]) / timeScale))),
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
