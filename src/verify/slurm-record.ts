/** Records of what a real slurmctld did: one line a job, and beside it the slurm.conf it ran with. */
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { Cluster } from '../cluster.ts';
import { InputError } from '../errors.ts';
import { readSlurmConf } from '../slurm-conf.ts';
import { WorkloadBuilder } from '../workload-builder.ts';
import type { Workload } from '../workload.ts';
import { readSbatchOptions } from './sbatch-options.ts';
import type { SbatchOptions } from './sbatch-options.ts';

const SECOND = 1000;
/** Most records have whole seconds: what came at 17 came somewhere in between 17 and 18. */
const MIDDLE = 500;
/** A job that is requeued may begin again so much later [s]. */
const REQUEUE_DELAY = 120;

export interface SlurmRecord {
  readonly name: string;
  readonly ids: readonly string[];
  /** In the time base of the record [s]: the first submission of a job that was requeued, if the record says when that was. */
  readonly submit: readonly number[];
  readonly start: readonly number[];
  readonly end: readonly number[];
  /** Whether backfill started it. */
  readonly backfilled: readonly boolean[];
  readonly rows: readonly SlurmRecordRow[];
  /** Lines without a start or an end: they are not compared [count]. */
  readonly skipped: number;
}

/** Times [s]. */
export interface SlurmRecordRow {
  readonly id: string;
  readonly nodes: number;
  /** Of each node. */
  readonly cpus: number;
  readonly gpus: number;
  readonly limit: number;
  readonly submit: number;
  readonly start: number;
  readonly end: number;
  readonly account: string;
  readonly backfilled: boolean;
  /** When it was to be submitted; NaN = not said. */
  readonly asked: number;
  /** Whether it was preempted and requeued: what the row says is its last run. */
  readonly requeued: boolean;
  /** Whether it was preempted for good: it ran for less than it would have. */
  readonly cut: boolean;
  /** How long it would have run. */
  readonly runtime: number;
  /** What became of it, in Slurm's words; empty if that is not said. */
  readonly state: string;
  readonly options: SbatchOptions;
}

const COLUMNS = ['id', 'nodes', 'cpus', 'gpus', 'limit_s', 'submit', 'start', 'end', 'scheduler'] as const;

/** `options`: what else was said at submission, by job; the record itself has not all of it. */
export function readSlurmRecord(text: string, name: string, options = new Map<string, SbatchOptions>()): SlurmRecord {
  const lines = parseCsv(text, name);
  const read = lines.map((line, index) => readRow(line, `${name}, record ${index + 1}`));
  const lag = medianLag(read);
  const rows = read.map((row) => ({
    ...row,
    submit: row.requeued && !Number.isNaN(row.asked) ? Math.floor(row.asked + lag) : row.submit,
    options: { ...row.options, ...options.get(row.id) },
  }));
  const kept = rows.filter(({ start, end }) => start >= 0 && end > 0);
  if (kept.length === 0) throw new InputError('no job of it has a start and an end', name, 'is it a record of slurmctld?');
  return {
    name,
    ids: kept.map(({ id }) => id),
    submit: kept.map(({ submit }) => submit),
    start: kept.map(({ start }) => start),
    end: kept.map(({ end }) => end),
    backfilled: kept.map(({ backfilled }) => backfilled),
    rows: kept,
    skipped: rows.length - kept.length,
  };
}

/** How much later than it was to, a job is usually submitted [s]. */
function medianLag(rows: readonly SlurmRecordRow[]): number {
  const lags = rows.filter(({ requeued, asked }) => !requeued && !Number.isNaN(asked)).map(({ submit, asked }) => submit - asked);
  return lags.sort((a, b) => a - b)[lags.length >> 1] ?? 0;
}

type Line = Partial<Record<string, string>>;

/** The options of sbatch that stand in a workload, in its column `extra`. */
export function readSlurmWorkload(text: string, name: string): Map<string, SbatchOptions> {
  return new Map(parseCsv(text, name).map(({ id = '', extra = '' }) => [id, readSbatchOptions(extra, `${name}, job ${id}`)]));
}

function parseCsv(text: string, name: string): Line[] {
  try {
    return parse(text, { columns: true, skip_empty_lines: true });
  } catch (error) {
    throw new InputError(error instanceof Error ? error.message : String(error), name, 'is it a CSV file with a header?');
  }
}

