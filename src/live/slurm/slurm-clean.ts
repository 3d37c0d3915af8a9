/** Takes away all jobs of a run, or of all runs, by their names. */
import { SECOND } from '../../units.ts';
import { LiveTrouble } from '../trouble.ts';
import { JOB_PREFIX } from './run-label.ts';
import { readRecords } from './scontrol-records.ts';
import type { SlurmCommands } from './slurm-commands.ts';
import { saying } from './slurm-commands.ts';

/** How long jobs may take to go, and how often it is looked [ms by the clock]. */
const PATIENCE = 300 * SECOND;
const PAUSE = SECOND;
/** Ids on one command line [count]. */
const AT_ONCE = 500;

/** Resolves when none of them is left, with the number of those that were cancelled. `run`: all if absent. */
export async function cleanSlurm(commands: SlurmCommands, run?: string): Promise<number> {
  const prefix = run === undefined ? JOB_PREFIX : `${JOB_PREFIX}${run}-`;
  const until = commands.clock.now() + PATIENCE;
  const cancelled = new Set<string>();
  for (;;) {
    const left = await remaining(commands, prefix);
    if (left !== undefined && left.length === 0) return cancelled.size;
    if (commands.clock.now() > until) {
      const problem =
        left === undefined ? 'slurmctld does not say whether jobs are left' : `${left.length} of its jobs do not go`;
      const hint = `look with: squeue --me; take them away with: scancel --me --name=..., or "yardmaster live down --slurm CLUSTER"`;
      throw new LiveTrouble(problem, `jobs ${prefix}*`, hint);
    }
    const fresh = (left ?? []).filter((id) => !cancelled.has(id));
    for (let at = 0; at < fresh.length; at += AT_ONCE) {
      const some = fresh.slice(at, at + AT_ONCE);
      const answer = await commands.run('scancel', some);
      if (answer.code === 0) for (const id of some) cancelled.add(id);
      else if (/permission|access/i.test(answer.stderr))
        throw new LiveTrouble(saying(answer), 'scancel', 'the jobs are those of another user: let that user cancel them');
    }
    await commands.clock.sleep(PAUSE);
  }
}

/** Ids of those that are not over; undefined if nobody answers. */
async function remaining(commands: SlurmCommands, prefix: string): Promise<string[] | undefined> {
  const { code, stdout } = await commands.run('scontrol', ['-o', 'show', 'job']);
  if (code !== 0) return undefined;
  return readRecords(stdout)
    .filter((job) => job.get('JobName')?.startsWith(prefix))
    .filter((job) =>
      /^(PENDING|RUNNING|SUSPENDED|CONFIGURING|COMPLETING|REQUEUED|STOPPED|SIGNALING|STAGE_OUT)/.test(job.get('JobState') ?? ''),
    )
    .map((job) => job.get('JobId') ?? '');
}
