import { Option } from 'commander';
import type { Command } from 'commander';
import { didYouMean, usageError } from '../errors.ts';
import { simulateSystem } from '../systems/simulate-system.ts';
import type { SystemRun } from '../systems/simulate-system.ts';
import type { SystemChanges } from '../systems/system-file.ts';
import type { System } from '../systems/system.ts';
import { parseDuration } from '../units.ts';
import { collect, examples } from './command.ts';
import { PARTIAL } from './exit-codes.ts';
import { interruptible, terminable } from './interrupt.ts';
import { wholeNumber } from './option-values.ts';
import { print, printJson } from './output.ts';
import { loadParts, loadSystem } from './systems-files.ts';
import { changesOf, parseShare } from './systems-options.ts';
import { runFacts, runsTable, waterfallTable } from './systems-tables.ts';
import { figuresText } from './systems-list.ts';
import { say, warn } from './terminal.ts';
import { declareTraceInput, readWithProgress, sayAccount } from './trace-input.ts';

interface Options {
  system: string[];
  pool: string[];
  set: string[];
  assumed: string;
  network: string;
  io: string;
  seed: string;
  until?: string;
  format?: string;
  audit?: boolean;
  json?: boolean;
}

export function declareSystemsRun(command: Command): void {
  examples(command, [
    'yardmaster systems run log.swf.gz --system slurm-native --system ksi --system hpk',
    'yardmaster systems run jobs.csv --system ksi --network 0.05 --pool hpc=nodes=64,cpus=56,memory=256Gi',
    'yardmaster systems run jobs.csv --system ./mine.yaml --assumed 3 --json',
  ]);
  declareTraceInput(command);
  command
    .addOption(
      new Option('--system <name>', 'a system, or a file that describes one; several are compared')
        .argParser(collect)
        .default([]),
    )
    .addOption(new Option('--pool <name=spec>', 'nodes in place of those of the file').argParser(collect).default([]))
    .addOption(new Option('--set <path=value>', 'a figure in place of that of the file').argParser(collect).default([]))
    .option('--assumed <factor>', 'multiply all durations that are assumed', '1')
    .option('--network <share>', 'share of their time that jobs wait for the network', '0')
    .option('--io <share>', 'share of their time that jobs read and write', '0')
    .option('--seed <number>', 'of all that is drawn', '1')
    .option('--until <duration>', 'stop this long after the first submission')
    .option('--audit', 'check the books at every instant; slow')
    .option('--json', 'print everything as one JSON document')
    .action(runSystems);
}

async function runSystems(path: string, options: Options): Promise<void> {
  if (options.system.length === 0) throw usageError('no system is named', '--system', 'see "yardmaster systems list"');
  const systems = loadSystems(options.system, changesOf(options));
  const mix = { network: parseShare(options.network, '--network'), io: parseShare(options.io, '--io') };
  if (mix.network + mix.io > 1)
    throw usageError('jobs do more than they have time for', '--network, --io', 'let them be 1 at most');
  const simulation = {
    seed: wholeNumber(options.seed, '--seed', 0),
    until: options.until === undefined ? undefined : parseDuration(options.until, '--until'),
    audit: options.audit,
  };
  const trace = await readWithProgress(path, options.format);
  const workload = { jobs: trace.workload, mixOf: () => mix };
  const parts = await loadParts();
  const runs = systems.map((system) => {
    const run = interruptible(() => terminable(() => simulateSystem(system, workload, parts, simulation)));
    return { system, run };
  });
  if (options.json) printJson({ trace: path, systems: runs.map(({ system, run }) => runFacts(system, run, workload)) });
  else {
    sayAccount(trace);
    show(runs);
  }
  if (options.until === undefined && runs.some(({ run }) => run.jobs.done < run.jobs.count)) process.exitCode = PARTIAL;
}

/** Each with the pools that are its own. */
function loadSystems(names: readonly string[], changes: SystemChanges): System[] {
  const known = new Map(names.map((name) => [name, loadSystem(name).pools]));
  for (const pool of changes.pools?.keys() ?? []) {
    if ([...known.values()].some((pools) => pools.has(pool))) continue;
    throw usageError(
      `no system has a pool "${pool}"`,
      '--pool',
      didYouMean(pool, new Set([...known.values()].flatMap((pools) => [...pools.keys()]))),
    );
  }
  return names.map((name) => {
    const own = [...(changes.pools ?? [])].filter(([pool]) => known.get(name)?.has(pool));
    return loadSystem(name, { ...changes, pools: new Map(own) });
  });
}

function show(runs: readonly { system: System; run: SystemRun }[]): void {
  print(runsTable(runs));
  for (const { system, run } of runs) {
    print(`\n${system.name}: where the time of its nodes went, in processor hours\n${waterfallTable(run)}`);
    if (run.stoodStill) warn(`${system.name}: nothing moved any more though ${run.jobs.count - run.jobs.done} jobs were left`);
    if (run.carriersUnmade > 0)
      warn(`${system.name}: ${run.carriersUnmade} carriers were not made anew, as too many were used up`);
    const assumed = system.figures.filter(({ evidence }) => evidence !== 'measured' && evidence !== 'code');
    if (assumed.length === 0) continue;
    say(`${system.name} assumes:`);
    say(figuresText({ ...system, figures: assumed }).trimEnd());
  }
}
