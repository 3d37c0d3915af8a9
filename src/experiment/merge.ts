/** Joins the parts of an experiment that were run apart: in one folder that they shared, or in a folder each. */
import { cpSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { usageError } from '../errors.ts';
import { makeFolder } from '../results/folder.ts';
import { checkPoint } from '../results/point-record.ts';
import { writeUp } from './experiment.ts';
import type { FinishedPoint } from './experiment.ts';
import { MANIFEST, pointFolder, readManifest, shellWord } from './manifest.ts';
import type { Manifest, ManifestPoint } from './manifest.ts';
import { verifiedPoint } from './point-folder.ts';
import type { PointResult } from './runner.ts';

export interface Merged {
  readonly manifest: Manifest;
  readonly finished: readonly FinishedPoint[];
  readonly missing: readonly ManifestPoint[];
  /** The command that runs what is missing. */
  readonly command: string;
}

/** Brings every point that verifies into `out`, and writes the whole up. */
export function mergeResults(folders: readonly string[], out: string): Merged {
  const manifests = folders.flatMap(manifestsIn);
  const [{ manifest }] = manifests;
  for (const other of manifests) checkSame(manifest, other.manifest, other.path, manifests[0].path);
  makeFolder(join(out, 'points'));
  const states = new Map<string, PointResult>();
  for (const { key } of manifest.points) {
    const source = folders.find((folder) => verifiedPoint(join(folder, pointFolder(key)), key) !== undefined);
    if (source !== undefined) bring(join(source, pointFolder(key)), join(out, pointFolder(key)));
    states.set(key, source === undefined ? (alteredIn(folders, key) ?? problemOf(key, manifests)) : { state: 'done' });
  }
  const stateOf = (key: string): PointResult => states.get(key) ?? { state: 'missing' };
  const { finished, written } = writeUp(out, manifest, stateOf);
  const missing = written.points.filter(({ state }) => state !== 'done');
  return { manifest: written, finished, missing, command: `${manifest.reproduce} --out ${shellWord(out)} --resume` };
}

/** Every manifest of a folder: that of a whole run, and those of shards. */
function manifestsIn(folder: string): { manifest: Manifest; path: string }[] {
  const shards = join(folder, 'shards');
  const names = existsSync(shards) ? readdirSync(shards).filter((name) => /^\d+-of-\d+\.json$/.test(name)) : [];
  const paths = [join(folder, MANIFEST), ...names.sort().map((name) => join(shards, name))];
  const found = paths.flatMap((path) => {
    const manifest = readManifest(path);
    return manifest === undefined ? [] : [{ manifest, path }];
  });
  if (found.length > 0) return found;
  throw usageError('it holds no results of a scenario', folder, 'name a folder that "yardmaster run --out" has written');
}

function checkSame(first: Manifest, other: Manifest, path: string, firstPath: string): void {
  if (other.points.length === first.points.length && other.points.every(({ key }, index) => key === first.points[index].key))
    return;
  const versions =
    first.yardmaster !== other.yardmaster || first.code !== other.code
      ? 'they were made by two versions of yardmaster'
      : 'the scenario or one of its inputs has changed between them';
  throw usageError(`it is of another experiment than ${firstPath}: ${versions}`, path, 'run one of them again');
}

/** A folder has the point, but not as it was written. */
function alteredIn(folders: readonly string[], key: string): PointResult | undefined {
  for (const folder of folders) {
    const check = checkPoint(join(folder, pointFolder(key)), key);
    if (check.state === 'altered') return { state: 'altered', problem: `altered: ${check.problem}` };
    if (check.state === 'whole') return { state: 'missing', problem: 'written by another version of yardmaster' };
  }
  return undefined;
}

/** What was the matter, where somebody tried. */
function problemOf(wanted: string, manifests: readonly { manifest: Manifest }[]): PointResult {
  for (const { manifest } of manifests) {
    const point = manifest.points.find(({ key }) => key === wanted);
    if (point?.problem !== undefined) return { state: point.state, problem: point.problem };
  }
  return { state: 'missing' };
}

/** Copies a folder as a whole or not at all. */
function bring(from: string, to: string): void {
  if (resolve(from) === resolve(to)) return;
  const temporary = `${to}.part`;
  rmSync(temporary, { recursive: true, force: true });
  cpSync(from, temporary, { recursive: true });
  rmSync(to, { recursive: true, force: true });
  renameSync(temporary, to);
}
