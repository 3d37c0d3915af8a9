import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { filterJobs, sampleJobs, sampleUsers, sliceByRow, sliceByTime } from '../trace/slice.ts';
import type { Window } from '../trace/slice.ts';
import { parseMoment } from './moment.ts';
import { collect, examples } from './command.ts';
import { positive, wholeNumber } from './option-values.ts';
import { changeTrace } from './trace-changes.ts';
import type { Step } from './trace-changes.ts';
import { declareTraceInput } from './trace-input.ts';
import { declareTraceOutput } from './trace-output.ts';

interface Options {
  format?: string;
  to?: string;
  from?: string;
  until?: string;
  traceClock?: boolean;
  skip?: string;
  limit?: string;
  user?: string[];
  account?: string[];
  queue?: string[];
  partition?: string[];
  minProcs?: string;
  maxProcs?: string;
  sampleJobs?: string;
  sampleUsers?: string;
  seed: string;
}

export function declareSlice(command: Command): void {
  examples(command, [
    'yardmaster trace slice log.swf.gz week.swf.gz --from 30d --until 37d',
    'yardmaster trace slice log.swf.gz march.swf.gz --from 2010-03-01 --until 2010-04-01',
    'yardmaster trace slice log.swf.gz small.swf --max-procs 64 --user ada --user ben',
    'yardmaster trace slice log.swf.gz tenth.csv --sample-users 0.1 --seed 3',
  ]);
  declareTraceInput(command);
  declareTraceOutput(command);
  command
    .option('--from <when>', 'keep jobs submitted from here on: a duration since the first submission, or a date (UTC)')
    .option('--until <when>', 'keep jobs submitted before')
    .option('--trace-clock', "durations are the trace's own times")
    .option('--skip <n>', 'leave out the first n jobs')
    .option('--limit <n>', 'keep at most n jobs after those')
    .option('--user <name>', 'keep the jobs of this user; may be given again', collect)
    .option('--account <name>', 'of this account', collect)
    .option('--queue <name>', 'of this queue', collect)
    .option('--partition <name>', 'of this partition', collect)
    .option('--min-procs <n>', 'with at least n processors')
    .option('--max-procs <n>', 'with at most n processors')
    .option('--sample-jobs <share>', 'draw this share of the jobs')
    .option('--sample-users <share>', 'draw this share of the users, with all their jobs')
    .option('--seed <n>', 'seed of what is drawn', '1')
    .action((path: string, output: string, options: Options) => changeTrace(path, output, options, stepsOf(options)));
}

/** In the order of the options in the help: time, rows, filters, samples. */
function stepsOf(options: Options): Step[] {
  const whole = (text: string | undefined, flag: string) => (text === undefined ? undefined : wholeNumber(text, flag, 0));
  const { user: users, account: accounts, queue: queues, partition: partitions } = options;
  const window = windowOf(options);
  const [skip, limit] = [whole(options.skip, '--skip'), whole(options.limit, '--limit')];
  const [minProcs, maxProcs] = [whole(options.minProcs, '--min-procs'), whole(options.maxProcs, '--max-procs')];
  const filter = { users, accounts, queues, partitions, minProcs, maxProcs };
  const seed = wholeNumber(options.seed, '--seed', 0);
  const steps: Step[] = [];
  if (window.from !== undefined || window.until !== undefined) steps.push((workload) => sliceByTime(workload, window));
  if (skip !== undefined || limit !== undefined) {
    steps.push((workload) => sliceByRow(workload, skip ?? 0, limit === undefined ? undefined : (skip ?? 0) + limit));
  }
  if (Object.values(filter).some((value) => value !== undefined)) steps.push((workload) => filterJobs(workload, filter));
  const { sampleJobs: jobs, sampleUsers: drawnUsers } = options;
  if (jobs !== undefined) {
    const share = positive(jobs, '--sample-jobs');
    steps.push((workload) => sampleJobs(workload, share, randomStream(seed, 'slice/jobs')));
  }
  if (drawnUsers !== undefined) {
    const share = positive(drawnUsers, '--sample-users');
    steps.push((workload) => sampleUsers(workload, share, randomStream(seed, 'slice/users')));
  }
  return steps;
}

function windowOf({ from, until, traceClock }: Options): Window {
  const begin = from === undefined ? undefined : parseMoment(from, '--from');
  const end = until === undefined ? undefined : parseMoment(until, '--until');
  if (begin !== undefined && end !== undefined && begin.isDate !== end.isDate) {
    throw usageError(`${from} and ${until} are of two kinds`, '--from and --until', 'give two dates, or two durations');
  }
  const durations = traceClock === true ? 'trace' : 'first-submission';
  const clock = (begin ?? end)?.isDate === true ? 'unix' : durations;
  return { from: begin?.time, until: end?.time, clock };
}
