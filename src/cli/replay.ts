import { setImmediate as nextTurn } from 'node:timers/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import { simulate } from '../engine/simulate.ts';
import type { SimulationOptions } from '../engine/simulate.ts';
import { usageError } from '../errors.ts';
import type { FolderLock } from '../experiment/folder-lock.ts';
import { countOf, formatDuration, grouped, SECOND } from '../units.ts';
import { accountFacts } from './account.ts';
import { examples } from './command.ts';
import { PARTIAL } from './exit-codes.ts';
import { isFileTrouble } from './file-trouble.ts';
import { Interrupted, interruptible, terminable } from './interrupt.ts';
import { print, printJson } from './output.ts';
import { inTermsOfTrace } from '../experiment/policy-file.ts';
import type { ReplayOptions } from './replay-options.ts';
import { writeManifest, writeRun } from './replay-files.ts';
import { openReplayFolder } from './replay-folder.ts';
import { groupFacts, groupFigures, GROUPINGS, groupTable } from './replay-groups.ts';
import type { GroupFigures } from './replay-groups.ts';
import { comparisonTable } from './replay-table.ts';
import { finishRun, runFacts } from './run.ts';
import { warnOfJobs } from './run-warnings.ts';
import type { FinishedRun, ReplayInput } from './run.ts';
import type { SelectedPolicy } from './selected-policy.ts';
import { declareSimulation, prepareSimulation } from './simulation-options.ts';
import { Progress, say, warn } from './terminal.ts';

export function declareReplay(command: Command): void {
  examples(command, [
    'yardmaster replay log.swf.gz --cluster procs=128 --policy easy',
    'yardmaster replay log.swf.gz --policy fcfs --policy easy --policy conservative --out results',
    'yardmaster replay jobs.csv --cluster nodes=64,cpus=8,gpus=4,memory=512Gi --policy easy --placement best-fit',
    'yardmaster replay log.swf.gz --cluster cluster.yaml --policy ./mine.js:depth=50 --json',
    'yardmaster replay month.sacct --cluster slurm.conf --by account',
  ]);
  declareSimulation(command)
    .argument('<trace>', 'a workload trace, compressed (.gz, .xz) or not; - = standard input')
    .option('--baseline <policy>', 'the policy that differences are counted from (default: the first)')
    .option('--out <dir>', 'write jobs.csv and summary.json for each policy, and manifest.json')
    .option('--json', 'print everything as one JSON document')
    .option('--explain', 'keep why jobs waited (needs --out)')
    .addOption(new Option('--by <what>', 'waits and processor time of each of them, too').choices([...GROUPINGS]))
    .option('--audit', 'check the books at every event; slow')
    .action(replay);
}

async function replay(tracePath: string, options: ReplayOptions): Promise<void> {
  const { policies, simulation, readInput } = await prepareSimulation(options);
  const baseline = baselineOf(policies, options.baseline);
  const input = await readInput(tracePath);
  const lock = options.out === undefined ? undefined : await openReplayFolder(options.out, policies);
  try {
    await replayInto(lock, { input, policies, simulation, baseline: policies[baseline] }, options);
  } finally {
    lock?.release();
  }
}

/** What is to be done. */
interface Task {
  readonly input: ReplayInput;
  readonly policies: readonly SelectedPolicy[];
  readonly simulation: SimulationOptions;
  readonly baseline: SelectedPolicy;
}

async function replayInto(lock: FolderLock | undefined, task: Task, options: ReplayOptions): Promise<void> {
  const { input, simulation, baseline } = task;
  const { runs, failures } = await runAll(task, lock, options);
  if (lock?.lost.aborted)
    throw usageError(
      'another machine took this process for dead and has taken it over',
      options.out ?? '',
      'run it again into another folder',
    );
  if (options.out !== undefined && failures.length === 0) writeManifest(options.out, input, runs, simulation, options);
  if (runs.length > 0 || failures.length === 0) show(input, runs, baseline, failures, options);
  // Without a time to stop at, jobs that are not over are more than was asked for to be left out.
  if (options.until === undefined && runs.some(isPartial)) process.exitCode = PARTIAL;
  if (failures.length > 0) throw failures[0].error;
}

/** A run, and how groups fared in it if that was asked for. */
interface ReplayRun extends FinishedRun {
  readonly groups?: readonly GroupFigures[];
}

/** A policy that could not be run to its end. */
interface Failure {
  readonly policy: SelectedPolicy;
  readonly error: unknown;
}

