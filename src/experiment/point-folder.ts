/**
 * The folder of a point. point.json is written last and names the others with their hashes: a folder is a result if it
 * holds what its point.json says, whatever happened while it was written.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gpuCount, nodeCount, processorCount } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import { attemptsCsv } from '../results/attempts-csv.ts';
import { explanationsCsv } from '../results/explanations-csv.ts';
import { makeFolder } from '../results/folder.ts';
import { jobsCsv } from '../results/jobs-csv.ts';
import { jsonText } from '../results/json.ts';
import { nodeTimeCsv } from '../results/node-time-csv.ts';
import { checkPoint, POINT_RECORD, POINT_SUMMARY, recordText } from '../results/point-record.ts';
import type { PointRecord } from '../results/point-record.ts';
import { poolFacts } from '../results/pool-facts.ts';
import { resizesCsv } from '../results/resizes-csv.ts';
import { writeAtomically } from '../results/write.ts';
import type { Rejection, Schedule } from '../schedule.ts';
import type { Workload } from '../workload.ts';
import type { Point } from './point.ts';
import { RESULT_FORMAT } from './result-format.ts';
import { summaryFacts } from './run-summary.ts';
import type { SummarizedRun } from './run-summary.ts';
import { settingsFacts, workloadFacts } from './settings-facts.ts';

/** What a point came to. */
export interface PointOutcome {
  readonly point: Point;
  readonly workload: Workload;
  readonly cluster: Cluster;
  readonly schedule: Schedule;
  readonly summary: SummarizedRun;
  /** Of the unfinished jobs, services that ran at the end [count]. */
  readonly serving: number;
  /** What was done to the workload, for people. */
  readonly notes: readonly string[];
}

/** Writes the folder anew. */
export function writePoint(folder: string, outcome: PointOutcome): void {
  const { point, workload, cluster, schedule, summary, serving, notes } = outcome;
  rmSync(folder, { recursive: true, force: true });
  makeFolder(folder);
  const files: Record<string, { sha256: string; bytes: number }> = {};
  const write = (name: string, pieces: Iterable<string>) => {
    files[name] = writeHashed(join(folder, name), pieces);
  };
  write('jobs.csv', jobsCsv(workload, cluster, schedule));
  if (schedule.attempts.count > 0) write('attempts.csv', attemptsCsv(workload, schedule));
  if (schedule.holdings !== undefined) write('resizes.csv', resizesCsv(workload, schedule.holdings));
  if (schedule.explanations.length > 0) write('explanations.csv', explanationsCsv(workload, schedule));
  if (schedule.nodeTime !== undefined) write('node-time.csv', nodeTimeCsv(workload, schedule.nodeTime));
  write(POINT_SUMMARY, [jsonText(summaryFacts(summary))]);
  const record = {
    result_format: RESULT_FORMAT,
    key: point.key,
    workload: { ...workloadFacts(point), epoch_s: epochSeconds(point, workload) },
    cluster: {
      name: point.cluster.name,
      entry: point.cluster.entry,
      processors: processorCount(cluster),
      nodes: nodeCount(cluster),
      gpus: gpuCount(cluster),
      pools: poolFacts(cluster),
    },
    policy: {
      label: point.policy.label,
      entry: point.policy.entry,
      name: point.policy.name,
      parameters: point.policy.parameters,
      // Nothing is said of a policy.
      kind: schedule.nodeTime === undefined ? undefined : 'system',
    },
    seed: point.seed,
    axes: point.axes,
    settings: settingsFacts(point),
    digest: summary.digest,
    simulated_s: schedule.until / 1000,
    jobs: workload.count,
    serving,
    notes,
    files,
  };
  syncFolder(folder);
  writeAtomically(join(folder, POINT_RECORD), [recordText(record)], 'durable');
  syncFolder(folder);
}

/** Unix time of the trace's own zero; absent where jobs no longer come when they came in the trace. */
function epochSeconds({ workload: { changes } }: Point, { epoch }: Workload): number | undefined {
  return changes.load !== undefined || Number.isNaN(epoch) ? undefined : epoch / 1000;
}

function writeHashed(path: string, pieces: Iterable<string>): { sha256: string; bytes: number } {
  const hash = createHash('sha256');
  let bytes = 0;
  function* hashed(): Generator<Uint8Array> {
    for (const piece of pieces) {
      const encoded = Buffer.from(piece);
      hash.update(encoded);
      bytes += encoded.length;
      yield encoded;
    }
  }
  writeAtomically(path, hashed(), 'durable');
  return { sha256: hash.digest('hex'), bytes };
}

/** Makes the renames of a folder last; where folders cannot be synced, as on Windows, they last as long as they do. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The record of a folder that holds what it says under this key, as this version writes it; undefined otherwise. */
export function verifiedPoint(folder: string, key: string): PointRecord | undefined {
  const check = checkPoint(folder, key);
  return check.state === 'whole' && check.record.result_format === RESULT_FORMAT ? check.record : undefined;
}

/** What summary.json says of each figure. */
export interface PointSummary {
  readonly policy: string;
  readonly digest: string;
  readonly oracle: boolean;
  readonly jobs: Readonly<Record<string, number>>;
  readonly rejections?: readonly Rejection[];
  readonly metrics: Readonly<Record<string, SummaryMetric>>;
}

type SummaryFigures = Readonly<Record<string, { readonly value: number | null; readonly unit: string }>>;

export interface SummaryMetric {
  readonly unit: string;
  readonly better: 'lower' | 'higher' | 'neither';
  readonly value?: number | null;
  readonly figures?: SummaryFigures;
  readonly groups?: readonly { readonly name: string; readonly figures: SummaryFigures }[];
}

/** The summary of a point that has been verified. */
export function readSummary(folder: string): PointSummary {
  return JSON.parse(readFileSync(join(folder, POINT_SUMMARY), 'utf8')) as PointSummary;
}
