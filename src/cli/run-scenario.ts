import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { InputError, usageError } from '../errors.ts';
import { openExperiment, runExperiment } from '../experiment/experiment.ts';
import type { Existing, ExperimentResults, Opened } from '../experiment/experiment.ts';
import { lockFolder } from '../experiment/folder-lock.ts';
import { pointFolder, shellWord } from '../experiment/manifest.ts';
import { manifestLine, pointLine } from '../experiment/point-lines.ts';
import type { Point } from '../experiment/point.ts';
import { pointInputs } from '../experiment/point-inputs.ts';
import { openPool } from '../experiment/point-pool.ts';
import type { Shard } from '../experiment/runner.ts';
import { examples } from './command.ts';
import { RETRY } from './exit-codes.ts';
import { experimentTable } from './experiment-table.ts';
import { isFileTrouble } from './file-trouble.ts';
import { stopOnSignals } from './interrupt.ts';
import { wholeNumber } from './option-values.ts';
import { print, printJson } from './output.ts';
import { PointProgress } from './point-progress.ts';
import { reportOn } from './report.ts';
import { conclude } from './run-conclusion.ts';
import { resultsFolder } from './results-folder.ts';
import { runFacts } from './run-json.ts';
import { planScenario } from './scenario-plan.ts';
import type { ScenarioPlan } from './scenario-plan.ts';
import { say, warn } from './terminal.ts';
import { countOf } from '../units.ts';

interface Options {
  out?: string;
  workers?: string;
  resume?: boolean;
  overwrite?: boolean;
  shard?: string;
  json?: boolean;
  printPoints?: boolean;
  /** False with --no-page. */
  page: boolean;
}

export function declareRun(command: Command): void {
  examples(command, [
    'yardmaster run scenarios/first-look.yaml',
    'yardmaster run sweep.yaml --out results/sweep --workers 8',
    'yardmaster run sweep.yaml --out results/sweep --resume',
    'yardmaster run sweep.yaml --out results/sweep --shard 3/10',
  ]);
  command
    .argument('<scenario>', 'a scenario file; "yardmaster schema scenario" prints what it may hold')
    .option('--out <dir>', 'where results are written (default: reports/NAME)')
    .option('--workers <n>', 'points that run at a time (default: one for each processor)')
    .option('--resume', 'keep the points that are there already and verify')
    .option('--overwrite', 'drop the points that are there already')
    .option('--no-page', 'make no report.html')
    .option('--shard <i/n>', 'run only this part of the points, such as 3/10; "yardmaster merge" joins the parts')
    .option('--json', 'print one JSON document instead of the table')
    .option('--print-points', 'print each point as a line of JSON, for "yardmaster merge --from-logs"')
    .action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const workers = options.workers === undefined ? availableParallelism() : wholeNumber(options.workers, '--workers', 1);
  const shard = options.shard === undefined ? undefined : readShard(options.shard);
  const existing = existingOf(options);
  if (options.json === true && options.printPoints === true)
    throw usageError('both --json and --print-points are given', '--json', 'standard output holds one of them');
  const plan = await planScenario(path);
  const out = options.out ?? resultsFolder(plan.scenario.name);
  const lock = await lockFolder(out, shard === undefined ? { what: 'whole' } : { what: 'part', shard }, { onWait });
  try {
    const opened = openExperiment({ out, points: plan.points, manifest: plan.manifest, shard }, existing);
    await runInto(plan, { out, shard, workers, opened, lost: lock.lost }, options);
  } finally {
    lock.release();
  }
}

function existingOf({ resume, overwrite }: Options): Existing {
  if (resume === true && overwrite === true)
    throw usageError('both --resume and --overwrite are given', '--overwrite', 'the one keeps what the other drops');
  return resume === true ? 'keep' : overwrite === true ? 'replace' : 'refuse';
}

function onWait({ pid, host }: { readonly pid: number; readonly host: string }): void {
  say(`process ${pid} on ${host} has left a lock: waiting up to 90 s for a sign that it still runs`);
}

/** A folder that is ours, and what there is to do in it. */
interface Task {
  readonly out: string;
  readonly shard?: Shard;
  readonly workers: number;
  readonly opened: Opened;
  readonly lost: AbortSignal;
}

