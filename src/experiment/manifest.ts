/** manifest.json of an experiment: what was asked, of which inputs, and what became of every point. */
import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../errors.ts';
import type { ParameterValue } from '../parameters.ts';
import type { Scenario } from '../scenario.ts';
import type { Inputs, InputFile } from './inputs.ts';
import { baselineOf } from './plan.ts';
import type { Program } from './plan.ts';
import type { Point } from './point.ts';
import { RESULT_FORMAT } from './result-format.ts';
import type { PointState } from './runner.ts';

export interface Manifest {
  readonly result_format: number;
  readonly kind: 'experiment';
  readonly yardmaster: string;
  /** SHA-256 of the program. */
  readonly code: string;
  /** Path of the scenario, as given. */
  readonly scenario_file: string;
  readonly reproduce: string;
  readonly scenario: unknown;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** Label of a policy. */
  readonly baseline: string;
  /** The cluster it is taken from; each run's own if absent. */
  readonly baseline_cluster?: string;
  /** Axes of the sweep. */
  readonly axes: readonly string[];
  readonly inputs: readonly InputFile[];
  readonly warnings: readonly string[];
  readonly points: readonly ManifestPoint[];
}

export interface ManifestPoint {
  readonly key: string;
  readonly state: PointState;
  /** Within the folder of the results. */
  readonly folder: string;
  readonly workload: string;
  readonly cluster: string;
  readonly policy: string;
  readonly seed: number;
  readonly axes: Readonly<Record<string, ParameterValue>>;
  /** The names of the scenario, without the values of axes. */
  readonly entries: { readonly workload: string; readonly cluster: string; readonly policy: string };
  readonly digest?: string;
  readonly problem?: string;
}

export const MANIFEST = 'manifest.json';

/** The manifest of an experiment of which nothing has been run yet. */
export function manifestOf(scenario: Scenario, inputs: Inputs, points: readonly Point[], program: Program): Manifest {
  return {
    result_format: RESULT_FORMAT,
    kind: 'experiment',
    yardmaster: program.version,
    code: program.code,
    name: scenario.name,
    title: scenario.report.title,
    description: scenario.description,
    scenario_file: scenario.file,
    reproduce: `yardmaster run ${shellWord(scenario.file)}`,
    scenario: withoutPlaces(scenario),
    baseline: baselineOf(scenario, points),
    baseline_cluster: scenario.baseline?.cluster,
    axes: scenario.sweep?.axes.map(({ name }) => name) ?? [],
    inputs: inputs.files,
    warnings: inputs.warnings,
    points: points.map((point) => ({
      key: point.key,
      state: 'missing',
      folder: pointFolder(point.key),
      workload: point.workload.name,
      cluster: point.cluster.name,
      policy: point.policy.label,
      seed: point.seed,
      axes: point.axes,
      entries: { workload: point.workload.entry, cluster: point.cluster.entry, policy: point.policy.entry },
    })),
  };
}

/** The folder of a point, within that of the results. */
export function pointFolder(key: string): string {
  return join('points', key);
}

/** Where entries stand is for messages only. */
const PLACES = new Set(['at', 'figureAt', 'figuresAt']);

function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const entries = Object.entries(value).filter(([key]) => !PLACES.has(key));
  return Object.fromEntries(entries.map(([key, entry]) => [key, withoutPlaces(entry)]));
}

/** A word as a shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The manifest at this path; undefined if there is none. Throws `InputError` for one that is not of an experiment. */
export function readManifest(path: string): Manifest | undefined {
  if (!existsSync(path)) return undefined;
  let found: Partial<Manifest> | null;
  try {
    found = JSON.parse(readFileSync(path, 'utf8')) as Partial<Manifest> | null;
  } catch (error) {
    throw usageError(`it is not JSON: ${(error as Error).message}`, path, 'run the scenario again, with --resume');
  }
  if (found?.kind !== 'experiment' || !Array.isArray(found.points)) {
    throw usageError('it is not the manifest of an experiment', path, 'name a folder that "yardmaster run --out" has written');
  }
  return found as Manifest;
}
