/** A job as Slurm shows it at one moment. */
import { expandHostlist } from '../../slurm-hostlist.ts';
import { readRecords, said, slurmTime } from './scontrol-records.ts';
import type { ScontrolRecord } from './scontrol-records.ts';
import { rowOfName } from './run-label.ts';

export interface JobSight {
  /** Row of the workload. */
  readonly job: number;
  readonly id: string;
  /** Slurm's word: PENDING, RUNNING, COMPLETED ... */
  readonly state: string;
  /** Why it waits, in Slurm's word. */
  readonly reason: string;
  /** [Unix ms], of whole seconds; NaN = not yet. A job that is requeued is submitted anew. */
  readonly submit: number;
  readonly eligible: number;
  readonly start: number;
  readonly end: number;
  /** Times that it was requeued [count]. */
  readonly restarts: number;
  /** `Main`, `Backfill` or `Submit`: who started it, or would; empty where Slurm does not say. */
  readonly scheduler: string;
  readonly partition: string;
  /** Names of its nodes, and processors that it has on each; empty while it waits. */
  readonly nodes: readonly { readonly name: string; readonly cpus: number }[];
}

/** Those of a run, from what `scontrol -o -d show job` prints: one line for each job. */
export function readSights(text: string, run: string): JobSight[] {
  return text.split('\n').flatMap((line) => {
    const [record] = readRecords(line);
    const job = record === undefined ? undefined : rowOfName(run, record.get('JobName') ?? '');
    return record === undefined || job === undefined ? [] : [sightOf(job, record, line)];
  });
}

function sightOf(job: number, record: ScontrolRecord, line: string): JobSight {
  return {
    job,
    id: record.get('JobId') ?? '',
    state: record.get('JobState') ?? '',
    reason: record.get('Reason') ?? '',
    submit: slurmTime(record.get('SubmitTime')),
    eligible: slurmTime(record.get('EligibleTime')),
    start: slurmTime(record.get('StartTime')),
    end: slurmTime(record.get('EndTime')),
    restarts: Number(record.get('Restarts') ?? 0),
    scheduler: said(record.get('Scheduler')) ?? '',
    partition: record.get('Partition') ?? '',
    nodes: nodesOf(record, line),
  };
}

/** `Nodes=n[1-2] CPU_IDs=0-7`, as often as nodes differ; those that Slurm only names have an unknown number of processors. */
function nodesOf(record: ScontrolRecord, line: string): JobSight['nodes'] {
  const parts = [...line.matchAll(/\sNodes=(\S+) CPU_IDs=(\S+)/g)];
  const named = parts.flatMap(([, names, ids]) => {
    const cpus = countOfList(ids);
    return expandHostlist(names, 'Nodes').map((name) => ({ name, cpus }));
  });
  if (named.length > 0) return named;
  return expandHostlist(said(record.get('NodeList')) ?? '', 'NodeList').map((name) => ({ name, cpus: NaN }));
}

/** Members of `0-3,8`. */
function countOfList(list: string): number {
  return list.split(',').reduce((sum, part) => {
    const [from, to = from] = part.split('-').map(Number);
    return sum + to - from + 1;
  }, 0);
}
