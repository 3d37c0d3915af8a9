/** Runs an experiment into a folder: what is there and verifies is kept, the rest is run, and the whole is written up. */
import { readdirSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../results/folder.ts';
import { usageError } from '../errors.ts';
import { checkPoint, POINT_RECORD } from '../results/point-record.ts';
import { jsonText } from '../results/json.ts';
import { writeAtomically } from '../results/write.ts';
import type { Manifest, ManifestPoint } from './manifest.ts';
import { MANIFEST, pointFolder } from './manifest.ts';
import type { Point } from './point.ts';
import { readSummary, verifiedPoint } from './point-folder.ts';
import type { PointSummary } from './point-folder.ts';
import { RESULT_FORMAT } from './result-format.ts';
import { resultsCsv } from './results-csv.ts';
import { runPoints, shardOf } from './runner.ts';
import type { PointResult, RunnerOptions, Shard } from './runner.ts';

export interface Experiment {
  /** Folder of the results. */
  readonly out: string;
  /** All points, whatever the shard. */
  readonly points: readonly Point[];
  readonly manifest: Manifest;
  /** The part that is run here; all of it if absent. */
  readonly shard?: Shard;
}

export interface FinishedPoint {
  readonly point: ManifestPoint;
  readonly summary: PointSummary;
  readonly notes: readonly string[];
  /** Jobs that were not over at the end though they could have been, without services that ran [count]. */
  readonly unfinished: number;
}

export interface ExperimentResults {
  readonly manifest: Manifest;
  /** The points of this part. */
  readonly own: readonly ManifestPoint[];
  /** Points of it that have results, in their order. */
  readonly finished: readonly FinishedPoint[];
  /** Of the points that were run now, by key. */
  readonly results: ReadonlyMap<string, PointResult>;
}

/** What becomes of points that are there already: `refuse` is for who has not said. */
export type Existing = 'keep' | 'replace' | 'refuse';

/** What there is to do. */
export interface Opened {
  readonly todo: Point[];
  /** Points that are there and verify. */
  readonly kept: ReadonlySet<string>;
  /** Points that are there and do not, with what is wrong: they are run again. */
  readonly altered: ReadonlyMap<string, string>;
}

/** The points of this part that are to be run; folders of others are not touched. */
export function openExperiment({ out, points, manifest, shard }: Experiment, existing: Existing): Opened {
  const own = shard === undefined ? points : shardOf(points, shard);
  if (existing === 'refuse') refuseFinished(out, shard === undefined ? undefined : own);
  makeFolder(join(out, 'points'));
  const checks = own.map(({ key }) => ({ key, check: checkPoint(join(out, pointFolder(key)), key) }));
  const altered = new Map(checks.flatMap(({ key, check }) => (check.state === 'altered' ? [[key, check.problem] as const] : [])));
  const verified = checks.filter(({ check }) => check.state === 'whole' && check.record.result_format === RESULT_FORMAT);
  const kept = new Set(existing === 'keep' ? verified.map(({ key }) => key) : []);
  const todo = own.filter(({ key }) => !kept.has(key));
  // What is left of a run that was killed goes, so that the folder ends as if it had not been.
  for (const { key } of todo) rmSync(join(out, pointFolder(key)), { recursive: true, force: true });
  for (const key of kept) removeParts(join(out, pointFolder(key)));
  if (shard === undefined) {
    removeParts(out);
    if (existing !== 'keep') removeOthers(out, points);
  }
  writeManifest(out, manifest, shard);
  return { todo, kept, altered };
}

/** Results took their time: they are dropped only for who says so. Of a part only its own points count. */
function refuseFinished(out: string, own: readonly Point[] | undefined): void {
  const folder = join(out, 'points');
  const isFinished = (key: string) => existsSync(join(folder, key, POINT_RECORD));
  const keys = own?.map(({ key }) => key) ?? (existsSync(folder) ? readdirSync(folder) : []);
  const finished = keys.filter(isFinished).length;
  if (finished === 0) return;
  const problem = `it holds ${finished} finished ${finished === 1 ? 'point' : 'points'}`;
  throw usageError(
    problem,
    out,
    '--resume keeps those that are of this scenario, --overwrite drops them all, --out names another folder',
  );
}

/** Removes points that the new manifest will not name: of an earlier scenario, or another version. */
function removeOthers(out: string, points: readonly Point[]): void {
  const named = new Set(points.map(({ key }) => key));
  for (const name of readdirSync(join(out, 'points'))) {
    if (/^[0-9a-f]{24}(\.part)?$/.test(name) && !named.has(name))
      rmSync(join(out, 'points', name), { recursive: true, force: true });
  }
}

/** Runs what is to be run, and writes up what is there then. */
export async function runExperiment(
  experiment: Experiment,
  todo: readonly Point[],
  kept: ReadonlySet<string>,
  options: RunnerOptions,
): Promise<ExperimentResults> {
  const { out, manifest, shard } = experiment;
  const results = todo.length === 0 ? new Map<string, PointResult>() : await runPoints(todo, options);
  for (const [key, { state }] of results) {
    if (state !== 'done') rmSync(join(out, pointFolder(key)), { recursive: true, force: true });
  }
  const states = (key: string): PointResult => results.get(key) ?? { state: kept.has(key) ? 'done' : 'missing' };
  const { finished, written } = writeUp(out, manifest, states, shard);
  const own = new Set([...kept, ...results.keys()]);
  return { manifest: written, own: written.points.filter(({ key }) => own.has(key)), finished, results };
}

/** Writes manifest.json and results.csv for what has results; of a shard, its manifest alone. */
export function writeUp(
  out: string,
  manifest: Manifest,
  stateOf: (key: string) => PointResult,
  shard?: Shard,
): { finished: FinishedPoint[]; written: Manifest } {
  const finished: FinishedPoint[] = [];
  const points = manifest.points.map((point) => {
    const { state, problem } = stateOf(point.key);
    const folder = join(out, pointFolder(point.key));
    const record = state === 'done' ? verifiedPoint(folder, point.key) : undefined;
    if (record === undefined) return { ...point, state: state === 'done' ? 'missing' : state, ...(problem && { problem }) };
    const done: ManifestPoint = { ...point, state: 'done', digest: record.digest };
    const summary = readSummary(folder);
    finished.push({ point: done, summary, notes: record.notes, unfinished: summary.jobs.unfinished - (record.serving ?? 0) });
    return done;
  });
  const written = { ...manifest, points };
  if (shard === undefined) writeAtomically(join(out, 'results.csv'), resultsCsv(manifest.axes, finished), 'durable');
  writeManifest(out, written, shard);
  return { finished, written };
}

/** Shards may run side by side on one file system: each has a manifest of its own. */
function writeManifest(out: string, manifest: Manifest, shard: Shard | undefined): void {
  const path = shard === undefined ? join(out, MANIFEST) : join(out, 'shards', `${shard.index}-of-${shard.count}.json`);
  writeAtomically(path, [jsonText(manifest)], 'durable');
}

/** Removes what killed runs have half written. */
function removeParts(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (/\.\d+\.part$/.test(name)) rmSync(join(folder, name), { force: true });
}
