import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { checkPoint } from './point-record.ts';
import { readPoolFacts } from './pool-facts.ts';
import type { PoolFacts } from './pool-facts.ts';

/** Where a run stands in its experiment, and where its files are. */
export interface RunEntry {
  /** What it is called beside others: the policy's label. */
  readonly label: string;
  /** Name of the policy, without its parameters. */
  readonly policy: string;
  /** It is the name of a system of resource managers. Results of older versions do not tell. */
  readonly isSystem?: true;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly workload: string;
  readonly cluster: string;
  /** Of the cluster [count]; undefined where the results do not say. */
  readonly processors?: number;
  readonly nodes?: number;
  /** Its nodes by kind; undefined where they have no identity, or the results do not say. */
  readonly pools?: readonly PoolFacts[];
  /** Unix time of the trace's own zero [ms]; undefined where it is not known. */
  readonly epoch?: number;
  readonly seed: number;
  /** What the sweep of an experiment varied, by its axes. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What was noted while it ran: what it assumes, what it could not do. */
  readonly notes?: readonly string[];
  /** With jobs.csv and summary.json in it. */
  readonly folder: string;
}

export interface RunList {
  readonly kind: 'replay' | 'experiment';
  readonly entries: readonly RunEntry[];
  readonly missing: readonly MissingPoint[];
}

/** A point of an experiment that has no result, or none that can be believed. */
export interface MissingPoint {
  readonly key: string;
  /** `altered`: its files are not those that were written. */
  readonly state: string;
  /** Which it is, for people. */
  readonly name: string;
  readonly problem?: string;
}

type Json = Record<string, unknown>;

/** The runs that a manifest names. */
export function runsOf(manifest: Json, dir: string): RunList {
  if (Array.isArray(manifest.points)) return pointsOf(manifest.points as Json[], dir);
  if (Array.isArray(manifest.policies)) return { kind: 'replay', entries: policiesOf(manifest, dir), missing: [] };
  throw new InputError(
    'it names neither policies nor points',
    join(dir, 'manifest.json'),
    'is this a folder that "replay --out" or "run --out" has written?',
  );
}

/** Of a replay: a folder for each policy, all on one trace and one cluster. */
function policiesOf(manifest: Json, dir: string): RunEntry[] {
  const { trace = {}, cluster = {} } = manifest as { trace?: Json; cluster?: Json };
  return (manifest.policies as Json[]).map((policy) => ({
    label: textOf(policy.policy),
    policy: textOf(policy.name),
    parameters: objectOf(policy.parameters),
    workload: textOf(trace.name),
    cluster: textOf(cluster.name),
    processors: countOf(cluster.processors),
    nodes: countOf(cluster.nodes),
    pools: readPoolFacts(cluster.pools),
    epoch: countOf(objectOf(trace.declared).epoch),
    seed: Number(manifest.seed ?? 1),
    settings: {},
    folder: join(dir, textOf(policy.folder)),
  }));
}

/** Of an experiment: a folder for each point that is done. */
function pointsOf(points: readonly Json[], dir: string): RunList {
  const done: RunEntry[] = [];
  const missing: MissingPoint[] = [];
  for (const point of points) {
    const key = textOf(point.key);
    const folder = join(dir, point.folder === undefined ? join('points', key) : textOf(point.folder));
    const check = checkPoint(folder, key);
    const name = `${textOf(point.workload)}, ${textOf(point.cluster)}, ${textOf(point.policy)}, seed ${textOf(point.seed)}`;
    if (check.state === 'whole') done.push(pointEntry(folder));
    else if (check.state === 'altered') missing.push({ key, state: 'altered', name, problem: check.problem });
    else missing.push({ key, state: stateOf(point.state), name, problem: textOf(point.problem) || undefined });
  }
  return { kind: 'experiment', entries: done, missing };
}

function pointEntry(folder: string): RunEntry {
  const path = join(folder, 'point.json');
  let point: Json;
  try {
    point = JSON.parse(readFileSync(path, 'utf8')) as Json;
  } catch (error) {
    throw new InputError(`it is not JSON: ${(error as Error).message}`, path, 'run the experiment again with --resume');
  }
  const policy = objectOf(point.policy);
  const cluster = objectOf(point.cluster);
  return {
    label: textOf(policy.label ?? policy.name),
    policy: textOf(policy.name),
    ...(policy.kind === 'system' && { isSystem: true }),
    parameters: objectOf(policy.parameters),
    workload: textOf(objectOf(point.workload).name),
    cluster: textOf(cluster.name),
    processors: countOf(cluster.processors),
    nodes: countOf(cluster.nodes),
    pools: readPoolFacts(cluster.pools),
    epoch: millisecondsOf(objectOf(point.workload).epoch_s),
    seed: Number(point.seed ?? 1),
    settings: objectOf(point.axes),
    notes: Array.isArray(point.notes) ? point.notes.map(textOf) : [],
    folder,
  };
}

/** Of a point without files: what its manifest calls done is gone. */
function stateOf(state: unknown): string {
  return state === undefined || state === 'done' ? 'missing' : textOf(state);
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function millisecondsOf(seconds: unknown): number | undefined {
  const count = countOf(seconds);
  return count === undefined ? undefined : count * 1000;
}
