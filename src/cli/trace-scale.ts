import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import { replicateArrivals } from '../trace/scale-replicate.ts';
import { scaleArrivals, scaleRuntimes, scaleSizes, shiftSubmissions } from '../trace/scale.ts';
import { parseDuration } from '../units.ts';
import { examples } from './command.ts';
import { positive, signedDuration, wholeNumber } from './option-values.ts';
import { changeTrace } from './trace-changes.ts';
import type { Step } from './trace-changes.ts';
import { declareTraceInput } from './trace-input.ts';
import { declareTraceOutput } from './trace-output.ts';

interface Options {
  format?: string;
  to?: string;
  arrivals?: string;
  runtimes?: string;
  sizes?: string;
  procs?: string;
  copies?: string;
  copyShift: string;
  shift?: string;
}

export function declareScale(command: Command): void {
  examples(command, [
    'yardmaster trace scale log.swf.gz busier.swf.gz --arrivals 1.2',
    'yardmaster trace scale log.swf.gz twice.swf.gz --copies 2 --copy-shift 7d',
    'yardmaster trace scale log.swf.gz larger.swf.gz --sizes 2 --procs 256',
  ]);
  declareTraceInput(command);
  declareTraceOutput(command);
  command
    .option('--arrivals <factor>', 'load times this, by shorter times between submissions')
    .option('--runtimes <factor>', 'load times this, by longer run times and limits')
    .option('--sizes <factor>', 'load times this, by larger jobs (needs --procs)')
    .option('--procs <n>', 'processors of the machine, which no job may outgrow')
    .option('--copies <n>', 'load times this, by every job so many times')
    .option('--copy-shift <duration>', 'how far each copy is moved', '7d')
    .option('--shift <duration>', 'move the whole trace in its own time; negative = earlier')
    .action((path: string, output: string, options: Options) => changeTrace(path, output, options, stepsOf(options)));
}

/** In the order of the options in the help. */
function stepsOf({ arrivals, runtimes, sizes, procs, copies, copyShift, shift }: Options): Step[] {
  const steps: Step[] = [];
  if (arrivals !== undefined) {
    const factor = positive(arrivals, '--arrivals');
    steps.push((workload) => scaleArrivals(workload, factor));
  }
  if (runtimes !== undefined) {
    const factor = positive(runtimes, '--runtimes');
    steps.push((workload) => scaleRuntimes(workload, factor));
  }
  if (sizes !== undefined) {
    const factor = positive(sizes, '--sizes');
    if (procs === undefined)
      throw usageError('the size of the machine is not given', '--sizes', 'add --procs N, which no job may outgrow');
    const limit = wholeNumber(procs, '--procs', 1);
    steps.push((workload) => scaleSizes(workload, factor, limit));
  }
  if (copies !== undefined) {
    const [times, by] = [wholeNumber(copies, '--copies', 1), parseDuration(copyShift, '--copy-shift')];
    steps.push((workload) => replicateArrivals(workload, times, by));
  }
  if (shift !== undefined) {
    const by = signedDuration(shift, '--shift');
    steps.push((workload) => shiftSubmissions(workload, by));
  }
  return steps;
}
