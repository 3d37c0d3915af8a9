/** The manifest of live runs: that of a replay, so that every command that reads results reads them. */
import { join } from 'node:path';
import { gpuCount, nodeCount, processorCount } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import { scheduleDigest } from '../digest.ts';
import { RESULT_FORMAT } from '../experiment/result-format.ts';
import type { ClusterAccess } from '../live/kubernetes/access.ts';
import { jsonText } from '../results/json.ts';
import { poolFacts } from '../results/pool-facts.ts';
import { writeAtomically } from '../results/write.ts';
import type { Workload } from '../workload.ts';
import type { LiveResult } from './live-run-policies.ts';
import type { ScenarioPlan } from './scenario-plan.ts';
import { packageVersion } from './version.ts';

interface Known {
  readonly plan: ScenarioPlan;
  readonly workload: Workload;
  readonly cluster: Cluster;
  readonly results: readonly LiveResult[];
  readonly timeScale: number;
  readonly access: Pick<ClusterAccess, 'context'>;
}

export function writeLiveManifest(out: string, { plan, workload, cluster, results, timeScale, access }: Known): void {
  const [point] = plan.points;
  const args = process.argv.slice(2);
  const { epoch } = workload;
  const manifest = {
    result_format: RESULT_FORMAT,
    yardmaster: packageVersion(),
    node: process.version,
    arguments: args,
    reproduce: ['yardmaster', ...args].join(' '),
    seed: point.seed,
    inputs: plan.inputs.files,
    trace: {
      name: point.workload.name,
      jobs: workload.count,
      declared: Number.isNaN(epoch) ? {} : { epoch },
    },
    cluster: {
      name: point.cluster.name,
      nodes: nodeCount(cluster),
      processors: processorCount(cluster),
      gpus: gpuCount(cluster),
      pools: poolFacts(cluster),
    },
    live: { context: access.context, time_scale: timeScale },
    policies: results.map(({ label, folder, name, parameters, schedule }) => ({
      policy: label,
      folder,
      name,
      parameters,
      oracle: schedule.oracle === true,
      digest: scheduleDigest(schedule),
    })),
  };
  writeAtomically(join(out, 'manifest.json'), [jsonText(manifest)]);
}
