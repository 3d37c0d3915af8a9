import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { loadCluster } from '../cluster-file.ts';
import { usageError } from '../errors.ts';
import { deviationAt, distance, meanCurve, readCurves } from '../verify/gpu-allocation.ts';
import type { Curve, PublishedCurve } from '../verify/gpu-allocation.ts';
import { examples } from './command.ts';
import { FAILED_CHECK, OK } from './exit-codes.ts';
import { CONTESTANTS, drawPods, runCurve } from './gpu-allocation-runs.ts';
import type { Contestant } from './gpu-allocation-runs.ts';
import { interruptible, terminable } from './interrupt.ts';
import { wholeNumber } from './option-values.ts';
import { print, printJson } from './output.ts';
import { renderTable } from './table.ts';
import { say } from './terminal.ts';

interface Options {
  pods: string;
  nodes: string;
  workload?: string;
  seeds: string;
  load: string;
  json?: boolean;
}

/** What became of one contestant. */
interface Outcome {
  readonly contestant: Contestant;
  readonly ours: readonly Curve[];
  readonly theirs: readonly Curve[];
  readonly most: number;
  readonly at: number;
  readonly ok: boolean;
}

export function declareVerifyGpuAllocation(command: Command): void {
  examples(command, [
    'yardmaster verify gpu-allocation analysis_allo_discrete.csv --pods openb_pod_list_default.csv --nodes openb_node_list_gpu_node.csv',
    'yardmaster verify gpu-allocation --pods openb_pod_list_gpuspec33.csv --nodes openb_node_list_gpu_node.csv',
  ]);
  command
    .argument(
      '[published]',
      'the table of the artifact of Weng et al., USENIX ATC 2023: allocation by arrived load, a run a row; without it our curves are shown alone',
    )
    .requiredOption('--pods <file>', 'list of pods of the openb trace')
    .requiredOption('--nodes <file>', 'list of its nodes with GPUs')
    .option('--workload <name>', 'whose rows of the table are compared (default: the one that the file of pods is named for)')
    .option('--seeds <n>', 'runs of each placement', '10')
    .option('--load <share>', 'GPUs asked for in all, as a share of those of the cluster', '1.3')
    .option('--json', 'JSON, for machines')
    .action(verifyGpuAllocation);
}

async function verifyGpuAllocation(path: string | undefined, options: Options): Promise<void> {
  const seeds = wholeNumber(options.seeds, '--seeds', 1);
  const load = Number(options.load);
  if (!(load > 0)) throw usageError(`"${options.load}" is no load`, '--load', 'write a share such as 1.3');
  const published = path === undefined ? [] : rowsOf(readCurves(readText(path), path), options, path);
  const arrivals = { pods: options.pods, cluster: await loadCluster(options.nodes), load };
  const outcomes: Outcome[] = [];
  const curves: Curve[][] = CONTESTANTS.map(() => []);
  for (let seed = 42; seed < 42 + seeds; seed++) {
    const workload = await drawPods(arrivals, seed);
    CONTESTANTS.forEach((contestant, index) => {
      const curve = interruptible(() => terminable(() => runCurve(workload, arrivals.cluster, contestant, seed)));
      curves[index].push(curve);
    });
  }
  for (const [index, contestant] of CONTESTANTS.entries()) {
    const ours = curves[index];
    const theirs = published.filter(({ policy }) => policy === contestant.published).map(({ curve }) => curve);
    if (path !== undefined && theirs.length === 0) {
      say(`${contestant.published} is not in ${path}: it is left out`);
      continue;
    }
    const { most, at } = distance(meanCurve(ours), meanCurve(theirs));
    outcomes.push({ contestant, ours, theirs, most, at, ok: contestant.within === undefined || most <= contestant.within });
  }
  if (path === undefined) return showAlone(outcomes, options, seeds);
  const ok = outcomes.length > 0 && outcomes.every((outcome) => outcome.ok);
  if (options.json) printJson({ ok, seeds, policies: outcomes.map(inJson) });
  else print(`${table(outcomes)}${ok ? 'OK' : 'FAILED'}: ${summary(outcomes, seeds)}\n`);
  process.exitCode = ok ? OK : FAILED_CHECK;
}

/** What the placements make of pods of which nothing was published. */
function showAlone(outcomes: readonly Outcome[], { json }: Options, seeds: number): void {
  const policies = outcomes.map(({ contestant: { placement, ties }, ours }) => ({ placement, ties, ours: [...meanCurve(ours)] }));
  if (json) return printJson({ seeds, policies });
  const number = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : '-');
  const rows = outcomes.map(({ contestant, ours }) => [
    nameOf(contestant),
    ...[100, 130].map((percent) => number(meanCurve(ours)[percent])),
    number(deviationAt(ours, 130)),
  ]);
  const titles = ['placement', 'at 100 %', 'at 130 %', 'deviation'];
  print(
    `${renderTable(
      titles.map((title) => ({ title })),
      rows,
    )}GPUs allocated, mean of ${seeds} runs [percent of all GPUs]\n`,
  );
}

function nameOf({ placement, ties }: Contestant): string {
  return `${placement}${ties === undefined ? '' : `, ties ${ties}`}`;
}

function readText(path: string): string {
  const bytes = readFileSync(path);
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** The rows that are about the pods: by the longest name of a workload that stands in that of the file. */
function rowsOf(curves: readonly PublishedCurve[], { pods, workload }: Options, path: string): PublishedCurve[] {
  const names = [...new Set(curves.map((curve) => curve.workload))];
  const fitting = names.filter((name) => basename(pods).includes(name)).sort((a, b) => b.length - a.length);
  const name = workload ?? fitting[0];
  const rows = curves.filter((curve) => curve.workload === name);
  if (rows.length > 0) return rows;
  throw usageError(
    `there is nothing about ${name ?? basename(pods)} in it`,
    path,
    `name one with --workload: ${names.join(', ')}`,
  );
}

function table(outcomes: readonly Outcome[]): string {
  const number = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : '-');
  const rows = outcomes.map(({ contestant, ours, theirs, most, at, ok }) => [
    contestant.published,
    nameOf(contestant),
    ...[100, 130].flatMap((percent) => [number(meanCurve(ours)[percent]), number(meanCurve(theirs)[percent])]),
    `${number(deviationAt(ours, 130))} / ${number(deviationAt(theirs, 130))}`,
    `${number(most)} at ${at} %`,
    contestant.within === undefined ? '' : `${ok ? 'within' : 'NOT within'} ${contestant.within}`,
  ]);
  const titles = ['published', 'placement', 'ours at 100 %', 'theirs', 'ours at 130 %', 'theirs', 'deviations', 'farthest', ''];
  return renderTable(
    titles.map((title) => ({ title })),
    rows,
  );
}

function summary(outcomes: readonly Outcome[], seeds: number): string {
  const judged = outcomes.filter(({ contestant }) => contestant.within !== undefined);
  const agree = judged.filter(({ ok }) => ok).length;
  return `${agree} of ${judged.length} curves within their tolerance, mean of ${seeds} runs [percent of all GPUs]`;
}

function inJson({ contestant, ours, theirs, most, at, ok }: Outcome): object {
  const curves = { ours: [...meanCurve(ours)], theirs: [...meanCurve(theirs)] };
  return { ...contestant, ok, farthest_percent: most, farthest_at_percent: at, ...curves };
}
