/** Runs one point and writes its folder. What is written depends on nothing but the point. */
import type { Cluster } from '../cluster.ts';
import { scheduleDigest } from '../digest.ts';
import { simulate } from '../engine/simulate.ts';
import { usageError } from '../errors.ts';
import { measure } from '../metrics/measure.ts';
import { placements } from '../placement/index.ts';
import { loadPolicy } from '../policies/index.ts';
import type { PolicySpec } from '../policy.ts';
import type { Schedule } from '../schedule.ts';
import type { Workload } from '../workload.ts';
import type { Point } from './point.ts';
import { pointCluster } from './point-cluster.ts';
import { writePoint } from './point-folder.ts';
import type { PointInputs } from './point-inputs.ts';
import { PointWorkloads } from './point-workload.ts';
import { inTermsOfTrace, loadPolicyFile, policyFileHash } from './policy-file.ts';
import { runSystem } from './run-system.ts';
import type { SystemOutcome } from './run-system.ts';
import { countServing, countStates } from './run-summary.ts';
import { ownColumns } from './shared-columns.ts';

/** What a policy is let loose on. */
interface Setting {
  readonly workload: Workload;
  readonly cluster: Cluster;
  readonly onWarning: (message: string) => void;
}

/** Runs points one after the other, and keeps what the next one may need too. */
export class PointRunner {
  readonly #inputs: PointInputs;
  readonly #workloads: PointWorkloads;
  /** By index; a file is read once. */
  readonly #fromFiles = new Map<number, PolicySpec>();

  constructor(inputs: PointInputs) {
    this.#inputs = inputs;
    this.#workloads = new PointWorkloads(inputs);
  }

  /** Simulates, measures and writes. `folder`: of this point. */
  async run(point: Point, folder: string): Promise<void> {
    const wanted = pointCluster(point, this.#inputs);
    const { workload, notes } = this.#workloads.of(point, wanted);
    const { schedule, cluster, digest, notes: told } = await this.#outcome(point, workload, wanted);
    const { metrics: names, warmUp, drain } = point.measures;
    const states = countStates(schedule);
    writePoint(folder, {
      point,
      workload,
      cluster,
      schedule,
      summary: {
        label: point.policy.label,
        name: point.policy.name,
        parameters: point.policy.parameters,
        oracle: schedule.oracle === true,
        digest,
        states,
        rejections: schedule.rejections,
        measurements: measure({ workload, cluster, schedule }, { names, warmUp, drain }),
      },
      serving: countServing(workload, schedule),
      notes: [...notes, ...told],
    });
  }

  /** Of a system, or of a policy. */
  async #outcome(point: Point, workload: Workload, cluster: Cluster): Promise<SystemOutcome> {
    const { system } = this.#inputs.policies[point.policy.policy];
    if (system !== undefined) return runSystem(point, system, workload, cluster);
    const spec = await this.#policy(point);
    const notes: string[] = [];
    const onWarning = (message: string) => void notes.push(`${point.policy.label}: ${message}`);
    const schedule = this.#simulate(point, spec, { workload, cluster, onWarning });
    return { schedule, cluster, digest: scheduleDigest(schedule), notes };
  }

  async #policy({ policy: { policy: index, name } }: Point): Promise<PolicySpec> {
    const { file } = this.#inputs.policies[index];
    if (file === undefined) {
      const spec = await loadPolicy(name);
      if (spec === undefined) throw new Error(`the plan names a policy "${name}", which is not there`);
      return spec;
    }
    const kept = this.#fromFiles.get(index);
    if (kept !== undefined) return kept;
    if (policyFileHash(file.path) !== file.sha256) {
      throw usageError('it has changed since the experiment began', file.path, 'start again, with --resume');
    }
    const spec = await loadPolicyFile(file.path);
    this.#fromFiles.set(index, spec);
    return spec;
  }

  #simulate(point: Point, spec: PolicySpec, { workload, cluster, onWarning }: Setting): Schedule {
    const { run, seed, placement, policy } = point;
    const { file, files } = this.#inputs.policies[policy.policy];
    const guarded = file !== undefined;
    try {
      return simulate(guarded ? ownColumns(workload) : workload, cluster, spec, {
        seed,
        parameters: policy.parameters,
        files,
        placement: placement && placements.find(({ name }) => name === placement.name),
        placementParameters: placement?.parameters,
        dependencies: point.workload.changes.dependencies,
        onNodeFailure: run.onNodeFailure,
        maxRestarts: run.maxRestarts,
        costs: { launch: run.launch, launchQuantiles: run.launchQuantiles, release: run.release, killScan: run.killScan },
        until: run.until,
        explain: run.explain,
        onWarning,
        guarded,
      });
    } catch (error) {
      throw inTermsOfTrace(error, workload);
    }
  }
}
