/** A workload as `sacct -P` prints it, in universal time, as far as sacct records what jobs asked for. */
import type { SlurmOptions } from '../slurm-workload.ts';
import { FAILS, IS_CANCELLED, jobId, nameOf, OUTLASTS } from '../workload.ts';
import type { Category, Workload } from '../workload.ts';
import { readJobId } from './sacct-job-id.ts';
import { heldBy, requestColumns } from './sacct-write-request.ts';
import { clockText } from './sacct-write-time.ts';
import type { Lost } from './sacct-write-time.ts';
import { SacctLosses } from './sacct-write-losses.ts';

/** What is handed on at a time [characters]. */
const PIECE = 64 * 1024;

const BEFORE = ['JobID', 'User', 'Account', 'Partition', 'QOS', 'Submit', 'Eligible'];
const AFTER = ['Elapsed', 'Timelimit', 'State', 'NNodes', 'NCPUS', 'ReqMem', 'ReqTRES', 'Priority', 'Reservation'];
const LAST = ['Constraints', 'Licenses'];

export function* writeSacct(workload: Workload, lost: Lost): Generator<string> {
  const losses = new SacctLosses(workload);
  const starts = workload.recordedStart === undefined ? [] : ['Start'];
  let piece = `${[...BEFORE, ...starts, ...AFTER, ...LAST].join('|')}\n`;
  for (let job = 0; job < workload.count; job++) {
    piece += recordsOf(workload, job, losses);
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
  losses.tell(lost);
}

/** One record, or one for each part of a heterogeneous job. */
function recordsOf(workload: Workload, job: number, losses: SacctLosses): string {
  const parts = partsOf(workload, job);
  const id = idOf(workload, job, parts.length > 1, losses);
  return parts.map((groups, part) => record(workload, job, groups, parts.length > 1 ? `${id}+${part}` : id, losses)).join('');
}

/** The task groups of each part. */
function partsOf({ firstGroup, slurm }: Workload, job: number): number[][] {
  const parts: number[][] = [];
  for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
    const part = slurm?.componentOfGroup?.[group] ?? 0;
    (parts[part] ??= []).push(group);
  }
  return parts;
}

function idOf(workload: Workload, job: number, isPart: boolean, losses: SacctLosses): string {
  const { slurm } = workload;
  const array = slurm?.arrays[slurm.arrayOfJob?.[job] ?? -1];
  if (array !== undefined) return `${array.id}_${slurm?.arrayTask?.[job] ?? 0}`;
  const own = jobId(workload, job);
  const read = readJobId(own);
  const isId = read !== undefined && !read.isStep && read.part < 0 && read.range === undefined && !(isPart && read.task >= 0);
  if (isId) return own;
  losses.add('ids that are none of Slurm: jobs are numbered', job);
  return String(job + 1);
}

function record(workload: Workload, job: number, groups: readonly number[], id: string, losses: SacctLosses): string {
  const { walltime, runtime, priority, recordedStart, submit } = workload;
  const options = optionsOf(workload, groups[0]);
  const name = (category: Category) => plain(nameOf(category, job) ?? '', job, losses);
  const partitions = options.partitions ?? [name(workload.partition) || name(workload.queue)];
  const begin = workload.slurm?.begin?.[job] ?? NaN;
  const start = recordedStart?.[job] ?? NaN;
  if (recordedStart !== undefined && Number.isNaN(start))
    losses.add('starts that are not known: those of the submission stand there', job);
  losses.options(options, job);
  const fields = [
    ...[id, name(workload.user), name(workload.account), partitions.join(','), name(workload.qos)],
    ...[losses.dateText(submit[job], job), losses.dateText(Number.isNaN(begin) ? submit[job] : begin, job)],
    ...(recordedStart === undefined ? [] : [losses.dateText(Number.isNaN(start) ? submit[job] : start, job)]),
    ...[clockText(runtime[job]), walltime[job] === Infinity ? 'UNLIMITED' : clockText(walltime[job]), stateOf(workload, job)],
    ...requestColumns(heldBy(workload, groups, losses, job), options),
    ...[priority === undefined ? '' : String(priority[job]), plain(options.reservation ?? '', job, losses)],
    ...[constraintText(options, job, losses), licensesText(options)],
  ];
  return `${fields.join('|')}\n`;
}

function optionsOf({ slurm }: Workload, group: number): SlurmOptions {
  const option = slurm?.optionsOfGroup[group] ?? -1;
  return option < 0 ? {} : slurm!.options[option];
}

function stateOf({ outcome }: Workload, job: number): string {
  if (outcome[job] === IS_CANCELLED) return 'CANCELLED';
  if (outcome[job] === OUTLASTS) return 'TIMEOUT';
  return outcome[job] === FAILS ? 'FAILED' : 'COMPLETED';
}

function licensesText({ licenses = {} }: SlurmOptions): string {
  return Object.entries(licenses)
    .map(([name, count]) => `${name}:${count}`)
    .join(',');
}

/** An alternative would end the field. */
function constraintText({ constraint = '' }: SlurmOptions, job: number, losses: SacctLosses): string {
  if (!constraint.includes('|')) return constraint;
  losses.add('constraints with alternatives', job);
  return '';
}

/** Without what ends a field or a line. */
function plain(text: string, job: number, losses: SacctLosses): string {
  if (!/[|\r\n]/.test(text)) return text;
  losses.add('bars and line ends in names: they are underscores', job);
  return text.replace(/[|\r\n]/g, '_');
}