function readRow(line: Line, where: string): SlurmRecordRow {
  const lost = COLUMNS.filter((column) => line[column] === undefined);
  if (lost.length > 0) throw new InputError(`there is no column ${lost.join(', ')}`, where, `it needs ${COLUMNS.join(', ')}`);
  const number = (column: (typeof COLUMNS)[number]) => {
    const value = Number(line[column] || 0);
    if (Number.isNaN(value))
      throw new InputError(`"${line[column]}" is not a number`, `${where}, ${column}`, 'correct the record');
    return value;
  };
  return {
    id: line.id ?? '',
    nodes: number('nodes'),
    cpus: number('cpus'),
    gpus: number('gpus'),
    limit: number('limit_s'),
    submit: number('submit'),
    // One that never started has none; the clock of a record may begin with the first start.
    start: line.start === '' ? NaN : number('start'),
    end: number('end'),
    account: line.account ?? '',
    backfilled: line.scheduler === 'Backfill',
    asked: line.req_submit === undefined ? NaN : Number(line.req_submit),
    cut: line.state === 'PREEMPTED' && line.runtime !== undefined,
    runtime: Number(line.runtime ?? NaN),
    state: line.state ?? '',
    requeued: Number(line.eligible ?? 0) - number('submit') >= REQUEUE_DELAY,
    options: line.partition === undefined || line.partition === '' ? {} : { partition: line.partition },
  };
}

/** Texts of slurm.conf and of what stood beside it. */
const RECORD_CONFIG = z.object({
  config: z.string(),
  t0: z.number(),
  topology: z.string().optional(),
  accounts: z.string().optional(),
  qos: z.string().optional(),
});

export interface SlurmRecordConfig {
  readonly cluster: Cluster;
  readonly warnings: readonly string[];
  /** Unix time of the record's zero [s]. */
  readonly zero: number;
}

export function readSlurmRecordConfig(json: unknown, name: string): SlurmRecordConfig {
  const read = RECORD_CONFIG.safeParse(json);
  if (!read.success)
    throw new InputError(z.prettifyError(read.error), name, 'it needs "config", a slurm.conf, and "t0", a Unix time');
  const { topology, accounts, qos } = read.data;
  const file = (what: string, text: string) => ({ path: `${name}, ${what}`, text });
  const { cluster, warnings } = readSlurmConf({
    conf: file('config', read.data.config),
    ...(topology === undefined ? {} : { topology: file('topology', topology) }),
    ...(accounts === undefined ? {} : { accounts: file('accounts', accounts) }),
    ...(qos === undefined ? {} : { qos: file('qos', qos) }),
  });
  return { cluster, warnings, zero: read.data.t0 };
}

/** The jobs as they came, with the run times they had: whether a limit ended them is part of that. */
export function recordedWorkload({ rows, name }: SlurmRecord, { zero, cluster }: SlurmRecordConfig): Workload {
  const builder = new WorkloadBuilder();
  const suspends = cluster.slurm?.preemption.mode.gang === true;
  const overhead = meanOverhead(rows, suspends);
  const isExact = rows.some(({ submit }) => !Number.isInteger(submit));
  for (const row of rows) {
    const { partition, qos, account, ...own } = row.options;
    builder.add({
      id: row.id,
      submit: isExact ? Math.round(row.submit * SECOND) : row.submit * SECOND + MIDDLE,
      runtime: isExact && !row.cut ? Math.round((row.end - row.start) * SECOND) : runtimeOf(row, overhead, suspends),
      walltime: row.limit * SECOND,
      tasks: row.nodes,
      request: builder.request({ cpu: row.cpus * 1000, memory: 0, gpu: row.gpus * 1000 }),
      // Asked for with --nodes and one task on each of them.
      slurm: { options: builder.slurm.options({ minNodes: row.nodes, maxNodes: row.nodes, tasksPerNode: 1, ...own }) },
      ...(row.account === '' ? {} : { account: row.account }),
      ...(account === undefined ? {} : { account }),
      ...(partition === undefined ? {} : { partition }),
      ...(qos === undefined ? {} : { qos }),
    });
  }
  return builder.finish(name, zero * SECOND);
}

/**
 * Records have whole seconds. Where it is known for how long a job slept, that and what starting and ending it takes on
 * average are nearer to the truth than the difference of the two [ms]. Where jobs take turns, that has their pauses in it.
 */
function runtimeOf({ cut, runtime, start, end, state }: SlurmRecordRow, overhead: number, suspends: boolean): number {
  if (cut) return runtime * SECOND;
  const recorded = end - start;
  const isKnown = state === 'COMPLETED' && (suspends ? runtime >= 0 : Math.abs(recorded - runtime - overhead) < 1);
  return isKnown ? Math.round((runtime + overhead) * SECOND) : recorded * SECOND;
}

/** By how much jobs that came to their end were longer than asked, on average [s]; NaN if that is not known. */
function meanOverhead(rows: readonly SlurmRecordRow[], suspends: boolean): number {
  const ended = rows.filter(({ state }) => state === 'COMPLETED').map(({ start, end, runtime }) => end - start - runtime);
  const over = suspends ? ended.filter((one) => one <= 1) : ended;
  return over.reduce((sum, one) => sum + one, 0) / over.length;
}
