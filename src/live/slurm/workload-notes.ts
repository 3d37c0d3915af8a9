/** What a real Slurm does with a workload in another way than it is written: said before anything is submitted. */
import type { Cluster } from '../../cluster.ts';
import { usageError } from '../../errors.ts';
import { countOf } from '../../units.ts';
import type { Workload } from '../../workload.ts';

/** `dependencies`: what the simulation of the scenario does with those of the trace. */
export function workloadNotes(
  workload: Workload,
  cluster: Cluster,
  timeScale: number,
  dependencies: 'ignore' | 'hold' | 'feedback' = 'ignore',
): string[] {
  const notes: string[] = [...partitionNotes(workload, cluster)];
  const { user, slurm, priority } = workload;
  if (user.names.length > 1) {
    notes.push(
      `all jobs are submitted by one user here: fair share among the ${user.names.length} users of the workload is not seen`,
    );
  }
  if (slurm?.arrayOfJob !== undefined) {
    const tasks = slurm.arrayOfJob.reduce((sum, array) => sum + (array < 0 ? 0 : 1), 0);
    notes.push(`${countOf(tasks, 'task')} of arrays are submitted as jobs of their own`);
  }
  if (priority !== undefined && slurm === undefined)
    notes.push('priorities of the workload are not asked for: Slurm computes its own');
  if (workload.dependencies !== undefined && dependencies === 'ignore') {
    notes.push('dependencies between jobs are not asked for, as when the scenario is simulated');
  }
  if (workload.dependencies !== undefined && dependencies === 'feedback') {
    notes.push(
      'jobs with think times are submitted when the trace says, and wait for those before them; simulated, they come later',
    );
  }
  if (timeScale !== 1) {
    const { interval = NaN } = cluster.slurm?.scheduler.backfill ?? {};
    notes.push(
      `time runs ${timeScale} times faster, but Slurm's own intervals do not (bf_interval=${interval / 1000} s), and limits stay ` +
        'whole minutes: simulate it as it is submitted, with the arrivals, run times and limits divided',
    );
  }
  return notes;
}

/** Throws `InputError` if jobs have nowhere to go. */
function partitionNotes({ partition, submit }: Workload, { partitions, name }: Cluster): string[] {
  const known = new Set(partitions.map((one) => one.name));
  const fallback = partitions.find((one) => one.default);
  const unknown = partition.names.filter((one) => !known.has(one));
  const lost = submit.reduce((sum, _, job) => {
    const wanted = partition.names[partition.code[job]];
    return sum + (wanted === undefined || known.has(wanted) ? 0 : 1);
  }, 0);
  if (fallback === undefined && (lost > 0 || partition.code.some((code) => code < 0))) {
    const what = unknown.length === 0 ? 'jobs name no partition' : `there is no partition ${unknown.slice(0, 3).join(', ')}`;
    throw usageError(
      `${what}, and ${name} has no default one`,
      `--slurm ${name}`,
      `let the workload name one of: ${[...known].join(', ')}; or make one the default with "scontrol update"`,
    );
  }
  if (lost === 0 || fallback === undefined) return [];
  const where = `partitions that ${name} does not have (${unknown.slice(0, 3).join(', ')})`;
  return [`${countOf(lost, 'job')} name ${where}: they go to its default one, ${fallback.name}, as when they are simulated`];
}