async function runInto(plan: ScenarioPlan, task: Task, options: Options): Promise<void> {
  const { out, shard, opened } = task;
  say(planText(plan, opened, shard));
  const printPoint = options.printPoints === true ? (key: string) => print(pointLine(out, key)) : undefined;
  // What all points are is told first: the part may be killed.
  if (printPoint !== undefined) print(manifestLine(plan.manifest, shard));
  for (const key of opened.kept) printPoint?.(key);
  const { results, code } = await runAll(plan, task, printPoint);
  if (printPoint !== undefined) print(manifestLine(results.manifest, shard));
  sayNotes(results);
  if (code !== undefined)
    warn(
      `stopped: ${results.finished.length} of ${countOf(plan.points.length, 'point')} are done; the same command with --resume goes on`,
    );
  const { baseline, baseline_cluster: baselineCluster } = plan.manifest;
  const { report, measures } = plan.scenario;
  if (options.json !== true && printPoint === undefined && results.finished.length > 0)
    print(experimentTable({ baseline, baselineCluster, figures: report.figures, metrics: measures.metrics }, results.finished));
  if (shard === undefined && report.page && options.page && results.finished.length > 0) await makePage(out);
  say(
    `written to ${out}: ${shard === undefined ? 'results.csv, manifest.json' : `shards/${shard.index}-of-${shard.count}.json`}, points/`,
  );
  if (results.finished.length > 1) say(`how sure that is: yardmaster compare ${shellWord(out)}`);
  const conclusion = conclude(plan, results, shard);
  process.exitCode = code ?? conclusion.code;
  if (options.json === true) printJson(runFacts({ plan, out, shard, results, conclusion, code: process.exitCode }));
}

/** Jobs in the page of a run: of a sweep, few points are looked at job by job. "yardmaster report" takes more. */
const PAGE_JOBS = 1_000_000;

/** The results are there and stay, whatever becomes of their page. */
async function makePage(out: string): Promise<void> {
  try {
    await reportOn([out], join(out, 'report.html'), { mostJobs: PAGE_JOBS });
  } catch (error) {
    if (!(error instanceof InputError) && !isFileTrouble(error)) throw error;
    warn(`no report.html: ${error.message}`);
  }
}

/** Runs the points in worker threads, until all are over or a signal comes. */
async function runAll(
  { inputs, points, manifest, scenario: { limits } }: ScenarioPlan,
  { out, shard, opened, workers: wanted, lost }: Task,
  onDone?: (key: string) => void,
): Promise<{ results: ExperimentResults; code: number | undefined }> {
  const { dropped, drained, exitCode } = stopOnSignals();
  const { todo, kept } = opened;
  const workers = Math.max(1, Math.min(wanted, todo.length));
  const progress = new PointProgress(todo.length);
  const folderOf = ({ key }: Point) => join(out, pointFolder(key));
  const script = fileURLToPath(new URL('./point-worker.cjs', import.meta.url));
  const pool = openPool({ workers, script, inputs: pointInputs(inputs), limits, folderOf });
  try {
    const results = await runExperiment({ out, points, manifest, shard }, todo, kept, {
      execute: pool.execute,
      workers,
      dropped,
      // Another machine writes here now: what runs is finished, as it would be the same there.
      drained: AbortSignal.any([drained, lost]),
      onResult: (point, result) => {
        progress.result(point, result);
        if (result.state === 'done') onDone?.(point.key);
      },
    });
    progress.clear();
    progress.sayTotal(workers);
    if (lost.aborted) warn(`${out}: another machine took this process for dead and has taken the folder over`);
    return { results, code: isWhole(results) ? undefined : (exitCode() ?? (lost.aborted ? RETRY : undefined)) };
  } finally {
    progress.clear();
    await pool.close();
  }
}

function isWhole({ results }: ExperimentResults): boolean {
  return ![...results.values()].some(({ state }) => state === 'missing');
}

function planText({ points, scenario }: ScenarioPlan, { todo, kept, altered }: Opened, shard: Shard | undefined): string {
  const part = shard === undefined ? '' : `, part ${shard.index} of ${shard.count}`;
  const damaged = altered.size === 0 ? '' : `, ${altered.size} of them altered`;
  const resumed = kept.size === 0 ? '' : `; ${kept.size} are there already and verify, ${todo.length} are left to run${damaged}`;
  return `${scenario.name}: ${countOf(points.length, 'point')}${part}${resumed}`;
}

/** What was done to the workloads; once where it was done to many. */
function sayNotes({ finished }: ExperimentResults): void {
  const workloads = new Map<string, Set<string>>();
  for (const { point, notes } of finished) {
    for (const note of notes) workloads.set(note, (workloads.get(note) ?? new Set()).add(point.workload));
  }
  const lines = [...workloads].map(([note, of]) => `  ${of.size === 1 ? [...of].join('') : `${of.size} workloads`}: ${note}`);
  for (const line of lines.slice(0, NOTES)) say(line);
  if (lines.length > NOTES) say(`  and ${lines.length - NOTES} notes more: point.json of each point has its own`);
}

/** That fit on a screen beside the rest. */
const NOTES = 12;

function readShard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, of] = match ? [Number(match[1]), Number(match[2])] : [0, 0];
  if (index < 1 || index > of)
    throw usageError(`"${text}" is no part`, '--shard', 'write for example 3/10: the third of ten parts');
  return { index, count: of };
}
