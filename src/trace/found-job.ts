/** Jobs as tables of GPU clusters describe them: by totals. Checks what must hold of every job before it is added. */
import type { Label } from '../workload-builder.ts';
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
  readonly size: Partial<Totals>;
  readonly per?: Partial<CountedFor>;
  readonly user?: Label;
  readonly account?: Label;
  readonly queue?: Label;
  readonly partition?: Label;
  readonly qos?: Label;
  readonly priority?: number;
}

const NOT_GIVEN: Totals = { procs: NaN, tasks: NaN, gpus: NaN, memory: NaN, models: undefined };
const FOR_JOB: CountedFor = { procs: 'job', gpus: 'job', memory: 'job' };

/** Times beyond this cannot be added up exactly [ms]. */
const LONGEST = 2 ** 51;

/** Adds the job, or counts why it is left out. */
export function addFound(job: FoundJob, line: number, sink: TraceSink): void {
  const reason = reasonAgainst(job);
  if (reason !== undefined) return sink.skip(reason, line);
  const shape = shapeOf({ ...NOT_GIVEN, ...job.size }, { ...FOR_JOB, ...job.per }, sink.jobs);
  if (typeof shape === 'string') return sink.skip(shape, line);
  if (shape.repaired !== undefined) sink.repair(shape.repaired, line);
  let { start = NaN } = job;
  if (start < job.submit) {
    sink.repair('started before it was submitted: the recorded start is left out', line);
    start = NaN;
  }
  const [first, ...more] = shape.groups;
  const { id, submit, runtime, outcome, user, account, queue, partition, qos, priority } = job;
  const known = { id, submit, runtime, outcome, user, account, queue, partition, qos, priority };
  const size = { tasks: first.tasks, request: first.request, ...(more.length > 0 && { moreGroups: more }) };
  sink.jobs.add({ ...known, ...size, walltime: Infinity, recordedStart: start });
}

function reasonAgainst({ submit, runtime }: FoundJob): string | undefined {
  if (Number.isNaN(submit)) return 'no submit time';
  if (submit < 0) return 'submitted before the zero of the trace';
  if (Number.isNaN(runtime)) return 'no run time';
  if (runtime < 0) return 'ends before it starts';
  return submit > LONGEST || runtime > LONGEST ? 'has a time beyond what can be added up exactly' : undefined;
}
