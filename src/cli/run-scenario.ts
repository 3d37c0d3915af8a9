import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { InputError, usageError } from '../errors.ts';
import { openExperiment, runExperiment } from '../experiment/experiment.ts';
import type { Experiment, ExperimentResults } from '../experiment/experiment.ts';
import { judge } from '../experiment/expectations.ts';
import { pointFolder } from '../experiment/manifest.ts';
import type { Point } from '../experiment/point.ts';
import { pointInputs } from '../experiment/point-inputs.ts';
import { openPool } from '../experiment/point-pool.ts';
import type { PointResult, Shard } from '../experiment/runner.ts';
import { count } from './account.ts';
import { examples } from './command.ts';
import { BAD_DATA, BUG, OK, PARTIAL, USAGE } from './exit-codes.ts';
import { sayJudgements } from './expectation-text.ts';
import { experimentTable } from './experiment-table.ts';
import { isFileTrouble } from './file-trouble.ts';
import { stopOnSignals } from './interrupt.ts';
import { wholeNumber } from './option-values.ts';
import { print } from './output.ts';
import { PointProgress } from './point-progress.ts';
import { reportOn } from './report.ts';
import { planScenario } from './scenario-plan.ts';
import type { ScenarioPlan } from './scenario-plan.ts';
import { say, warn } from './terminal.ts';

interface Options {
  out?: string;
  workers?: string;
  resume?: boolean;
  shard?: string;
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
    .option('--no-page', 'make no report.html')
    .option('--shard <i/n>', 'run only this part of the points, such as 3/10; "yardmaster merge" joins the parts')
    .action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const workers = options.workers === undefined ? availableParallelism() : wholeNumber(options.workers, '--workers', 1);
  const shard = options.shard === undefined ? undefined : readShard(options.shard);
  const plan = await planScenario(path);
  const out = options.out ?? join('reports', plan.scenario.name.replace(/[^\w.-]+/g, '-'));
  const experiment: Experiment = { out, points: plan.points, manifest: plan.manifest, shard };
  const { todo, kept } = openExperiment(experiment, options.resume === true ? 'keep' : 'replace');
  say(planText(plan, todo.length, kept.size, shard));
  const { results, code } = await runAll(plan, experiment, todo, kept, workers);
  sayNotes(results);
  if (code !== undefined)
    warn(
      `stopped: ${results.finished.length} of ${count(plan.points.length, 'point')} are done; the same command with --resume goes on`,
    );
  if (results.finished.length > 0) {
    print(experimentTable({ baseline: plan.manifest.baseline, figures: plan.scenario.report.figures }, results.finished));
  }
  if (shard === undefined && plan.scenario.report.page && options.page && results.finished.length > 0) {
    await makePage(out, plan.manifest.baseline);
  }
  say(
    `written to ${out}: ${shard === undefined ? 'results.csv, manifest.json' : `shards/${shard.index}-of-${shard.count}.json`}, points/`,
  );
  if (results.finished.length > 1) say(`how sure that is: yardmaster compare ${out}`);
  process.exitCode = code ?? conclude(plan, results, shard);
}

/** Jobs in the page of a run: of a sweep, few points are looked at job by job. "yardmaster report" takes more. */
const PAGE_JOBS = 1_000_000;

/** The results are there and stay, whatever becomes of their page. */
async function makePage(out: string, baseline: string): Promise<void> {
  try {
    await reportOn([out], join(out, 'report.html'), { baseline, mostJobs: PAGE_JOBS });
  } catch (error) {
    if (!(error instanceof InputError) && !isFileTrouble(error)) throw error;
    warn(`no report.html: ${error.message}`);
  }
}

/** Runs the points in worker threads, until all are over or a signal comes. */
async function runAll(
  { inputs, scenario: { limits } }: ScenarioPlan,
  experiment: Experiment,
  todo: readonly Point[],
  kept: ReadonlySet<string>,
  wanted: number,
): Promise<{ results: ExperimentResults; code: number | undefined }> {
  const { dropped, drained, exitCode } = stopOnSignals();
  const workers = Math.max(1, Math.min(wanted, todo.length));
  const progress = new PointProgress(todo.length);
  const folderOf = ({ key }: Point) => join(experiment.out, pointFolder(key));
  const script = fileURLToPath(new URL('./point-worker.cjs', import.meta.url));
  const pool = openPool({ workers, script, inputs: pointInputs(inputs), limits, folderOf });
  try {
    const onResult = (point: Point, result: PointResult) => progress.result(point, result);
    const results = await runExperiment(experiment, todo, kept, { execute: pool.execute, workers, dropped, drained, onResult });
    progress.clear();
    progress.sayTotal(workers);
    return { results, code: isWhole(results) ? undefined : exitCode() };
  } finally {
    progress.clear();
    await pool.close();
  }
}

function isWhole({ results }: ExperimentResults): boolean {
  return ![...results.values()].some(({ state }) => state === 'missing');
}

function planText({ points, scenario }: ScenarioPlan, todo: number, kept: number, shard: Shard | undefined): string {
  const part = shard === undefined ? '' : `, part ${shard.index} of ${shard.count}`;
  const resumed = kept === 0 ? '' : `; ${kept} are there already and verify, ${todo} are left to run`;
  return `${scenario.name}: ${count(points.length, 'point')}${part}${resumed}`;
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

/** Says what is missing and which expectations are not met; answers the exit code. */
function conclude({ scenario }: ScenarioPlan, { own, finished, results }: ExperimentResults, shard?: Shard): number {
  const failed = own.filter(({ state }) => state !== 'done');
  if (failed.length > 0) {
    warn(`${failed.length} of ${count(own.length, 'point')} have no result: "problem" in the manifest says why`);
    return finished.length > 0 ? PARTIAL : exitCodeOf([...results.values()]);
  }
  // Parts may lack what the ratio of two policies needs: expectations are judged when they are merged.
  return shard === undefined ? sayJudgements(judge(scenario.expectations, finished)) : OK;
}

/** If nothing has a result: whose mistake it was. */
function exitCodeOf(results: readonly PointResult[]): number {
  if (results.some(({ state, mistake }) => state === 'failed' && mistake === undefined)) return BUG;
  if (results.some(({ mistake }) => mistake === 'data')) return BAD_DATA;
  return results.some(({ mistake }) => mistake === 'usage') ? USAGE : PARTIAL;
}

function readShard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, of] = match ? [Number(match[1]), Number(match[2])] : [0, 0];
  if (index < 1 || index > of)
    throw usageError(`"${text}" is no part`, '--shard', 'write for example 3/10: the third of ten parts');
  return { index, count: of };
}
