import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { InputError, usageError } from '../errors.ts';
import { compareTables } from '../live/compare/comparison.ts';
import type { Comparison } from '../live/compare/comparison.ts';
import { readLatencies } from '../live/compare/latencies.ts';
import type { Latencies } from '../live/compare/latencies.ts';
import { promptSubmissions, reactionTimes } from '../live/compare/reaction.ts';
import { classesOf } from '../live/compare/placement-agreement.ts';
import { parseJson, readResults } from '../results/read.ts';
import type { Run } from '../results/read.ts';
import { writeAtomically } from '../results/write.ts';
import { parseDuration } from '../units.ts';
import { examples } from './command.ts';
import { comparisonPage } from './live-compare-page.ts';
import { comparisonText } from './live-compare-text.ts';
import { profileText } from './live-profile.ts';
import { LIVE_FILE, SLURM, STOCK } from './live-run-policies.ts';
import type { LiveFacts } from './live-run-facts.ts';
import { print, printJson } from './output.ts';
import { say } from './terminal.ts';

interface Options {
  repeat?: string;
  tolerance: string;
  model?: string;
  out?: string;
  writeProfile?: string;
  json?: boolean;
}

/** One live run, what it is compared with, and how it went. */
export interface LiveComparison {
  readonly policy: string;
  /** The simulated policy. */
  readonly model: string;
  /** Whether it can be told what attempts and bindings cost. */
  readonly takesCosts: boolean;
  readonly live: LiveFacts;
  /** Of pods; absent of a Slurm. */
  readonly latencies?: Latencies;
  /** How long it took until jobs ran that waited for nothing [ms of the workload]. */
  readonly reactions: readonly number[];
  /** The folder of the live run, and the digest of its schedule. */
  readonly from: string;
  readonly digest: string;
  /** Live less simulated. */
  readonly simulated: Comparison;
  /** The repeat less the live run; absent without a repeat. */
  readonly noise?: Comparison;
}

export function declareLiveCompare(command: Command): void {
  examples(command, [
    'yardmaster live compare reports/sim reports/live',
    'yardmaster live compare reports/sim reports/live --repeat reports/live-again --out compare.html',
    'yardmaster live compare reports/sim reports/live --profile measured.yaml --json',
  ]);
  command
    .argument('<simulated>', 'a folder that "run" or "replay --out" has written')
    .argument('<live>', 'a folder that "live run" has written, of the same scenario')
    .option('--repeat <dir>', 'a second live run: what differs between the two is no error of the simulation')
    .option('--tolerance <duration>', 'differences of starts up to this are none, without a repeat', '1s')
    .option(
      '--model <policy>',
      "the simulated policy that the cluster's own scheduler is compared with (default: kube-default, of a Slurm slurm-backfill)",
    )
    .option('--out <file>', 'write a page')
    .option(
      '--profile, --write-profile <file>',
      'write the measured latencies as settings of a scenario: simulated with them, it errs less',
    )
    .option('--json', 'JSON, for machines')
    .action(compare);
}

async function compare(simulatedDir: string, liveDir: string, options: Options): Promise<void> {
  const tolerance = parseDuration(options.tolerance, '--tolerance');
  const [simulated, live] = await Promise.all([readResults(simulatedDir), readResults(liveDir)]);
  const repeat = options.repeat === undefined ? undefined : await readResults(options.repeat);
  const comparisons: LiveComparison[] = [];
  for (const run of live.runs) {
    const model = modelOf(run, options);
    const other = simulated.runs.find(({ label, policy }) => label === model || policy === model);
    if (other === undefined) {
      say(`${run.label}: left out, there is no "${model}" in ${simulatedDir}`);
      continue;
    }
    const again = repeat?.runs.find(({ label }) => label === run.label);
    if (repeat !== undefined && again === undefined) say(`${run.label}: there is no repeat of it`);
    comparisons.push(await compareOne({ run, other, again, tolerance }));
  }
  if (comparisons.length === 0) {
    throw usageError(
      'no policy is in both',
      liveDir,
      'simulate the same scenario, or name the model of kube-scheduler with --model',
    );
  }
  if (options.writeProfile !== undefined) writeFileSync(options.writeProfile, profileText(comparisons));
  if (options.out !== undefined) writeAtomically(options.out, [comparisonPage(comparisons)]);
  if (options.json === true) printJson(comparisons.map(withoutSamples));
  else print(comparisons.map(comparisonText).join('\n'));
}

/** Their spreads say enough. */
function withoutSamples({ reactions: _, latencies, ...rest }: LiveComparison): object {
  if (latencies === undefined) return rest;
  const { launches: __, ...spreads } = latencies;
  return { ...rest, latencies: spreads };
}

/** The cluster's own scheduler is no policy of ours. */
function modelOf({ policy, label }: Run, { model }: Options): string {
  if (policy === STOCK) return model ?? 'kube-default';
  return policy === SLURM ? (model ?? 'slurm-backfill') : label;
}

interface Pair {
  readonly run: Run;
  readonly other: Run;
  readonly again: Run | undefined;
  readonly tolerance: number;
}

async function compareOne({ run, other, again, tolerance }: Pair): Promise<LiveComparison> {
  const facts = readFacts(run.folder);
  const [a, b] = await Promise.all([other.jobs(), run.jobs()]);
  const places = {
    classOf: classesOf([...(other.pools ?? []), ...(run.pools ?? [])]),
    rackOf: facts.racks && new Map(Object.entries(facts.racks)),
  };
  const noise = again && compareTables(b, await again.jobs(), places, tolerance);
  // With a repeat, what its starts differ by is what nobody could foretell.
  const noiseOfStarts = noise === undefined ? tolerance : Math.max(1, noise.start.p95);
  return {
    policy: run.label,
    model: other.label,
    takesCosts: 'attempt' in other.parameters && 'bind' in other.parameters,
    live: facts,
    latencies: facts.slurm === undefined ? readLatencies(run.folder, facts.time_scale, promptSubmissions(a, b)) : undefined,
    ...{ reactions: reactionTimes(a, b), from: run.folder, digest: run.summary.digest },
    simulated: compareTables(a, b, places, noiseOfStarts),
    noise,
  };
}

function readFacts(folder: string): LiveFacts {
  const path = join(folder, LIVE_FILE);
  try {
    return parseJson(readFileSync(path, 'utf8'), path) as LiveFacts;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw usageError('it is not there', path, 'the second folder must be one that "yardmaster live run" has written');
  }
}
