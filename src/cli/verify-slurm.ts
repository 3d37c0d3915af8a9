import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { simulate } from '../engine/simulate.ts';
import { InputError, usageError } from '../errors.ts';
import { firstFit } from '../placement/first-fit.ts';
import { averageOf, compareStarts } from '../verify/slurm-comparison.ts';
import type { SlurmComparison } from '../verify/slurm-comparison.ts';
import { gatesOf } from '../verify/slurm-gates.ts';
import type { SlurmGate } from '../verify/slurm-gates.ts';
import { averagePreemptions, comparePreemptions, preemptionGates, readSlurmVictims } from '../verify/slurm-preemptions.ts';
import type { PreemptionComparison } from '../verify/slurm-preemptions.ts';
import { readSlurmRecord, readSlurmRecordConfig, readSlurmWorkload } from '../verify/slurm-record.ts';
import type { SlurmRecord } from '../verify/slurm-record.ts';
import { phasesOf, replayRecord } from '../verify/slurm-replay.ts';
import type { SimulateSlurm } from '../verify/slurm-replay.ts';
import { examples } from './command.ts';
import { FAILED_CHECK, OK } from './exit-codes.ts';
import { wholeNumber } from './option-values.ts';
import { print, printJson } from './output.ts';

import { renderTable } from './table.ts';
import { warn } from './terminal.ts';

interface Options {
  config: string;
  workload?: string;
  preemptions?: string;
  repeat?: string;
  repeats: string;
  json?: boolean;
}

/** The runs of a record are as long as they were: no limit ends them a second time. */
const NEVER = Number.MAX_SAFE_INTEGER;

export function declareVerifySlurm(command: Command): void {
  examples(command, [
    'yardmaster verify slurm record.csv --config record.json',
    'yardmaster verify slurm first.csv --config first.json --repeat second.csv --repeats 20 --json',
  ]);
  command
    .argument('<record>', 'what a real slurmctld did: id, nodes, cpus, gpus, limit_s, submit, start, end, scheduler of each job')
    .requiredOption(
      '--config <file>',
      'JSON with its slurm.conf as "config", and the Unix time of the zero of the record as "t0"',
    )
    .option('--workload <file>', 'CSV with the options of sbatch that each id was submitted with, in the column extra')
    .option('--preemptions <file>', 'CSV with the victim of each preemption of the record')
    .option('--repeat <record>', 'another run of the same jobs by the real one, to show how far two of them are apart')
    .option('--repeats <count>', 'simulations, each with other phases of the timers and another latency of the nodes', '10')
    .option('--json', 'JSON, for machines')
    .action(verifyRecord);
}

const simulated: SimulateSlurm = (workload, cluster, policy, { parameters, release }) => {
  return simulate(workload, cluster, policy, { parameters, placement: firstFit, costs: { release, killScan: NEVER } });
};

function verifyRecord(path: string, options: Options): void {
  const repeats = wholeNumber(options.repeats, '--repeats', 1);
  const { workload, preemptions: victimsFile } = options;
  const said = workload === undefined ? undefined : readSlurmWorkload(readText(workload), workload);
  const record = readSlurmRecord(readText(path), path, said);
  const config = readSlurmRecordConfig(parseJson(options.config), options.config);
  const backfills = config.cluster.slurm?.schedulerType !== 'builtin';
  const replays = Array.from({ length: repeats }, (_, run) => replayRecord(record, config, phasesOf(run, repeats), simulated));
  const runs = replays.map((replay) => compareStarts(record, replay));
  const mean = averageOf(runs);
  const victims = victimsFile === undefined ? undefined : readSlurmVictims(readText(victimsFile), victimsFile);
  const preemptions = victims && replays.map((replay) => comparePreemptions(record, victims, replay));
  const gates = preemptions === undefined ? gatesOf(backfills, runs, mean) : preemptionGates(averagePreemptions(preemptions));
  const repeat =
    options.repeat === undefined ? undefined : compareStarts(record, readSlurmRecord(readText(options.repeat), options.repeat));
  const ok = gates.every((gate) => gate.ok);
  for (const warning of config.warnings) warn(warning);
  if (options.json) printJson(facts(record, { ok, runs, mean, repeat, gates, preemptions }));
  else print(report(record, { ok, runs, mean, repeat, gates, preemptions }));
  process.exitCode = ok ? OK : FAILED_CHECK;
}

interface Result {
  readonly ok: boolean;
  readonly runs: readonly SlurmComparison[];
  readonly mean: SlurmComparison;
  readonly repeat: SlurmComparison | undefined;
  readonly gates: readonly SlurmGate[];
  readonly preemptions: readonly PreemptionComparison[] | undefined;
}

