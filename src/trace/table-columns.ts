/** The columns of our own table: every field of a workload that a table can hold. `NATIVE_MAP` reads them back. */
import { formatSpeedup } from '../speedup.ts';
import { AFTER_ANY, FAILS, gpusOf, IS_CANCELLED, jobId, mostTasks, nameOf, OUTLASTS } from '../workload.ts';
import type { ScaledTraining } from '../training.ts';
import type { Category, Dependencies, TaskRequest, Workload } from '../workload.ts';
import type { Declared } from './format.ts';
import { scaledTrainingOf } from './table-elastic.ts';
import { formatDependency, formatGroups } from './table-groups.ts';
import type { Group } from './table-groups.ts';

/** A column to write. Numbers are numbers, so that typed formats can store them as such; undefined = no value. */
export interface NativeColumn {
  readonly name: string;
  readonly type: 'number' | 'integer' | 'text';
  value(job: number): number | string | undefined;
}

/** Told of what a table cannot hold. */
export type Lost = (what: string, jobs: number) => void;

/** The columns for a workload; columns that no job has a value for are left out unless readers need them. */
export function nativeColumns(workload: Workload, lost: Lost, declared?: Declared): NativeColumn[] {
  tellLosses(workload, lost);
  if (declared) tellUndeclared(declared, workload.count, lost);
  const { origin, submit, runtime, walltime, recordedStart, outcome, priority, dependencies, epoch, procs } = workload;
  const hasGpus = workload.requests.some(({ gpu }) => gpu > 0);
  const columns: (NativeColumn | false)[] = [
    { name: 'job', type: workload.ids instanceof Float64Array ? 'integer' : 'text', value: (job) => idOf(workload, job) },
    { name: 'submit_s', type: 'number', value: (job) => (origin + submit[job]) / 1000 },
    { name: 'runtime_s', type: 'number', value: (job) => (runtime[job] === Infinity ? undefined : runtime[job] / 1000) },
    { name: 'walltime_s', type: 'number', value: (job) => (walltime[job] === Infinity ? undefined : walltime[job] / 1000) },
    { name: 'procs', type: 'integer', value: (job) => procs[job] },
    hasGpus && { name: 'gpus', type: 'number', value: (job) => gpusOf(workload, job) / 1000 },
    { name: 'groups', type: 'text', value: (job) => groupsCell(workload, job) },
    ...speedColumns(workload),
    { name: 'outcome', type: 'text', value: (job) => outcomeWord(outcome[job]) },
    recordedStart !== undefined && {
      name: 'start_s',
      type: 'number',
      value: (job) => (Number.isNaN(recordedStart[job]) ? undefined : (origin + recordedStart[job]) / 1000),
    },
    labelColumn('user', workload.user),
    labelColumn('account', workload.account),
    labelColumn('queue', workload.queue),
    labelColumn('partition', workload.partition),
    labelColumn('qos', workload.qos),
    priority !== undefined && { name: 'priority', type: 'number', value: (job) => priority[job] },
    dependencies !== undefined && {
      name: 'after',
      type: 'text',
      value: (job) => afterCell(workload, dependencies, job),
    },
    // The same for all jobs, so once is enough.
    !Number.isNaN(epoch) && { name: 'epoch_s', type: 'number', value: (job) => (job === 0 ? epoch / 1000 : undefined) },
  ];
  return columns.filter((column) => column !== false);
}

function speedColumns(workload: Workload): NativeColumn[] {
  const trainings = Array.from({ length: workload.count }, (_, job) => scaledTrainingOf(workload, job));
  if (trainings.every((one) => one === undefined)) return [];
  const value = <Value>(job: number, of: (training: ScaledTraining) => Value) => {
    const training = trainings[job];
    return training && of(training);
  };
  return [
    { name: 'speedup', type: 'text', value: (job) => value(job, ({ speedup }) => formatSpeedup(speedup)) },
    { name: 'reload_s', type: 'number', value: (job) => value(job, ({ restart }) => restart / 1000) },
  ];
}

function labelColumn(name: string, category: Category): NativeColumn | false {
  return category.code.some((code) => code >= 0) && { name, type: 'text', value: (job) => nameOf(category, job) };
}

function idOf({ ids }: Workload, job: number): number | string {
  return ids[job];
}

function outcomeWord(outcome: number): string {
  if (outcome === OUTLASTS) return 'timeout';
  return outcome === FAILS ? 'fails' : outcome === IS_CANCELLED ? 'cancelled' : 'completes';
}

/** Nothing for the usual job, whose number of processors says it all. */
function groupsCell(workload: Workload, job: number): string | undefined {
  const { firstGroup, groupTasks, groupMinimum, groupRequest, requests } = workload;
  const group = firstGroup[job];
  const isRigid = groupTasks[group] === groupMinimum[group] && groupTasks[group] === mostTasks(workload, group);
  const single = firstGroup[job + 1] === group + 1 && isRigid;
  return single && isOneProcessor(requests[groupRequest[group]]) ? undefined : formatGroups(groupsOf(workload, job));
}

function isOneProcessor({ cpu, memory, gpu, gpuModels, other }: TaskRequest): boolean {
  return cpu === 1000 && memory === 0 && gpu === 0 && gpuModels === undefined && other === undefined;
}

function groupsOf(workload: Workload, job: number): Group[] {
  const { firstGroup, groupTasks, groupMinimum, groupRequest, requests } = workload;
  const groups: Group[] = [];
  for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
    const [tasks, minimum, most] = [groupTasks[group], groupMinimum[group], mostTasks(workload, group)];
    groups.push({ tasks, minimum, most, request: requests[groupRequest[group]] });
  }
  return groups;
}

function afterCell(workload: Workload, { first, on, kind, think }: Dependencies, job: number): string | undefined {
  if (first[job] === first[job + 1]) return undefined;
  const parts: string[] = [];
  for (let edge = first[job]; edge < first[job + 1]; edge++) {
    parts.push(formatDependency({ id: jobId(workload, on[edge]), kind: kind[edge] ?? AFTER_ANY, think: think[edge] }));
  }
  return parts.join(';');
}

function tellLosses(workload: Workload, lost: Lost): void {
  if (workload.checkpoints) lost('checkpoint intervals and costs', workload.count);
  const measured = workload.speeds?.model.filter((model, job) => model >= 0 && scaledTrainingOf(workload, job) === undefined);
  if (measured !== undefined && measured.length > 0) lost('how fast jobs are on which GPUs and nodes', measured.length);
  const { dependencies } = workload;
  if (dependencies === undefined) return;
  // Jobs are named by id: of several with one id a reader takes the first.
  const firstRow = new Map<string, number>();
  for (let job = workload.count - 1; job >= 0; job--) firstRow.set(jobId(workload, job), job);
  let unclear = 0;
  for (const on of dependencies.on) if (firstRow.get(jobId(workload, on)) !== on) unclear++;
  if (unclear > 0) lost('dependencies on a job whose id an earlier job has too', unclear);
}

/** A table has no header for what holds of the trace as a whole. */
function tellUndeclared({ procs, nodes, computer, timeZone, header = [] }: Declared, jobs: number, lost: Lost): void {
  if (procs !== undefined || nodes !== undefined) lost('the declared size of the machine', jobs);
  if (computer !== undefined) lost('the name of the machine', jobs);
  if (timeZone !== undefined) lost('the time zone', jobs);
  if (header.length > 0) lost(`${header.length} header fields`, jobs);
}
