import type { Command } from 'commander';
import { randomStream } from '../random.ts';
import { filterJobs, sampleJobs, sampleUsers, sliceByRow, sliceByTime } from '../trace/slice.ts';
import { parseDuration } from '../units.ts';
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
  clock: 'first-submission' | 'trace';
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
    'yardmaster trace slice log.swf.gz small.swf --max-procs 64 --user ada --user ben',
    'yardmaster trace slice log.swf.gz tenth.csv --sample-users 0.1 --seed 3',
  ]);
  declareTraceInput(command);
  declareTraceOutput(command);
  command
    .option('--from <duration>', 'keep jobs submitted from here on, counted from the first submission')
    .option('--until <duration>', 'keep jobs submitted before')
    .option('--trace-clock', "--from and --until are the trace's own times")
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
    .action((path: string, output: string, options: Options & { traceClock?: boolean }) =>
      changeTrace(path, output, options, stepsOf({ ...options, clock: options.traceClock ? 'trace' : 'first-submission' })),
    );
}

/** In the order of the options in the help: time, rows, filters, samples. */
function stepsOf(options: Options): Step[] {
  const time = (text: string | undefined, flag: string) => (text === undefined ? undefined : parseDuration(text, flag));
  const whole = (text: string | undefined, flag: string) => (text === undefined ? undefined : wholeNumber(text, flag, 0));
  const { clock, user: users, account: accounts, queue: queues, partition: partitions } = options;
  const window = { from: time(options.from, '--from'), until: time(options.until, '--until'), clock };
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