function report(record: SlurmRecord, { ok, runs, mean, repeat, gates, preemptions }: Result): string {
  const titles = ['mean wait', 'makespan', 'median s', 'p90 s', 'max s', 'within 60 s', 'by backfill'];
  const columns = [{ title: '' }, ...titles.map((title) => ({ title, align: 'right' as const }))];
  const rows = runs.map((run, index) => [`simulated ${index + 1}`, ...cells(run)]);
  rows.push(['mean', ...cells(mean)]);
  if (repeat !== undefined) rows.push(['real again', ...cells(repeat)]);
  const lines = gates.map(
    (gate) => `${gate.ok ? 'ok    ' : 'FAILED'} ${gate.what}: ${show(gate, gate.value)}, ${limitOf(gate)}\n`,
  );
  const skipped = record.skipped === 0 ? '' : `${record.skipped} jobs of the record have no start or no end and are left out\n`;
  const good = gates.filter((gate) => gate.ok).length;
  const summary = `${ok ? 'OK' : 'FAILED'}: ${good} of ${gates.length} gates, ${mean.compared} jobs, ${runs.length} simulations\n`;
  const tables = `${renderTable(columns, rows)}\n${preemptions === undefined ? '' : `${preemptionTable(preemptions)}\n`}`;
  return `${tables}${lines.join('')}${skipped}${summary}`;
}

function preemptionTable(runs: readonly PreemptionComparison[]): string {
  const [first] = runs;
  const waits = first.waits.map(({ partition }) => `wait in ${partition} s`);
  const columns = [
    { title: '' },
    ...['preemptions', 'same victims', ...waits].map((title) => ({ title, align: 'right' as const })),
  ];
  const row = ({ ours, sameVictims, waits: own }: PreemptionComparison) => [
    ours.toFixed(1),
    `${(100 * sameVictims).toFixed(0)} %`,
    ...own.map((wait) => wait.ours.toFixed(1)),
  ];
  return renderTable(columns, [
    ['real', String(first.real), '', ...first.waits.map(({ real }) => real.toFixed(1))],
    ...runs.map((run, index) => [`simulated ${index + 1}`, ...row(run)]),
    ['mean', ...row(averagePreemptions(runs))],
  ]);
}

function preemptionFacts({ real, ours, sameVictims, waits }: PreemptionComparison): object {
  return {
    preemptions: { real, ours },
    same_victims_share: sameVictims,
    waits: waits.map((wait) => ({ partition: wait.partition, jobs: wait.jobs, real_s: wait.real, ours_s: wait.ours })),
  };
}

function cells(one: SlurmComparison): string[] {
  const seconds = [one.median, one.p90, one.max].map((value) => value.toFixed(0));
  return [
    signed(one.meanWait),
    signed(one.makespan),
    ...seconds,
    `${(100 * one.withinMinute).toFixed(1)} %`,
    signed(one.backfilled),
  ];
}

function signed(share: number): string {
  return `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;
}

function show({ unit }: SlurmGate, value: number): string {
  return unit === 's' ? `${value.toFixed(1)} s` : `${(100 * value).toFixed(1)} %`;
}

function limitOf(gate: SlurmGate): string {
  return `${gate.least ? 'at least' : 'at most'} ${show(gate, gate.limit)}`;
}

function facts(record: SlurmRecord, { ok, runs, mean, repeat, gates, preemptions }: Result): object {
  return {
    ok,
    record: record.name,
    skipped: record.skipped,
    gates: gates.map(({ what, unit, value, limit, least, ok: reached }) => ({ what, unit, value, limit, least, ok: reached })),
    mean: inUnits(mean),
    runs: runs.map(inUnits),
    ...(repeat === undefined ? {} : { repeat: inUnits(repeat) }),
    ...(preemptions === undefined ? {} : { preemptions: preemptions.map(preemptionFacts) }),
  };
}

function inUnits(one: SlurmComparison): object {
  return {
    compared: one.compared,
    mean_wait_error_share: one.meanWait,
    makespan_error_share: one.makespan,
    start_difference: { median_s: one.median, p90_s: one.p90, max_s: one.max },
    within_minute_share: one.withinMinute,
    backfilled_difference_share: one.backfilled,
  };
}

function parseJson(path: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = (error as Error).message;
    throw new InputError(`it is no JSON: ${why}`, path, 'give the JSON file that was written beside the record');
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError((error as Error).message, path, 'give an existing, readable file');
  }
}
