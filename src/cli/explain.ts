import { existsSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { processorCount } from '../cluster.ts';
import { simulate } from '../engine/simulate.ts';
import type { SimulationOptions } from '../engine/simulate.ts';
import { nearMisses, usageError } from '../errors.ts';
import { inTermsOfTrace } from '../experiment/policy-file.ts';
import { attemptsCsv } from '../results/attempts-csv.ts';
import { explanationsCsv } from '../results/explanations-csv.ts';
import { heldUp } from '../results/held-up.ts';
import { jobStory } from '../results/job-story.ts';
import type { RunTables } from '../results/job-story.ts';
import type { JobTable } from '../results/job-table.ts';
import { jobsCsv } from '../results/jobs-csv.ts';
import { readAttempts, readExplanations } from '../results/read-attempts.ts';
import { readJobs } from '../results/read-jobs.ts';
import { readResults } from '../results/read.ts';
import type { Run } from '../results/read.ts';
import type { WatchedAttempt } from '../watch.ts';
import { jobId } from '../workload.ts';
import { examples } from './command.ts';
import { attemptFacts, attemptsText, attemptsUntil } from './explain-attempts.ts';
import { storyFacts, storyText } from './explain-story.ts';
import type { ToldStory } from './explain-story.ts';
import { whyNeverSubmitted } from './never-submitted.ts';
import { interruptible } from './interrupt.ts';
import { parseMoment } from './moment.ts';
import { print, printJson } from './output.ts';
import type { ReplayOptions } from './replay-options.ts';
import type { ReplayInput } from './run.ts';
import type { SelectedPolicy } from './selected-policy.ts';
import { declareSimulation, prepareSimulation } from './simulation-options.ts';
import { warn } from './terminal.ts';

export function declareExplain(command: Command): void {
  examples(command, [
    'yardmaster replay log.swf --policy easy --explain --out results && yardmaster explain results 1234',
    'yardmaster explain log.swf 1234 --cluster procs=128 --policy easy',
    'yardmaster explain pods.json default/train-0 --cluster nodes.json --policy kube-default',
    'yardmaster explain pods.json default/train-0 --cluster nodes.json --policy kube-default --at 90s --json',
  ]);
  declareSimulation(command)
    .argument('<source>', 'a folder that "replay --explain --out" has written, or a trace to replay anew')
    .argument('<job>', 'the id of the job, as jobs.csv has it')
    .option('--at <time>', 'of a trace: only the attempts up to then, in the time of the trace (90s, or a date)')
    .option('--json', 'JSON, for machines')
    .action(explain);
}

interface ExplainOptions extends ReplayOptions {
  at?: string;
}

/** What is told of one policy. */
interface Told extends ToldStory {
  /** Absent if a folder of results was read: they do not hold them. */
  readonly attempts?: readonly WatchedAttempt[];
  /** The trace's own time of 0 ms [ms]. */
  readonly origin: number;
}

async function explain(source: string, id: string, options: ExplainOptions, command: Command): Promise<void> {
  const isFolder = source !== '-' && existsSync(source) && statSync(source).isDirectory();
  if (isFolder) refuseSimulationOptions(command);
  const { told, at } = isFolder
    ? { told: await fromResults(source, id, options), at: undefined }
    : await replayed(source, id, options);
  if (options.json) printJson({ job: id, runs: told.map((one) => toldFacts(one, at)) });
  else print(told.map((one) => toldText(one, at)).join('\n'));
}

/** Results are what they are: options of a simulation would change nothing. */
function refuseSimulationOptions(command: Command): void {
  const known = new Set(['policy', 'json']);
  const given = command.options.find((option) => {
    const name = option.attributeName();
    return !known.has(name) && command.getOptionValueSource(name) === 'cli';
  });
  if (given === undefined) return;
  const hint = 'give the trace in place of the folder to replay it anew, or leave the option out';
  throw usageError('it changes nothing of results that are there already', given.long ?? given.flags, hint);
}

async function fromResults(folder: string, id: string, { policy: wanted }: ExplainOptions): Promise<Told[]> {
  const { runs, manifest } = await readResults(folder);
  const remedy = `${manifest.reproduce || 'yardmaster replay TRACE --out DIR'} --explain`;
  const asked = Array.isArray(manifest.document.arguments) && manifest.document.arguments.includes('--explain');
  const told: Told[] = [];
  for (const run of chooseRuns(runs, wanted, folder)) {
    const jobs = await run.jobs();
    const tables: RunTables = {
      jobs,
      attempts: await run.attempts(),
      resizes: await run.resizes(),
      explanations: await run.explanations(),
    };
    const reasons = asked || tables.explanations !== undefined ? 'kept' : 'not-kept';
    const rows = rowsOf(id, jobs, run.folder);
    for (const row of rows) {
      const known = storyOf(tables, row, run.processors);
      const neverSubmitted = whyNeverSubmitted(jobs, row);
      told.push({ policy: run.label, table: jobs, ...known, reasons, remedy, neverSubmitted, epoch: run.epoch, origin: 0 });
    }
  }
  return told;
}

function storyOf(tables: RunTables, row: number, processors: number | undefined): Pick<ToldStory, 'story' | 'held'> {
  const story = jobStory(tables, row);
  return { story, held: processors === undefined ? undefined : heldUp(tables, row, story.exit, processors) };
}

function chooseRuns(runs: readonly Run[], wanted: readonly string[] | undefined, folder: string): readonly Run[] {
  if (wanted === undefined) return runs;
  return wanted.flatMap((name) => {
    const found = runs.filter((run) => run.label === name || run.policy === name);
    if (found.length > 0) return found;
    throw usageError(
      `there is no run of "${name}" in ${folder}`,
      '--policy',
      `one of: ${runs.map(({ label }) => label).join(', ')}`,
    );
  });
}

/** Ids need not be unique: some logs use them again. */
function rowsOf(id: string, table: JobTable, where: string): number[] {
  const rows: number[] = [];
  for (let row = 0; row < table.count; row++) if (jobId(table, row) === id) rows.push(row);
  if (rows.length > 0) return rows;
  const ids = Array.from({ length: table.count }, (_, row) => jobId(table, row));
  // Names of Kubernetes come with their namespace.
  const longer = ids.filter((one) => one.endsWith(`/${id}`)).slice(0, 3);
  const tasks = ids.filter((one) => one.startsWith(`${id}_`)).slice(0, 3);
  if (longer.length + tasks.length === 0 && /^\d+$/.test(id) && ids.some((one) => /^\d+_\d+$/.test(one)))
    throw usageError(`there is no job "${id}" in it`, where, rawIdHint(id, ids));
  const near = longer.length > 0 ? longer : tasks.length > 0 ? tasks : nearMisses(id, ids);
  const names = (list: readonly string[]) => list.map((one) => `"${one}"`).join(' or ');
  const hint = near.length > 0 ? `did you mean ${names(near)}?` : `ids are such as ${names(ids.slice(0, 3))}`;
  throw usageError(`there is no job "${id}" in it`, where, table.count === 0 ? 'it has no jobs at all' : hint);
}

/** Slurm gives each task of an array a number of its own, too: JobIDRaw. It is larger than that of the array. */
function rawIdHint(id: string, ids: readonly string[]): string {
  const bases = new Set(ids.flatMap((one) => /^(\d+)_\d+$/.exec(one)?.[1] ?? []).map(Number));
  const before = Math.max(...[...bases].filter((base) => base < Number(id)));
  const array = before > 0 ? `, perhaps of ${before}` : '';
  return `if it is the JobIDRaw of a task of an array${array}: tasks have ids such as ${ids.find((one) => one.includes('_'))} here, and sacct -j ${id} -o JobID,JobIDRaw says which it is`;
}

/** Replays the trace, with somebody who watches the job. */
async function replayed(path: string, id: string, options: ExplainOptions): Promise<{ told: Told[]; at: number | undefined }> {
  if (path !== '-' && !existsSync(path)) {
    throw usageError('there is neither such a folder nor such a file', path, 'name a folder of results, or a trace');
  }
  const { policies, simulation, readInput } = await prepareSimulation(options);
  const input = await readInput(path);
  const at = options.at === undefined ? undefined : momentOf(options.at, input);
  return { told: policies.flatMap((policy) => replayOne(input, policy, simulation, id)), at };
}

/** A time of the trace as time since its first submission [ms]. */
function momentOf(text: string, { workload: { epoch, origin, name } }: ReplayInput): number {
  const { time, isDate } = parseMoment(text, '--at');
  if (!isDate) return time - origin;
  if (Number.isNaN(epoch))
    throw usageError(`${name} does not say on which day its time began`, '--at', 'write seconds, as in jobs.csv');
  return time - epoch - origin;
}

function replayOne(input: ReplayInput, policy: SelectedPolicy, simulation: SimulationOptions, id: string): Told[] {
  const { workload, cluster, path } = input;
  const attempts: WatchedAttempt[] = [];
  const watch = {
    wants: (job: number) => jobId(workload, job) === id,
    tell: (attempt: WatchedAttempt) => void attempts.push(attempt),
  };
  const { parameters, files, file, spec, label } = policy;
  const onWarning = (message: string) => warn(`${label}: ${message}`);
  const settings = { ...simulation, parameters, files, guarded: file !== undefined, explain: true, watch, onWarning };
  try {
    const schedule = interruptible(() => simulate(workload, cluster, spec, settings));
    const bytes = (pieces: Iterable<string>) => Buffer.from([...pieces].join(''));
    const jobs = readJobs(bytes(jobsCsv(workload, cluster, schedule)), path);
    const tables: RunTables = {
      jobs,
      attempts: readAttempts(bytes(attemptsCsv(workload, schedule)), path, jobs),
      explanations: readExplanations(bytes(explanationsCsv(workload, schedule)), path, jobs),
    };
    return rowsOf(id, jobs, path).map((row) => ({
      policy: label,
      table: jobs,
      ...storyOf(tables, row, processorCount(cluster)),
      reasons: 'kept',
      remedy: '',
      neverSubmitted: whyNeverSubmitted(jobs, row, workload, simulation.until),
      epoch: Number.isNaN(workload.epoch) ? undefined : workload.epoch,
      attempts: attempts.filter(({ job }) => job === row),
      origin: workload.origin,
    }));
  } catch (error) {
    throw inTermsOfTrace(error, workload);
  }
}

function toldFacts(told: Told, at: number | undefined): object {
  const { attempts, origin } = told;
  if (attempts === undefined) return storyFacts(told);
  return { ...storyFacts(told), attempts: attemptsUntil(attempts, at).map((attempt) => attemptFacts(attempt, origin)) };
}

function toldText(told: Told, at: number | undefined): string {
  const { attempts = [], origin } = told;
  return `${storyText(told)}${attempts.length === 0 ? '' : attemptsText(attempts, origin, at)}`;
}