/** Runs the policies one after the other. What one of them breaks off leaves the others as they are. */
async function runAll(
  task: Task,
  lock: FolderLock | undefined,
  options: ReplayOptions,
): Promise<{ runs: ReplayRun[]; failures: Failure[] }> {
  const runs: ReplayRun[] = [];
  const failures: Failure[] = [];
  for (const policy of task.policies) {
    try {
      runs.push(runPolicy(task, policy, options, () => lock?.beat()));
    } catch (error) {
      if (error instanceof Interrupted || isFileTrouble(error)) throw error;
      failures.push({ policy, error });
    }
    // Signals that came while files were written are heard here.
    await nextTurn();
  }
  return { runs, failures };
}

function show(
  input: ReplayInput,
  runs: readonly ReplayRun[],
  baseline: SelectedPolicy,
  failures: readonly Failure[],
  options: ReplayOptions,
): void {
  if (options.json) {
    const failed = failures.map(({ policy, error }) => ({ policy: policy.label, error: messageOf(error) }));
    const ofRuns = runs.map((run) => ({ ...runFacts(run), ...(run.groups === undefined ? {} : { by: groupFacts(run.groups) }) }));
    const facts = { trace: accountFacts(input.trace), cluster: input.clusterFacts, runs: ofRuns };
    printJson(failed.length === 0 ? facts : { ...facts, failed });
  } else {
    const at = runs.findIndex(({ policy }) => policy === baseline);
    const groups = runs.map(({ policy, groups: own = [] }) => ({ label: policy.label, groups: own }));
    const byGroup = options.by === undefined || runs.length === 0 ? '' : `\n${groupTable(options.by, groups)}`;
    print(`${comparisonTable(runs, Math.max(0, at), options.until)}${byGroup}`);
  }
  const folders = runs.map(({ policy }) => policy.folder).join(', ');
  const manifest = failures.length === 0 ? ', manifest.json' : '; no manifest.json, since not all policies came to their end';
  if (options.out !== undefined) say(`written to ${options.out}: ${folders}${manifest}`);
  for (const { policy, error } of failures) warn(`${policy.label} broke off: ${messageOf(error)}`);
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}

/** Jobs were not over, though they could have been. */
function isPartial({ states, serving }: FinishedRun): boolean {
  return states.unfinished > serving;
}

/** Which run the others are compared with. */
function baselineOf(policies: readonly SelectedPolicy[], selector: string | undefined): number {
  if (selector === undefined) return 0;
  const index = policies.findIndex(({ label, spec }) => label === selector || spec.name === selector);
  if (index >= 0) return index;
  const known = policies.map(({ label }) => label).join(', ');
  throw usageError(`"${selector}" is not among the policies of this run`, '--baseline', `one of: ${known}`);
}

function runPolicy({ input, simulation }: Task, policy: SelectedPolicy, options: ReplayOptions, beat: () => void): ReplayRun {
  const { workload, cluster } = input;
  const progress = new Progress();
  const began = performance.now();
  const onProgress = (over: number) => {
    beat();
    progress.show(() => `${policy.label}: ${grouped(over)} of ${countOf(workload.count, 'job')} over`);
  };
  const onWarning = (message: string) => {
    progress.clear();
    warn(`${policy.label}: ${message}`);
  };
  try {
    return interruptible(() => {
      const { parameters, files, file, spec } = policy;
      const schedule = terminable(() =>
        simulate(workload, cluster, spec, {
          ...simulation,
          parameters,
          files,
          guarded: file !== undefined,
          onProgress,
          onWarning,
        }),
      );
      const wallSeconds = (performance.now() - began) / 1000;
      const everything = options.out !== undefined || options.json === true;
      const run = finishRun(input, policy, schedule, wallSeconds, everything);
      warnOfJobs(run, schedule, simulation);
      if (options.out !== undefined) writeRun(options.out, input, run, schedule);
      progress.clear();
      say(speedText(run));
      if (options.by === undefined) return run;
      return { ...run, groups: groupFigures({ workload, cluster, schedule }, options.by) };
    });
  } catch (error) {
    throw inTermsOfTrace(error, workload);
  } finally {
    progress.clear();
  }
}

/** How fast it was. Not on standard output: that is the same for the same inputs. */
function speedText({ policy, jobs, simulatedSeconds, wallSeconds }: FinishedRun): string {
  const perSecond = grouped(Math.round(jobs / wallSeconds));
  const span = formatDuration(simulatedSeconds * SECOND);
  return `${policy.label}: ${span} simulated in ${wallSeconds.toFixed(2)} s, ${perSecond} jobs a second`;
}
