import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { InputError, usageError } from '../errors.ts';
import { compareTables } from '../live/compare/comparison.ts';
import type { Comparison } from '../live/compare/comparison.ts';
import { readLatencies } from '../live/compare/latencies.ts';
import type { Latencies } from '../live/compare/latencies.ts';
import { classesOf } from '../live/compare/placement-agreement.ts';
import { parseJson, readResults } from '../results/read.ts';
import type { Run } from '../results/read.ts';
import { writeAtomically } from '../results/write.ts';
import { parseDuration } from '../units.ts';
import { examples } from './command.ts';
import { comparisonPage } from './live-compare-page.ts';
import { comparisonText } from './live-compare-text.ts';
import { LIVE_FILE, STOCK } from './live-run-policies.ts';
import type { LiveFacts } from './live-run-facts.ts';
import { print, printJson } from './output.ts';
import { say } from './terminal.ts';

interface Options {
  repeat?: string;
  tolerance: string;
  model: string;
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
  readonly latencies: Latencies;
  /** Live less simulated. */
  readonly simulated: Comparison;
  /** The repeat less the live run; absent without a repeat. */
  readonly noise?: Comparison;
}

export function declareLiveCompare(command: Command): void {
  examples(command, [
    'yardmaster live compare reports/sim reports/live',
    'yardmaster live compare reports/sim reports/live --repeat reports/live-again --out compare.html',
    'yardmaster live compare reports/sim reports/live --write-profile measured.yaml --json',
  ]);
  command
    .argument('<simulated>', 'a folder that "run" or "replay --out" has written')
    .argument('<live>', 'a folder that "live run" has written, of the same scenario')
    .option('--repeat <dir>', 'a second live run: what differs between the two is no error of the simulation')
    .option('--tolerance <duration>', 'differences of starts up to this are none, without a repeat', '1s')
    .option('--model <policy>', "the simulated policy that the cluster's own kube-scheduler is compared with", 'kube-default')
    .option('--out <file>', 'write a page')
    .option('--write-profile <file>', 'write the measured latencies as settings of a scenario')
    .option('--json', 'JSON, for machines')
    .action(compare);
}

async function compare(simulatedDir: string, liveDir: string, options: Options): Promise<void> {
  const tolerance = parseDuration(options.tolerance, '--tolerance');
  const [simulated, live] = await Promise.all([readResults(simulatedDir), readResults(liveDir)]);
  const repeat = options.repeat === undefined ? undefined : await readResults(options.repeat);
  const comparisons: LiveComparison[] = [];
  for (const run of live.runs) {
    const model = run.policy === STOCK ? options.model : run.label;
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
  if (options.json === true) printJson(comparisons);
  else print(comparisons.map(comparisonText).join('\n'));
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
    latencies: readLatencies(run.folder, facts.time_scale),
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

/**
 * What was measured, in the words of a scenario: the latencies are medians; an attempt takes at most what is left of a
 * second in which most pods were bound. All in the time of the workload.
 */
function profileText(comparisons: readonly LiveComparison[]): string {
  const milliseconds = (value: number) => `${Math.max(1, Math.round(value))}ms`;
  const policies = comparisons.map(({ policy, model, takesCosts, latencies: { bind }, live }) => {
    const { time_scale: scale, bound_per_s_peak: peak } = live;
    const label = `${model}, costs as live under ${policy}`;
    if (!takesCosts) return { name: model, label };
    const costs = { attempt: milliseconds((1000 * scale) / peak), bind: milliseconds(bind.median * scale) };
    return { name: model, label, parameters: costs };
  });
  const launches = comparisons.map(({ latencies: { start }, live }) => start.median * live.time_scale).sort((a, b) => a - b);
  const launch = milliseconds(launches[Math.floor(launches.length / 2)]);
  const from = comparisons.map(({ policy, latencies: { pods } }) => `${policy} (${pods} pods)`).join(', ');
  return `# Measured live under ${from}: put it into a scenario.\n${stringify({ policies, costs: { launch } })}`;
}
