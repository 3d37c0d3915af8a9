import type { Command } from 'commander';
import { lockFolder } from '../experiment/folder-lock.ts';
import { judge } from '../experiment/expectations.ts';
import { mergeResults } from '../experiment/merge.ts';
import type { Merged } from '../experiment/merge.ts';
import type { Expectation } from '../scenario.ts';
import { count } from './account.ts';
import { examples } from './command.ts';
import { OK, PARTIAL } from './exit-codes.ts';
import { sayJudgements } from './expectation-text.ts';
import { experimentTable } from './experiment-table.ts';
import { print } from './output.ts';
import { say, warn } from './terminal.ts';
import { sayUnfinished } from './unfinished-jobs.ts';

export function declareMerge(command: Command): void {
  examples(command, ['yardmaster merge results/sweep', 'yardmaster merge part1 part2 part3 --out results/sweep']);
  command
    .argument('<dir...>', 'folders that "yardmaster run --shard" has written; one, if the parts have shared it')
    .option('--out <dir>', 'where the whole goes (default: the first folder)')
    .action((folders: string[], { out = folders[0] }: { out?: string }) => merge(folders, out));
}

async function merge(folders: readonly string[], out: string): Promise<void> {
  const lock = await lockFolder(out, { what: 'merge' });
  try {
    sayMerged(mergeResults(folders, out), out);
  } finally {
    lock.release();
  }
}

function sayMerged(merged: Merged, out: string): void {
  const { manifest, finished, missing } = merged;
  const { baseline, baseline_cluster: baselineCluster, scenario } = manifest;
  if (finished.length > 0) print(experimentTable({ baseline, baselineCluster, figures: figuresOf(scenario) }, finished));
  say(`${finished.length} of ${count(manifest.points.length, 'point')} in ${out}`);
  const partial = sayUnfinished(finished, untilOf(scenario)) ? PARTIAL : OK;
  process.exitCode = partial;
  if (missing.length > 0) sayMissing(merged);
  else process.exitCode = sayJudgements(judge(expectationsOf(scenario), finished)) || partial;
}

/** Points that are named one by one [count]. */
const NAMED = 20;

function sayMissing({ missing, command }: Merged): void {
  const altered = missing.filter(({ state }) => state === 'altered').length;
  warn(`${count(missing.length, 'point')} missing${altered === 0 ? '' : `, ${altered} of them altered`}:`);
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
  readonly report?: { readonly figures?: readonly string[] };
  readonly expectations?: readonly (Omit<Expectation, 'min' | 'max' | 'at' | 'figureAt'> & {
    min: number | null;
    max: number | null;
  })[];
}

function untilOf(scenario: unknown): number | undefined {
  return (scenario as ScenarioFacts).run?.until;
}

function figuresOf(scenario: unknown): readonly string[] | undefined {
  return (scenario as ScenarioFacts).report?.figures;
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
