import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { simulate } from '../engine/simulate.ts';
import { InputError, usageError } from '../errors.ts';
import { firstFit } from '../placement/first-fit.ts';
import { averageOf, compareStarts } from '../verify/slurm-comparison.ts';
import { gatesOf } from '../verify/slurm-gates.ts';
import { averagePreemptions, comparePreemptions, preemptionGates, readSlurmVictims } from '../verify/slurm-preemptions.ts';
import type { SlurmVictims } from '../verify/slurm-preemptions.ts';
import { readSlurmRecord, readSlurmRecordConfig, readSlurmWorkload } from '../verify/slurm-record.ts';
import type { SlurmRecord, SlurmRecordConfig } from '../verify/slurm-record.ts';
import { realAgain } from '../verify/slurm-repeat.ts';
import { periodsOf, phasesAtPace, phasesOf, replayRecord } from '../verify/slurm-replay.ts';
import type { SimulateSlurm, SlurmPhases, SlurmReplay } from '../verify/slurm-replay.ts';
import { backfillPace } from '../verify/slurm-timers.ts';
import { collect, examples } from './command.ts';
import { FAILED_CHECK, OK } from './exit-codes.ts';
import { wholeNumber } from './option-values.ts';
import { print, printJson } from './output.ts';
import { warn } from './terminal.ts';
import { slurmFacts, slurmReport } from './verify-slurm-report.ts';
import type { SlurmFindings, SlurmRuns } from './verify-slurm-report.ts';

interface Options {
  config: string;
  workload?: string;
  preemptions?: string;
  repeat?: readonly string[];
  repeats: string;
  json?: boolean;
}

/** The runs of a record are as long as they were: no limit ends them a second time. */
const NEVER = Number.MAX_SAFE_INTEGER;

export function declareVerifySlurm(command: Command): void {
  examples(command, [
    'yardmaster verify slurm record.csv --config record.json',
    'yardmaster verify slurm first.csv --config first.json --repeat second.csv --repeat third.csv --repeats 20 --json',
  ]);
  command
    .argument('<record>', 'what a real slurmctld did: id, nodes, cpus, gpus, limit_s, submit, start, end, scheduler of each job')
    .requiredOption(
      '--config <file>',
      'JSON with its slurm.conf as "config", and the Unix time of the zero of the record as "t0"',
    )
    .option('--workload <file>', 'CSV with the options of sbatch that each id was submitted with, in the column extra')
    .option('--preemptions <file>', 'CSV with the victim of each preemption of the record')
    .option(
      '--repeat <record>',
      'another run of the same jobs by the real one, to show how far two of them are apart; may be given again',
      collect,
    )
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
  const victims = victimsFile === undefined ? undefined : readSlurmVictims(readText(victimsFile), victimsFile);
  const again = (options.repeat ?? []).map((file) => readSlurmRecord(readText(file), file, said));
  const findings = examine({ record, config, victims, again, repeats });
  for (const warning of config.warnings) warn(warning);
  if (options.json) printJson(slurmFacts(findings));
  else print(slurmReport(findings));
  process.exitCode = findings.gates.every(({ ok }) => ok) ? OK : FAILED_CHECK;
}

interface Question {
  readonly record: SlurmRecord;
  readonly config: SlurmRecordConfig;
  readonly victims: SlurmVictims | undefined;
  readonly again: readonly SlurmRecord[];
  readonly repeats: number;
}

function examine({ record, config, victims, again, repeats }: Question): SlurmFindings {
  const { slurm } = config.cluster;
  const compared = (replays: readonly SlurmReplay[]): SlurmRuns => ({
    starts: replays.map((replay) => compareStarts(record, replay)),
    preemptions: victims && replays.map((replay) => comparePreemptions(record, victims, replay)),
  });
  const replaysWith = (phases: (run: number) => SlurmPhases) =>
    Array.from({ length: repeats }, (_, run) => replayRecord(record, config, phases(run), simulated));
  const periods = periodsOf(config);
  const replays = replaysWith((run) => phasesOf(run, repeats, periods));
  const any = compared(replays);
  const mean = averageOf(any.starts);
  const pace = slurm === undefined ? undefined : backfillPace(record, slurm.scheduler.backfill.interval);
  return {
    record,
    any,
    gates:
      any.preemptions === undefined
        ? gatesOf(slurm?.schedulerType !== 'builtin', any.starts, mean)
        : preemptionGates(averagePreemptions(any.preemptions)),
    paced: pace && {
      pace,
      ...compared(replaysWith((run) => phasesAtPace(pace, run, repeats, periods))),
    },
    real: compared(again.map((repeat) => realAgain(repeat, replays[0]))),
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
