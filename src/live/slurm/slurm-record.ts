/**
 * What a real slurmctld did, in the form that "verify slurm" reads: one line a job, and beside it the configuration. Beyond
 * the columns that it needs: when sbatch was called (`sent`) and had answered (`answered`), and how often (`tries`). All times
 * are seconds by Slurm's clock since the run began.
 */
import { csvText } from '../../results/csv.ts';
import { STATE_NAMES } from '../../schedule.ts';
import { SECOND } from '../../units.ts';
import { gpusOf, jobId, nameOf } from '../../workload.ts';
import type { Workload } from '../../workload.ts';
import type { BookedJob, SlurmBook } from './slurm-book.ts';

export const SLURM_RECORD_FILE = 'slurm-record.csv';
export const SLURM_CONFIG_FILE = 'slurm-record.json';
const HEADER =
  'id,jobid,req_submit,nodes,cpus,gpus,runtime,limit_s,account,submit,eligible,start,end,state,scheduler,restarts,sent,answered,tries';

export function* slurmRecordCsv(workload: Workload, book: SlurmBook, began: number, timeScale: number): Generator<string> {
  yield `${HEADER}\n`;
  for (const [job, booked] of book.jobs.entries()) {
    const seconds = (ms: number) => (Number.isFinite(ms) ? String(Math.round(ms / timeScale) / SECOND) : '');
    const { sight } = booked;
    const unix = (ms: number | undefined) => (ms === undefined || Number.isNaN(ms) ? '' : String((ms - began) / SECOND));
    const { nodes, cpus, gpus } = shapeOf(workload, job, booked);
    const ran = sight !== undefined && sight.nodes.length > 0;
    const cells = [
      ...[csvText(jobId(workload, job)), booked.id, seconds(workload.submit[job]), nodes, cpus, gpus],
      ...[seconds(workload.runtime[job]), limitOf(workload, job, timeScale), csvText(nameOf(workload.account, job) ?? '')],
      ...[unix(sight?.submit), unix(sight?.eligible), ran ? unix(sight.start) : '', ran ? unix(sight.end) : ''],
      ...[STATE_NAMES[booked.state], sight?.scheduler ?? '', sight?.restarts ?? 0],
      ...[seconds(booked.sent), seconds(booked.answered), booked.tries],
    ];
    yield `${cells.join(',')}\n`;
  }
}

/** `conf`: a slurm.conf. */
export function slurmRecordConfig(conf: string, began: number, version: string) {
  return { slurm: version, t0: began / SECOND, config: conf };
}

/** Nodes, and processors and GPUs of each: as they were given, or as they are asked for where none were. */
function shapeOf(workload: Workload, job: number, { sight }: BookedJob) {
  const { slurm, firstGroup, procs } = workload;
  const { minNodes = 1 } = slurm?.options[slurm.optionsOfGroup[firstGroup[job]]] ?? {};
  const nodes = Math.max(1, sight?.nodes.length ?? minNodes);
  return {
    nodes,
    cpus: Math.ceil(procs[job] / nodes),
    gpus: Math.ceil(gpusOf(workload, job) / 1000 / nodes),
  };
}

/** In whole minutes, as it was asked for; a year where none was. */
function limitOf({ walltime }: Workload, job: number, timeScale: number): number {
  return walltime[job] === Infinity ? 365 * 86_400 : Math.max(1, Math.ceil(walltime[job] / timeScale / (60 * SECOND))) * 60;
}
