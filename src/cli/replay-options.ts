import type { FailureModel } from '../cluster.ts';
import type { SimulationOptions } from '../engine/simulate.ts';
import { usageError } from '../errors.ts';
import { readParameters, splitSelector } from '../parameters.ts';
import type { ParameterSpecs } from '../parameters.ts';
import { parseWalltimeRule } from '../trace/walltimes.ts';
import { parseDuration } from '../units.ts';
import { wholeNumber } from './option-values.ts';
import type { Grouping } from './replay-groups.ts';
import type { EstimatesRule } from '../experiment/walltimes.ts';

/** Options that say how much of a trace is replayed, and what becomes of its jobs and nodes meanwhile. */
export interface ConditionOptions {
  seed: string;
  limit?: string;
  dependencies: 'ignore' | 'hold' | 'feedback';
  estimates?: string;
  overrun: 'kill' | 'extend';
  until?: string;
  failures?: string;
  onFailure: 'requeue' | 'fail';
  maxRestarts: string;
  launch?: string;
  release?: string;
  killScan?: string;
  audit?: boolean;
}

/** The options of `replay` as they stand on the command line. */
export interface ReplayOptions extends ConditionOptions {
  cluster?: string;
  policy?: string[];
  placement?: string;
  format?: string;
  out?: string;
  json?: boolean;
  explain?: boolean;
  baseline?: string;
  by?: Grouping;
}

/** What the options come to, apart from what must be loaded. */
export interface ReplaySettings {
  readonly simulation: SimulationOptions;
  readonly failures?: FailureModel;
  readonly limit?: number;
  readonly estimates: EstimatesRule;
  readonly overrun: 'kill' | 'extend';
}

const FAILURES: ParameterSpecs = {
  mtbf: { summary: 'mean time between failures of one node', type: 'duration', default: 0, min: 1 },
  mttr: { summary: 'mean time to repair', type: 'duration', default: 0, min: 0 },
  shape: { summary: 'Weibull shape of the time between failures', type: 'number', default: 1, min: 0.01 },
};

/** Checks the options before anything is read. Throws `InputError` for a mistake. */
export function readSettings(options: ConditionOptions & Pick<ReplayOptions, 'explain' | 'out'>): ReplaySettings {
  if (options.explain && options.out === undefined) {
    throw usageError('needs a folder to write to', '--explain', 'add --out DIR: the reasons go to DIR/<policy>/explanations.csv');
  }
  const duration = (text: string | undefined, flag: string) => (text === undefined ? undefined : parseDuration(text, flag));
  return {
    simulation: {
      seed: wholeNumber(options.seed, '--seed', 0),
      dependencies: options.dependencies,
      onNodeFailure: options.onFailure,
      maxRestarts: wholeNumber(options.maxRestarts, '--max-restarts', 0),
      until: duration(options.until, '--until'),
      explain: options.explain,
      audit: options.audit,
      costs: {
        launch: duration(options.launch, '--launch'),
        release: duration(options.release, '--release'),
        killScan: duration(options.killScan, '--kill-scan'),
      },
    },
    failures: options.failures === undefined ? undefined : readFailures(options.failures),
    limit: options.limit === undefined ? undefined : wholeNumber(options.limit, '--limit', 1),
    estimates: readEstimates(options.estimates),
    overrun: options.overrun,
  };
}

function readEstimates(text: string | undefined): EstimatesRule {
  if (text === undefined) return 'default';
  return text === 'partition' ? text : parseWalltimeRule(text, '--estimates');
}

function readFailures(text: string): FailureModel {
  const { given } = splitSelector(`failures:${text}`);
  const { mtbf, mttr, shape } = readParameters(FAILURES, given, '--failures');
  if (mtbf === 0 || given.mttr === undefined) {
    throw usageError(`"${text}" lacks ${mtbf === 0 ? 'mtbf' : 'mttr'}`, '--failures', 'write for example mtbf=30d,mttr=4h');
  }
  return { mtbf: Number(mtbf), mttr: Number(mttr), shape: Number(shape) };
}
