import { countOf, DAY } from '../units.ts';
import type { Parameters, ParameterSpecs } from '../parameters.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { wholeLines } from './read-lines.ts';
import { SwfHeader } from './swf-header.ts';
import { SwfJobs } from './swf-job.ts';
import type { SwfChoices } from './swf-job.ts';
import { BLANK_LINE, COMMENT, LineScanner } from './swf-line.ts';
import { walltimeField } from './swf-walltime.ts';
import { writeSwf } from './swf-write.ts';

const parameters: ParameterSpecs = {
  procs: {
    summary:
      'Which processors a job gets: those it requested (field 8) or those it was allocated (field 5); the other one where it is unknown.',
    type: 'choice',
    choices: ['requested', 'allocated'],
    default: 'requested',
  },
  walltime: {
    summary:
      'Where the limit stands: field 9 as defined, field 6 (cpu-time) as some logs have it, or found out from the first lines.',
    type: 'choice',
    choices: ['auto', 'requested-time', 'cpu-time'],
    default: 'auto',
  },
};

/** The logs of the Parallel Workloads Archive, and the dialects of Alea, CQGym and the ALCF logs. */
export const swf: TraceFormat = {
  name: 'swf',
  summary: 'Standard Workload Format: one job a line, 18 columns, `;` begins a comment, -1 is unknown.',
  source: 'Feitelson, "The Standard Workload Format", Parallel Workloads Archive, version 2.2',
  extensions: ['.swf'],
  parameters,
  likelihood,
  read,
  write: { write: writeSwf },
};

/** Only SWF has lines of 18 or more numbers with blanks between them. */
function likelihood(head: string): number {
  const lines = head.split('\n').slice(0, -1);
  const fields = lines.filter((line) => line.trim() !== '' && !line.trimStart().startsWith(';')).slice(0, 20);
  if (fields.length === 0) return /^\s*;\s*(Version|Computer|MaxJobs|UnixStartTime)\s*:/m.test(head) ? 0.9 : 0;
  const fitting = fields.filter((line) => /^\s*(-?\d+(\.\d+)?\s+){9,}/.test(line) && [18, 19, 21].includes(width(line)));
  return fitting.length / fields.length;
}

const width = (line: string) => line.trim().split(/\s+/).length;

/** Submit times from here on are no times since the start of a log, but since 1970: 20 years [ms]. */
const UNIX_TIMES = 20 * 365 * DAY;

async function read(input: TraceInput, sink: TraceSink, given: Parameters): Promise<void> {
  const header = new SwfHeader();
  const fields = new LineScanner();
  let jobs: SwfJobs | undefined;
  let line = 0;
  let comments = 0;
  let blanks = 0;
  for await (const { bytes, from, end, torn } of wholeLines(input)) {
    for (let at = from; at < end;) {
      const start = at;
      at = fields.scan(bytes, at);
      line++;
      if (fields.kind === COMMENT) {
        comments++;
        header.add(bytes.toString('utf8', start, at - 1));
      } else if (fields.kind === BLANK_LINE) {
        blanks++;
      } else {
        if (jobs === undefined) {
          sink.jobs.expect(header.number('MaxRecords') ?? header.number('MaxJobs') ?? 0);
          jobs = new SwfJobs(input.name, sink, header, choices(given, bytes.subarray(start, end)));
        }
        jobs.add(fields, line, torn);
      }
    }
  }
  sink.noJob('comments', comments);
  sink.noJob('blank lines', blanks);
  sink.declare(header.declared());
  if (jobs) tell(jobs, header, sink, given);
}

function choices(given: Parameters, firstLines: Buffer): SwfChoices {
  const { walltime } = given;
  return {
    allocated: given.procs === 'allocated',
    walltime: walltime === 'cpu-time' || walltime === 'requested-time' ? walltime : walltimeField(firstLines),
  };
}

/** What there is to say of the file as a whole, when all of it has been seen. */
function tell(jobs: SwfJobs, header: SwfHeader, sink: TraceSink, given: Parameters): void {
  header.check(jobs, sink);
  if (jobs.unsorted > 0)
    sink.warn(`${jobs.unsorted} jobs stand after one that was submitted later: they are sorted by submission`);
  if (jobs.pastWalltime > 0)
    sink.warn(
      `${countOf(jobs.pastWalltime, 'job')} ran on past their walltime: where walltimes are enforced they are killed there`,
    );
  if (jobs.choices.walltime === 'cpu-time' && given.walltime === 'auto') {
    sink.warn(
      'field 9 is empty and field 6 holds whole minutes: it is read as the walltime (walltime=requested-time to leave it)',
    );
  }
  if (jobs.firstSubmit >= UNIX_TIMES && jobs.firstSubmit < Infinity) {
    if (header.number('UnixStartTime')) sink.warn('submit times are Unix times already: UnixStartTime is not added to them');
    sink.declare({ epoch: 0 });
  }
}
