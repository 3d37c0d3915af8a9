import type { Command } from 'commander';
import { lockFolder } from '../experiment/folder-lock.ts';
import { usageError } from '../errors.ts';
import { judge } from '../experiment/expectations.ts';
import { mergeResults } from '../experiment/merge.ts';
import type { Merged } from '../experiment/merge.ts';
import { readPointLines } from '../experiment/point-lines.ts';
import type { ReadLines } from '../experiment/point-lines.ts';
import type { Expectation } from '../scenario.ts';
import { collect, examples } from './command.ts';
import { OK, PARTIAL } from './exit-codes.ts';
import { sayJudgements } from './expectation-text.ts';
import { experimentTable } from './experiment-table.ts';
import { print } from './output.ts';
import type { FigureWishes } from './table-figures.ts';
import { say, warn } from './terminal.ts';
import { sayUnfinished } from './unfinished-jobs.ts';
import { countOf } from '../units.ts';

interface Options {
  out?: string;
  fromLogs?: string[];
}

export function declareMerge(command: Command): void {
  examples(command, [
    'yardmaster merge results/sweep',
    'yardmaster merge part1 part2 part3 --out results/sweep',
    'yardmaster merge --from-logs points.log --out results/sweep',
  ]);
  command
    .argument('[dir...]', 'folders that "yardmaster run --shard" has written; one, if the parts have shared it')
    .option('--out <dir>', 'where the whole goes (default: the first folder)')
    .option('--from-logs <file>', 'what "yardmaster run --print-points" has printed; may be given again', collect)
    .action(merge);
}

async function merge(folders: readonly string[], { out = folders[0], fromLogs = [] }: Options): Promise<void> {
  if (out === undefined) {
    const hint = fromLogs.length > 0 ? 'say with --out where the results go' : 'name the folder of the results, or --from-logs';
    throw usageError('it has no folder', 'merge', hint);
  }
  const lock = await lockFolder(out, { what: 'merge' });
  try {
    for (const file of fromLogs) sayLines(await readPointLines(file, out), file);
    sayMerged(mergeResults(fromLogs.length > 0 ? [...new Set([out, ...folders])] : folders, out), out);
  } finally {
    lock.release();
  }
}

function sayLines({ points, damaged }: ReadLines, file: string): void {
  say(`${file}: ${countOf(points, 'point')}`);
  if (damaged.length === 0) return;
  warn(`${countOf(damaged.length, 'line')} of results cut off or changed, and left out: ${damaged.slice(0, NAMED).join(', ')}`);
}

function sayMerged(merged: Merged, out: string): void {
  const { manifest, finished, missing } = merged;
  const { baseline, baseline_cluster: baselineCluster, scenario } = manifest;
  if (finished.length > 0) print(experimentTable({ baseline, baselineCluster, ...figureWishes(scenario) }, finished));
  say(`${finished.length} of ${countOf(manifest.points.length, 'point')} in ${out}`);
  const partial = sayUnfinished(finished, untilOf(scenario)) ? PARTIAL : OK;
  process.exitCode = partial;
  if (missing.length > 0) sayMissing(merged);
  else process.exitCode = sayJudgements(judge(expectationsOf(scenario), finished)) || partial;
}

/** Points that are named one by one [count]. */
const NAMED = 20;

function sayMissing({ missing, command }: Merged): void {
  const altered = missing.filter(({ state }) => state === 'altered').length;
  warn(`${countOf(missing.length, 'point')} missing${altered === 0 ? '' : `, ${altered} of them altered`}:`);
  for (const { workload, cluster, policy, seed, key, state, problem } of missing.slice(0, NAMED)) {
    say(`  ${key}  ${workload}, ${cluster}, ${policy}, seed ${seed}: ${problem ?? state}`);
  }
  if (missing.length > NAMED) say(`  and ${missing.length - NAMED} more`);
  say(`run them with:\n  ${command}`);
  process.exitCode = PARTIAL;
}

/** As the manifest holds it: bounds that are open are null in JSON. */
interface ScenarioFacts {
  readonly run?: { readonly until?: number };
  readonly measures?: { readonly metrics?: readonly string[] };
  readonly report?: { readonly figures?: readonly string[] };
  readonly expectations?: readonly (Omit<Expectation, 'min' | 'max' | 'at' | 'figureAt'> & {
    min: number | null;
    max: number | null;
  })[];
}

function untilOf(scenario: unknown): number | undefined {
  return (scenario as ScenarioFacts).run?.until;
}

function figureWishes(scenario: unknown): FigureWishes {
  const { report, measures } = scenario as ScenarioFacts;
  return { figures: report?.figures, metrics: measures?.metrics };
}

function expectationsOf(scenario: unknown): Expectation[] {
  const { expectations = [] } = scenario as ScenarioFacts;
  return expectations.map((one, index) => ({
    ...one,
    min: one.min ?? -Infinity,
    max: one.max ?? Infinity,
    at: `expect[${index}]`,
    figureAt: `expect[${index}].figure`,
  }));
}
