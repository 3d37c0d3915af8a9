import { join } from 'node:path';
import type { SimulationOptions } from '../engine/simulate.ts';
import { RESULT_FORMAT } from '../experiment/result-format.ts';
import { attemptsCsv } from '../results/attempts-csv.ts';
import { explanationsCsv } from '../results/explanations-csv.ts';
import { jobsCsv } from '../results/jobs-csv.ts';
import { jsonText } from '../results/json.ts';
import { resizesCsv } from '../results/resizes-csv.ts';
import { writeAtomically } from '../results/write.ts';
import type { Schedule } from '../schedule.ts';
import { accountFacts } from './account.ts';
import type { ReplayOptions } from './replay-options.ts';
import { summaryOf } from './run.ts';
import type { FinishedRun, ReplayInput } from './run.ts';
import { packageVersion } from './version.ts';

/** Writes the folder of one policy. */
export function writeRun(out: string, { workload, cluster }: ReplayInput, run: FinishedRun, schedule: Schedule): void {
  const folder = join(out, run.policy.folder);
  writeAtomically(join(folder, 'jobs.csv'), jobsCsv(workload, cluster, schedule));
  if (schedule.attempts.count > 0) writeAtomically(join(folder, 'attempts.csv'), attemptsCsv(workload, schedule));
  if (schedule.holdings !== undefined) writeAtomically(join(folder, 'resizes.csv'), resizesCsv(workload, schedule.holdings));
  if (schedule.explanations.length > 0) writeAtomically(join(folder, 'explanations.csv'), explanationsCsv(workload, schedule));
  writeAtomically(join(folder, 'summary.json'), [jsonText(summaryOf(run))]);
}

/** Writes manifest.json last: a folder without one is not complete. */
export function writeManifest(
  out: string,
  input: ReplayInput,
  runs: readonly FinishedRun[],
  { seed, placement, placementParameters }: SimulationOptions,
  { estimates: asked, overrun }: ReplayOptions,
): void {
  const args = process.argv.slice(2);
  const estimates = asked ?? (input.cluster.slurm === undefined ? 'runtime' : 'partition');
  const manifest = {
    result_format: RESULT_FORMAT,
    yardmaster: packageVersion(),
    node: process.version,
    arguments: args,
    reproduce: ['yardmaster', ...args].map(shellWord).join(' '),
    seed,
    inputs: inputsOf(input, runs),
    trace: accountFacts(input.trace),
    walltimes: { estimates, overrun },
    cluster: input.clusterFacts,
    placement: input.cluster.interchangeable ? null : { name: placement?.name, parameters: placementParameters },
    policies: runs.map(({ policy, oracle, digest }) => ({
      policy: policy.label,
      folder: policy.folder,
      name: policy.spec.name,
      parameters: policy.parameters,
      file: policy.file?.path,
      oracle,
      digest,
    })),
  };
  writeAtomically(join(out, 'manifest.json'), [jsonText(manifest)]);
}

function inputsOf({ path: tracePath, trace, clusterFacts }: ReplayInput, runs: readonly FinishedRun[]): unknown[] {
  const files = new Map(runs.flatMap(({ policy: { file } }) => (file === undefined ? [] : [[file.path, file.sha256]])));
  const configurations = new Map(runs.flatMap(({ policy }) => Object.values(policy.files).map((one) => [one.path, one.sha256])));
  return [
    { what: 'trace', path: tracePath, sha256: trace.sha256, bytes: trace.bytes },
    ...(clusterFacts.file ? [{ what: 'cluster', ...clusterFacts.file }] : []),
    ...(clusterFacts.beside ?? []).map((file) => ({ what: 'cluster', ...file })),
    ...[...files].map(([path, sha256]) => ({ what: 'policy', path, sha256 })),
    ...[...configurations].map(([path, sha256]) => ({ what: 'configuration', path, sha256 })),
  ];
}

/** A word as a shell takes it. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
