import { SECOND } from '../units.ts';
import { AFTER_ANY, FAILS, IS_CANCELLED, jobId, OUTLASTS } from '../workload.ts';
import type { Category, Workload } from '../workload.ts';
import type { Declared } from './format.ts';

/** What is handed on at a time [characters]. */
const PIECE = 64 * 1024;
const KIB = 1024;

type Lost = (what: string, jobs: number) => void;

/** The workload as a log in the Standard Workload Format. Times that are no whole seconds get a decimal point. */
export function* writeSwf(workload: Workload, lost: Lost, declared: Declared = {}): Generator<string> {
  const numbering = {
    user: numbersOf(workload.user),
    account: numbersOf(workload.account),
    queue: numbersOf(workload.queue),
    partition: numbersOf(workload.partition),
  };
  const ids = idsOf(workload);
  let piece = header(workload, declared, numbering);
  for (let job = 0; job < workload.count; job++) {
    piece += line(workload, job, ids, numbering);
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
  tellLosses(workload, ids, numbering, lost);
}

/** The numbers that stand for the names of a category. */
interface Numbering {
  readonly numbers: readonly number[];
  /** Names that are numbers keep them. */
  readonly renamed: boolean;
}

type Numberings = Readonly<Record<'user' | 'account' | 'queue' | 'partition', Numbering>>;

const isNumber = (name: string) => /^(0|[1-9]\d{0,14})$/.test(name);

function numbersOf({ names }: Category): Numbering {
  if (names.every(isNumber)) return { numbers: names.map(Number), renamed: false };
  return { numbers: names.map((_, code) => code + 1), renamed: true };
}

/** The ids of the jobs, or their line numbers where an id is no natural number. */
function idsOf({ ids, count }: Workload): ArrayLike<number> {
  if (ids instanceof Float64Array && ids.every((id) => id >= 0)) return ids;
  return Float64Array.from({ length: count }, (_, job) => job + 1);
}

function header(workload: Workload, declared: Declared, { queue, partition }: Numberings): string {
  const { count, epoch } = workload;
  const fields: [label: string, value: string | number | undefined][] = [
    ['Version', '2.2'],
    ['Computer', declared.computer],
    ['MaxJobs', count],
    ['MaxRecords', count],
    ['UnixStartTime', Number.isNaN(epoch) ? undefined : seconds(epoch)],
    ['TimeZoneString', declared.timeZone],
    ['MaxNodes', declared.nodes],
    ['MaxProcs', declared.procs],
    ...nameFields('Queue', workload.queue, queue),
    ...nameFields('Partition', workload.partition, partition),
  ];
  const lines = fields.filter(([, value]) => value !== undefined).map(([label, value]) => `; ${label}: ${oneLine(value)}\n`);
  return lines.join('');
}

function nameFields(label: string, { names }: Category, { numbers, renamed }: Numbering): [string, string][] {
  if (!renamed) return [];
  return [
    [`Max${label}s`, String(names.length)],
    ...names.map((name, code): [string, string] => [label, `${numbers[code]} ${name}`]),
  ];
}

const oneLine = (value: string | number | undefined) => String(value).replace(/[\r\n]+/g, ' ');

function line(workload: Workload, job: number, ids: ArrayLike<number>, numbering: Numberings): string {
  const { submit, origin, runtime, walltime, recordedStart, outcome, procs, dependencies } = workload;
  const number = (name: keyof Numberings) => numbering[name].numbers[workload[name].code[job]] ?? -1;
  const wait = recordedStart === undefined ? NaN : recordedStart[job] - submit[job];
  const edge = dependencies && dependencies.first[job] < dependencies.first[job + 1] ? dependencies.first[job] : -1;
  const fields = [
    ids[job],
    seconds(origin + submit[job]),
    seconds(wait),
    seconds(runtime[job]),
    ...[procs[job], -1, -1, procs[job]],
    seconds(walltime[job]),
    memory(workload, job),
    outcome[job] === FAILS || outcome[job] === OUTLASTS ? 0 : outcome[job] === IS_CANCELLED ? 5 : 1,
    ...[number('user'), number('account'), -1, number('queue'), number('partition')],
    edge < 0 ? -1 : ids[dependencies!.on[edge]],
    edge < 0 ? -1 : seconds(dependencies!.think[edge]),
  ];
  return `${fields.join(' ')}\n`;
}

/** Seconds with as many decimals as it takes; -1 for what is unknown or without limit. */
function seconds(ms: number): number {
  return Number.isFinite(ms) ? ms / SECOND : -1;
}

/** Memory of the job for each processor [KB], rounded up so that what fits stays fitting; -1 if there is none. */
function memory(workload: Workload, job: number): number {
  const bytes = memoryOf(workload, job);
  return bytes > 0 ? Math.ceil(bytes / Math.max(1, workload.procs[job]) / KIB) : -1;
}

function memoryOf(workload: Workload, job: number): number {
  let bytes = 0;
  for (let group = workload.firstGroup[job]; group < workload.firstGroup[job + 1]; group++) {
    bytes += workload.groupTasks[group] * workload.requests[workload.groupRequest[group]].memory;
  }
  return bytes;
}

function tellLosses(workload: Workload, ids: ArrayLike<number>, numbering: Numberings, lost: Lost): void {
  const { count } = workload;
  const tell = (what: string, isLost: (job: number) => boolean) => {
    let jobs = 0;
    for (let job = 0; job < count; job++) if (isLost(job)) jobs++;
    if (jobs > 0) lost(what, jobs);
  };
  const anyGroup = (job: number, test: (group: number) => boolean) => {
    for (let group = workload.firstGroup[job]; group < workload.firstGroup[job + 1]; group++) if (test(group)) return true;
    return false;
  };
  const request = (group: number) => workload.requests[workload.groupRequest[group]];
  const { dependencies, checkpoints, speeds, priority } = workload;
  tell('ids that are no numbers: numbered by line', (job) => jobId(workload, job) !== String(ids[job]));
  for (const name of ['user', 'account'] as const) {
    if (numbering[name].renamed) tell(`names (${name}): numbered in order of appearance`, (job) => workload[name].code[job] >= 0);
  }
  tell('GPUs', (job) => anyGroup(job, (group) => request(group).gpu > 0));
  tell('other resources', (job) => anyGroup(job, (group) => request(group).other !== undefined));
  tell('parts of a processor: rounded up', (job) => anyGroup(job, (group) => request(group).cpu % 1000 !== 0));
  tell('how processors are grouped into tasks', (job) => {
    return workload.firstGroup[job + 1] - workload.firstGroup[job] > 1 || anyGroup(job, (group) => request(group).cpu !== 1000);
  });
  tell('jobs that could run with fewer tasks', (job) => {
    return anyGroup(job, (group) => workload.groupMinimum[group] < workload.groupTasks[group]);
  });
  tell('memory: rounded up to whole KB a processor', (job) => memoryOf(workload, job) % (workload.procs[job] * KIB) > 0);
  tell('QoS', (job) => workload.qos.code[job] >= 0);
  if (priority) tell('priority', (job) => priority[job] !== 0);
  if (checkpoints) tell('checkpoints', (job) => checkpoints.interval[job] < Infinity);
  if (speeds) tell('how fast jobs are on which GPUs and nodes', (job) => speeds.model[job] >= 0);
  if (dependencies) {
    tell('dependencies after the first one', (job) => dependencies.first[job + 1] - dependencies.first[job] > 1);
    tell('kinds of dependency: all are written as "after the other one has ended"', (job) => {
      for (let edge = dependencies.first[job]; edge < dependencies.first[job + 1]; edge++) {
        if (dependencies.kind[edge] !== AFTER_ANY) return true;
      }
      return false;
    });
  }
}
