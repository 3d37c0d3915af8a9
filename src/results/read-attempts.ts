import { Float64Column, Int32Column } from '../columns.ts';
import { InputError } from '../errors.ts';
import { PURPOSES } from '../node-time.ts';
import { ATTEMPTS_HEADER } from './attempts-csv.ts';
import { CsvCells } from './csv-cells.ts';
import { DATED_HEADER, EXPLANATIONS_HEADER } from './explanations-csv.ts';
import { ATTEMPT_NAMES } from './job-table.ts';
import type { AttemptTable, ExplanationTable, JobTable, NodeTimeTable, ResizeTable } from './job-table.ts';
import { NODE_TIME_HEADER } from './node-time-csv.ts';
import { NameColumn } from './read-jobs.ts';
import { RESIZES_HEADER } from './resizes-csv.ts';

/** Reads attempts.csv of a run whose jobs are known. */
export function readAttempts(bytes: Buffer, file: string, jobs: JobTable): AttemptTable {
  const cells = openAt(bytes, file, ATTEMPTS_HEADER);
  const rowOf = rowsById(jobs);
  const job = new Int32Column();
  const why = new Int32Column();
  const [start, end, kept] = [new Float64Column(), new Float64Column(), new Float64Column()];
  while (cells.nextRow()) {
    cells.nextCell();
    job.push(rowOf(cells));
    for (const column of [start, end]) {
      cells.nextCell();
      column.push(cells.thousandths());
    }
    cells.nextCell();
    why.push(whyCode(cells));
    cells.nextCell();
    kept.push(cells.thousandths());
  }
  const count = job.length;
  return { count, job: job.done(), start: start.done(), end: end.done(), why: Uint8Array.from(why.done()), kept: kept.done() };
}

function whyCode(cells: CsvCells): number {
  const code = ATTEMPT_NAMES.indexOf(cells.text() as (typeof ATTEMPT_NAMES)[number]);
  if (code < 0) throw cells.damaged(`"${cells.text()}" is not a reason why a run ended`);
  return code;
}

/** Reads resizes.csv of a run whose jobs are known. */
export function readResizes(bytes: Buffer, file: string, jobs: JobTable): ResizeTable {
  const cells = openAt(bytes, file, RESIZES_HEADER);
  const rowOf = rowsById(jobs);
  const job = new Int32Column();
  const [time, cpus, gpus] = [new Float64Column(), new Float64Column(), new Float64Column()];
  while (cells.nextRow()) {
    cells.nextCell();
    job.push(rowOf(cells));
    for (const column of [time, cpus, gpus]) {
      cells.nextCell();
      column.push(cells.thousandths());
    }
  }
  return { count: job.length, job: job.done(), time: time.done(), cpus: cpus.done(), gpus: gpus.done() };
}

/** Reads explanations.csv of a run whose jobs are known. */
export function readExplanations(bytes: Buffer, file: string, jobs: JobTable): ExplanationTable {
  const cells = openAt(bytes, file, EXPLANATIONS_HEADER, DATED_HEADER);
  const isDated = cells.header.join(',') === DATED_HEADER;
  const rowOf = rowsById(jobs);
  const job = new Int32Column();
  const time = new Float64Column();
  const reason = new NameColumn();
  while (cells.nextRow()) {
    cells.nextCell();
    job.push(rowOf(cells));
    cells.nextCell();
    time.push(cells.thousandths());
    cells.nextCell();
    reason.push(cells.text());
    if (isDated) cells.nextCell();
  }
  return { count: job.length, job: job.done(), time: time.done(), reason: reason.done() };
}

/** Reads node-time.csv of a run whose jobs are known. */
export function readNodeTime(bytes: Buffer, file: string, jobs: JobTable): NodeTimeTable {
  const cells = openAt(bytes, file, NODE_TIME_HEADER);
  const rowOf = rowsById(jobs);
  const job = new Int32Column();
  const purpose = new Int32Column();
  const coreTime = new Float64Column();
  while (cells.nextRow()) {
    cells.nextCell();
    job.push(rowOf(cells));
    cells.nextCell();
    const code = PURPOSES.indexOf(cells.text() as (typeof PURPOSES)[number]);
    if (code < 0) throw cells.damaged(`"${cells.text()}" is no purpose of node time`);
    purpose.push(code);
    cells.nextCell();
    coreTime.push(cells.thousandths());
  }
  return { count: job.length, job: job.done(), purpose: Uint8Array.from(purpose.done()), coreTime: coreTime.done() };
}

function openAt(bytes: Buffer, file: string, header: string, other = header): CsvCells {
  const cells = new CsvCells(bytes, file);
  const found = cells.header.join(',');
  if (found !== header && found !== other)
    throw new InputError(`its header is not ${header}`, `${file}:1`, 'was the file edited? run it again');
  return cells;
}

function rowsById({ ids }: JobTable): (cells: CsvCells) => number {
  const rows = new Map<string, number>();
  for (let row = 0; row < ids.length; row++) rows.set(String(ids[row]), row);
  return (cells) => {
    const row = rows.get(cells.text());
    if (row === undefined) throw cells.damaged(`there is no job "${cells.text()}" in jobs.csv beside it`);
    return row;
  };
}
