/**
 * Points as lines of JSON, for where results can leave a machine only through its log: a line holds every file of a
 * point, packed. Lines of others may stand between them, and whatever a log puts before a line.
 */
import { createReadStream, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gunzipSync, gzipSync } from 'node:zlib';
import { makeFolder } from '../results/folder.ts';
import { jsonText } from '../results/json.ts';
import { checkPoint } from '../results/point-record.ts';
import { writeAtomically } from '../results/write.ts';
import { pointFolder } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import type { Shard } from './runner.ts';

const START = '{"yardmaster":';

/** The line of a finished point. */
export function pointLine(out: string, key: string): string {
  const folder = join(out, pointFolder(key));
  const files = readdirSync(folder).sort();
  const packed = files.map((name) => [name, gzipSync(readFileSync(join(folder, name))).toString('base64')] as const);
  return `${JSON.stringify({ yardmaster: 'point', key, files: Object.fromEntries(packed) })}\n`;
}

/** The line that tells what all points of the experiment are. */
export function manifestLine(manifest: Manifest, shard: Shard = { index: 1, count: 1 }): string {
  return `${JSON.stringify({ yardmaster: 'manifest', shard, manifest })}\n`;
}

/** What lines of logs came to [count]. */
export interface ReadLines {
  readonly points: number;
  readonly manifests: number;
  /** Lines of ours that are cut off or changed, with where they stand. */
  readonly damaged: readonly string[];
}

/** Writes what the lines of a log hold into a folder of results. Every point is verified; what does not is left out. */
export async function readPointLines(file: string, out: string): Promise<ReadLines> {
  let [points, manifests, number] = [0, 0, 0];
  const damaged: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number++;
    const at = line.indexOf(START);
    if (at < 0) continue;
    const found = parsed(line.slice(at));
    if (found?.yardmaster === 'point' && writePointFiles(found, out)) points++;
    else if (found?.yardmaster === 'manifest' && writeShard(found, out)) manifests++;
    else damaged.push(`${file}:${number}`);
  }
  return { points, manifests, damaged };
}

type Found = Readonly<Record<string, unknown>>;

function parsed(text: string): Found | undefined {
  try {
    return JSON.parse(text) as Found;
  } catch {
    // Cut off by the log.
    return undefined;
  }
}

/** Names and keys come from a log: nothing else is written than what a point may hold. */
function writePointFiles({ key, files }: Found, out: string): boolean {
  if (typeof key !== 'string' || !/^[0-9a-f]{24}$/.test(key) || typeof files !== 'object' || files === null) return false;
  const folder = join(out, pointFolder(key));
  if (checkPoint(folder, key).state === 'whole') return true;
  const temporary = `${folder}.part`;
  rmSync(temporary, { recursive: true, force: true });
  makeFolder(join(out, 'points'));
  mkdirSync(temporary);
  try {
    for (const [name, packed] of Object.entries(files)) {
      if (!/^[a-z]+\.(csv|json)$/.test(name) || typeof packed !== 'string') return false;
      writeFileSync(join(temporary, name), gunzipSync(Buffer.from(packed, 'base64')));
    }
    if (checkPoint(temporary, key).state !== 'whole') return false;
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
    return true;
  } catch (error) {
    // What zlib cannot unpack was changed on its way; anything else is trouble with files.
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_') === true) return false;
    throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function writeShard({ shard, manifest }: Found, out: string): boolean {
  const { index, count } = (shard ?? {}) as Partial<Shard>;
  const { kind, points } = (manifest ?? {}) as Partial<Manifest>;
  if (!Number.isInteger(index) || !Number.isInteger(count) || kind !== 'experiment' || !Array.isArray(points)) return false;
  writeAtomically(join(out, 'shards', `${index}-of-${count}.json`), [jsonText(manifest)], 'durable');
  return true;
}
