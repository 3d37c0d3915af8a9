/** Jobs as tables of GPU clusters describe them: by totals. Checks what must hold of every job before it is added. */
import type { SpeedModel } from '../speeds.ts';
import type { GroupRow, Label } from '../workload-builder.ts';
import { COMPLETES, OUTLASTS } from '../workload.ts';
import type { TaskRequest } from '../workload.ts';
import type { TraceSink } from './format.ts';
import { shapeOf } from './table-shape.ts';
import type { CountedFor, Totals } from './table-shape.ts';

/** Times [ms] in the trace's own time base; NaN = the trace does not say. */
export interface FoundJob {
  readonly id: string | number;
  readonly submit: number;
  readonly runtime: number;
  /** The first start. */
  readonly start?: number;
  readonly outcome?: number;
  /** What is not given is not asked for; without processors each GPU is taken with one. */
  readonly size?: Partial<Totals>;
  /** Of each of `tasks` equal tasks, in place of `size`. */
  readonly request?: TaskRequest;
  readonly tasks?: number;
  /** Has no end of its own: `runtime` does not count. */
  readonly service?: boolean;
  readonly per?: Partial<CountedFor>;
  readonly user?: Label;
  readonly account?: Label;
  readonly queue?: Label;
  readonly partition?: Label;
  readonly qos?: Label;
  readonly priority?: number;
  readonly speed?: SpeedModel;
  /** It can do with one task, and with so many; then it has tasks of one kind only. Absent = it needs just those it asks for. */
  readonly most?: number;
}

const NOT_GIVEN: Totals = { procs: NaN, tasks: NaN, gpus: NaN, memory: NaN, models: undefined };
const FOR_JOB: CountedFor = { procs: 'job', gpus: 'job', memory: 'job' };

/** Times beyond this cannot be added up exactly [ms]. */
const LONGEST = 2 ** 51;
const TOO_LONG = 'has a time beyond what can be added up exactly';
const MOST = 2 ** 31 - 1;

/** Adds the job, or counts why it is left out. */
export function addFound(job: FoundJob, line: number, sink: TraceSink): void {
  const reason = reasonAgainst(job);
  if (reason !== undefined) return sink.skip(reason, line);
  const groups = groupsOf(job, line, sink);
  if (typeof groups === 'string') return sink.skip(groups, line);
  let { start = NaN } = job;
  if (start < job.submit) {
    sink.repair('started before it was submitted: the recorded start is left out', line);
    start = NaN;
  }
  const [first, ...more] = groups;
  const runtime = job.service === true ? Infinity : job.runtime;
  const { id, submit, outcome, user, account, queue, partition, qos, priority } = job;
  const known = { id, submit, runtime, outcome, user, account, queue, partition, qos, priority };
  const elastic = job.most === undefined ? {} : { minimum: 1, most: job.most };
  const size = { tasks: first.tasks, request: first.request, ...elastic, ...(more.length > 0 && { moreGroups: more }) };
  // Which limit ended it is not known here: it runs for as long as it did.
  const ended = outcome === OUTLASTS ? COMPLETES : outcome;
  const row = sink.jobs.add({ ...known, ...size, outcome: ended, walltime: Infinity, recordedStart: start });
  if (job.speed !== undefined) sink.jobs.speeds.add(row, job.speed);
}

/** Without processors each task with GPUs is taken with one, as where a table has none. */
function equalTasks(asked: TaskRequest, tasks: number, line: number, sink: TraceSink): readonly GroupRow[] | string {
  const noProcessors = asked.gpu > 0 && !(asked.cpu > 0 || asked.cpu < 0);
  const request = noProcessors ? { ...asked, cpu: 1000 } : asked;
  const { cpu, memory, gpu, other = {} } = request;
  const amounts = [cpu, memory, gpu, ...Object.values(other)];
  if (!Number.isInteger(tasks) || tasks < 1 || tasks > MOST) return 'asks for an impossible number of tasks';
  if (!amounts.every((amount) => amount >= 0)) return 'asks for less than nothing, or does not say for what';
  if (cpu === 0) return 'asks for no processors';
  if (!amounts.every(Number.isSafeInteger) || Math.max(cpu, gpu) * tasks > MOST * 1000)
    return 'asks for more than can be counted';
  if (noProcessors) sink.repair('asks for no processors: taken as one for each task', line);
  return [{ tasks, request: sink.jobs.request(request) }];
}

function groupsOf(job: FoundJob, line: number, sink: TraceSink): readonly GroupRow[] | string {
  if (job.request !== undefined) return equalTasks(job.request, job.tasks ?? 1, line, sink);
  const shape = shapeOf({ ...NOT_GIVEN, ...job.size }, { ...FOR_JOB, ...job.per }, sink.jobs);
  if (typeof shape === 'string') return shape;
  if (shape.repaired !== undefined) sink.repair(shape.repaired, line);
  return shape.groups;
}

function reasonAgainst({ submit, runtime, service }: FoundJob): string | undefined {
  if (Number.isNaN(submit)) return 'no submit time';
  if (submit < 0) return 'submitted before the zero of the trace';
  if (submit > LONGEST) return TOO_LONG;
  if (service === true) return undefined;
  if (Number.isNaN(runtime)) return 'no run time';
  if (runtime < 0) return 'ends before it starts';
  return runtime > LONGEST ? TOO_LONG : undefined;
}
