/**
 * point.json: what the folder of a point holds, with the hash of every file and of itself. It is written last, so a folder
 * without one is of a run that was killed; a folder that does not hold what its point.json says has been altered since.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonText } from './json.ts';

/** As far as it is read again. */
export interface PointRecord {
  readonly result_format: number;
  readonly key: string;
  readonly digest: string;
  readonly notes: readonly string[];
  /** Of the unfinished jobs, services that ran at the end [count]. */
  readonly serving?: number;
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
  /** Of the record without this line; results of format 1 have none. */
  readonly record_sha256?: string;
}

export type PointCheck =
  | { readonly state: 'whole'; readonly record: PointRecord }
  | { readonly state: 'missing' }
  | { readonly state: 'altered'; readonly problem: string };

export const POINT_RECORD = 'point.json';
export const POINT_SUMMARY = 'summary.json';

/** The text of a record, which ends with its own hash. */
export function recordText(record: object): string {
  return jsonText({ ...record, record_sha256: sha256(jsonText(record)) });
}

/** Whether a folder holds what its record says, and is of this point. */
export function checkPoint(folder: string, key: string): PointCheck {
  const path = join(folder, POINT_RECORD);
  if (!existsSync(path)) return { state: 'missing' };
  const record = parseRecord(readFileSync(path, 'utf8'));
  if (record === undefined) return altered(`${POINT_RECORD} is no record of a point`);
  const { record_sha256: own, ...rest } = record;
  if (own !== undefined && sha256(jsonText(rest)) !== own) return altered(`${POINT_RECORD} has changed since it was written`);
  if (record.key !== key) return altered(`it holds the point ${record.key}`);
  for (const name of [...new Set([POINT_SUMMARY, 'jobs.csv', ...Object.keys(record.files)])]) {
    const written = record.files[name];
    if (written === undefined) return altered(`${POINT_RECORD} does not tell of ${name}`);
    if (!existsSync(join(folder, name))) return altered(`${name} is gone`);
    if (sha256(readFileSync(join(folder, name))) !== written.sha256) return altered(`${name} has changed since it was written`);
  }
  return { state: 'whole', record };
}

function altered(problem: string): PointCheck {
  return { state: 'altered', problem };
}

function parseRecord(text: string): PointRecord | undefined {
  try {
    const record = JSON.parse(text) as PointRecord | null;
    return typeof record === 'object' && record !== null && typeof record.files === 'object' && record.files !== null
      ? record
      : undefined;
  } catch {
    // Half a file, or none of ours.
    return undefined;
  }
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
