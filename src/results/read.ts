import { existsSync, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, usageError } from '../errors.ts';
import { readAttempts, readExplanations, readNodeTime, readResizes } from './read-attempts.ts';
import type { AttemptTable, ExplanationTable, JobTable, NodeTimeTable, ResizeTable } from './job-table.ts';
import { readJobs } from './read-jobs.ts';
import { readSummary } from './read-summary.ts';
import type { Summary } from './read-summary.ts';
import { runsOf } from './read-runs.ts';
import type { MissingPoint, RunEntry } from './read-runs.ts';

/** A folder of results, as `replay --out` or `run --out` writes it. */
export interface Results {
  readonly dir: string;
  readonly manifest: ManifestFacts;
  readonly runs: readonly Run[];
  /** Points of an experiment that have no result, with their state; empty for a replay. */
  readonly missing: readonly MissingPoint[];
}

/** What manifest.json says of all its runs together. */
export interface ManifestFacts {
  readonly kind: 'replay' | 'experiment';
  /** Of the program. */
  readonly version: string;
  /** The command that makes the same results. */
  readonly reproduce: string;
  readonly inputs: readonly InputFacts[];
  /** The whole document, for what only one kind of result has. */
  readonly document: Readonly<Record<string, unknown>>;
}

export interface InputFacts {
  readonly what: string;
  readonly path: string;
  readonly sha256: string;
}

/** One policy on one workload and one cluster, with one seed. */
export interface Run extends RunEntry {
  readonly summary: Summary;
  jobs(): Promise<JobTable>;
  /** Undefined where no job was interrupted. */
  attempts(): Promise<AttemptTable | undefined>;
  /** Undefined where all runs held what their jobs ask for. */
  resizes(): Promise<ResizeTable | undefined>;
  /** Undefined where none were kept. */
  explanations(): Promise<ExplanationTable | undefined>;
  /** Undefined of a policy. */
  nodeTime(): Promise<NodeTimeTable | undefined>;
}

/** Reads the manifest and the summaries; tables of jobs are read when they are asked for, and kept. */
export async function readResults(dir: string): Promise<Results> {
  const document = readManifest(dir);
  const { kind, entries, missing } = runsOf(document, dir);
  const runs = await Promise.all(entries.map(openRun));
  if (runs.length === 0) {
    const altered = missing.find(({ state }) => state === 'altered');
    const problem = altered && `no run in it can be believed: the point ${altered.key} is altered (${altered.problem ?? ''})`;
    throw new InputError(problem ?? 'no run in it is complete', dir, 'run the experiment to its end (--resume)');
  }
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const manifest: ManifestFacts = {
    kind,
    version: text(document.yardmaster ?? document.version),
    reproduce: text(document.reproduce),
    inputs: Array.isArray(document.inputs) ? (document.inputs as InputFacts[]) : [],
    document,
  };
  return { dir, manifest, runs, missing };
}

function readManifest(dir: string): Record<string, unknown> {
  const path = join(dir, 'manifest.json');
  if (!existsSync(dir) || !statSync(dir).isDirectory())
    throw usageError('there is no such folder', dir, 'name a folder that "replay --out" or "run --out" has written');
  if (!existsSync(path))
    throw usageError(
      'it has no manifest.json',
      dir,
      'name the folder that was given to --out; a run that was interrupted leaves none',
    );
  const document = parseJson(readFileSync(path, 'utf8'), path);
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new InputError('it is not a JSON object', path, 'write the results anew');
  return document as Record<string, unknown>;
}

export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`it is not JSON: ${(error as Error).message}`, path, 'was the file cut off? write the results anew');
  }
}

async function openRun(entry: RunEntry): Promise<Run> {
  const path = (name: string) => join(entry.folder, name);
  let jobs: Promise<JobTable> | undefined;
  const table = () => (jobs ??= readFile(needed(path('jobs.csv'))).then((bytes) => readJobs(bytes, path('jobs.csv'))));
  const optional = async <Table>(name: string, read: (bytes: Buffer, file: string, jobs: JobTable) => Table) =>
    existsSync(path(name)) ? read(await readFile(path(name)), path(name), await table()) : undefined;
  const summaryPath = needed(path('summary.json'));
  return {
    ...entry,
    summary: readSummary(parseJson(await readFile(summaryPath, 'utf8'), summaryPath), summaryPath),
    jobs: table,
    attempts: () => optional('attempts.csv', readAttempts),
    resizes: () => optional('resizes.csv', readResizes),
    explanations: () => optional('explanations.csv', readExplanations),
    nodeTime: () => optional('node-time.csv', readNodeTime),
  };
}

function needed(path: string): string {
  if (existsSync(path)) return path;
  throw new InputError('the manifest names it, but it is not there', path, 'was it moved or deleted? write the results anew');
}
