/** Reads a trace of any format into a workload, and keeps account of everything in the file that is no job. */
import { basename } from 'node:path';
import { rowNumbers } from '../columns.ts';
import { InputError } from '../errors.ts';
import { readParameters } from '../parameters.ts';
import { WorkloadBuilder } from '../workload-builder.ts';
import { grouped } from '../units.ts';
import { selectJobs } from '../workload.ts';
import type { Workload } from '../workload.ts';
import { detectFormat } from './detect.ts';
import type { Tally, Trace } from './format.ts';
import { formats } from './index.ts';
import { openTrace } from './input.ts';
import type { OnProgress, StoredTrace } from './input.ts';
import { TallySink } from './read-sink.ts';

export interface ReadOptions {
  /** Name of the format; absent = found out from the file's name and beginning. */
  readonly format?: string;
  /** Parameters of the format, as given. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Keeps only the first so many jobs by submission. */
  readonly limit?: number;
  readonly onProgress?: OnProgress;
}

/** Reads a file, or standard input for `-`. Throws `InputError` for anything that is wrong with it. */
export async function readTrace(path: string, options: ReadOptions = {}): Promise<Trace> {
  return readStored(await openTrace(path, options.onProgress), options);
}

/** Reads a trace that is already open. */
export async function readStored(stored: StoredTrace, options: ReadOptions = {}): Promise<Trace> {
  try {
    const format = await detectFormat(formats, options.format, stored.name, () => stored.head());
    const parameters = readParameters(format.parameters ?? {}, options.parameters ?? {}, `format ${format.name}`);
    const sink = new TallySink(new WorkloadBuilder());
    await format.read(stored, sink, parameters);
    const { sha256, bytes } = await stored.account();
    if (bytes === 0) throw new InputError('the file is empty', stored.name, 'is this the right file?');
    if (sink.jobs.count === 0) throw noJobs(stored.name, format.name, sink.account());
    if (stored.invalidUtf8) sink.warn('some characters are not UTF-8; they are read as U+FFFD');
    const workload = firstJobs(sink.jobs.finish(basename(stored.name), sink.declared.epoch), options.limit, sink);
    warnOfVainDependencies(sink);
    const { declared, warnings } = sink;
    return { workload, format: format.name, sha256, bytes, declared, warnings, ...sink.account() };
  } finally {
    await stored.close();
  }
}

/** Dependencies that are told one by one [count]. */
const TOLD = 3;

/** A trace may begin in the middle of a workflow, or name a job wrongly: only its reader can tell. */
function warnOfVainDependencies(sink: TallySink): void {
  const { vain } = sink.jobs.dependencies;
  if (vain.length === 0) return;
  const first = vain.slice(0, TOLD).map(({ job, on }) => `${job} on ${job === on ? 'itself' : on}`);
  const number = vain.length === 1 ? '1 dependency' : `${grouped(vain.length)} dependencies`;
  sink.warn(
    `${number} on no other job of the trace, taken as satisfied: ${first.join(', ')}${vain.length > TOLD ? ', ...' : ''}`,
  );
}

function firstJobs(workload: Workload, limit = Infinity, sink: TallySink): Workload {
  if (workload.count <= limit) return workload;
  sink.skip(`after the first ${limit} jobs, which are all that were asked for`, undefined, workload.count - limit);
  return selectJobs(workload, rowNumbers(limit));
}

function noJobs(
  name: string,
  format: string,
  { skipped, noJob }: { skipped: readonly Tally[]; noJob: readonly Tally[] },
): InputError {
  const found = [...skipped, ...noJob].map(({ what, count }) => `${count} x ${what}`);
  return new InputError(
    `there is no job to replay in it${found.length > 0 ? `; found ${found.join(', ')}` : ''}`,
    name,
    `it was read as ${format}: if it is something else, say so with --format`,
  );
}
