import { Option } from 'commander';
import type { Command } from 'commander';
import { didYouMean, usageError } from '../errors.ts';
import { unheededBySystems } from '../experiment/unheeded.ts';
import { applyWalltimes } from '../experiment/walltimes.ts';
import { simulateSystem } from '../systems/simulate-system.ts';
import type { SystemRun } from '../systems/simulate-system.ts';
import type { SystemChanges } from '../systems/system-file.ts';
import type { System } from '../systems/system.ts';
import type { Workload } from '../workload.ts';
import { collect, examples } from './command.ts';
import { PARTIAL } from './exit-codes.ts';
import { interruptible, terminable } from './interrupt.ts';
import { print, printJson } from './output.ts';
import { readSettings } from './replay-options.ts';
import type { ConditionOptions, ReplaySettings } from './replay-options.ts';
import { declareConditions } from './simulation-options.ts';
import { loadParts, loadSystem } from './systems-files.ts';
import { changesOf, parseShare } from './systems-options.ts';
import { runFacts, runsTable, waterfallTable } from './systems-tables.ts';
import { figuresText } from './systems-list.ts';
import { say, warn } from './terminal.ts';
import { declareTraceInput, readWithProgress, sayAccount } from './trace-input.ts';

interface Options extends ConditionOptions {
  system: string[];
  pool: string[];
  set: string[];
  assumed: string;
  network: string;
  io: string;
  format?: string;
  json?: boolean;
}

export function declareSystemsRun(command: Command): void {
  examples(command, [
    'yardmaster systems run log.swf.gz --system slurm-native --system ksi --system hpk',
    'yardmaster systems run jobs.csv --system ksi --network 0.05 --pool hpc=nodes=64,cpus=56,memory=256Gi',
    'yardmaster systems run jobs.csv --system ./mine.yaml --assumed 3 --json',
    'yardmaster systems run jobs.csv --system slurm-native --system hpk --failures mtbf=30d,mttr=4h --on-failure fail',
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
    .option('--io <share>', 'share of their time that jobs read and write', '0');
  declareConditions(command, 'default: none, as systems slow jobs down; a manager may have one for them');
  command
    .option('--audit', 'check the books at every instant; slow')
    .option('--json', 'print everything as one JSON document')
    .action(runSystems);
}

async function runSystems(path: string, options: Options): Promise<void> {
  if (options.system.length === 0) throw usageError('no system is named', '--system', 'see "yardmaster systems list"');
  const settings = readSettings(options);
  const { simulation, failures } = settings;
  const systems = loadSystems(options.system, { ...changesOf(options), failures });
  const mix = { network: parseShare(options.network, '--network'), io: parseShare(options.io, '--io') };
  if (mix.network + mix.io > 1)
    throw usageError('jobs do more than they have time for', '--network, --io', 'let them be 1 at most');
  const trace = await readWithProgress(path, options.format, settings.limit);
  const { workload: jobs, notes } = withLimits(trace.workload, options, settings);
  const workload = { jobs, mixOf: () => mix };
  const parts = await loadParts();
  const runs = systems.map((system) => {
    const run = interruptible(() => terminable(() => simulateSystem(system, workload, parts, simulation)));
    return { system, run };
  });
  if (options.json) printJson({ trace: path, systems: runs.map(({ system, run }) => runFacts(system, run, workload)) });
  else sayAccount(trace);
  for (const note of notes) warn(note);
  for (const system of systems)
    for (const note of unheededBySystems(jobs, simulation.costs ?? {}, system)) warn(`${system.name}: ${note}`);
  if (!options.json) show(runs);
  if (options.until === undefined && runs.some(({ run }) => run.jobs.done < run.jobs.count)) process.exitCode = PARTIAL;
}

/** The jobs with the limits that they are run with. Systems slow jobs down: a limit of the very run time would end them all. */
function withLimits(
  jobs: Workload,
  { estimates, overrun }: Options,
  settings: ReplaySettings,
): { workload: Workload; notes: string[] } {
  if (settings.estimates === 'partition')
    throw usageError(
      'systems have no one slurm.conf',
      '--estimates partition',
      'write walltime: for a manager, or factor=N here',
    );
  if (estimates === undefined && overrun === 'kill') return { workload: jobs, notes: [] };
  const rule = estimates === undefined ? ({ kind: 'none' } as const) : settings.estimates;
  return applyWalltimes(jobs, { estimates: rule, overrun }, {});
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
