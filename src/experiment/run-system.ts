/** Runs a system of resource managers on the jobs of a point. */
import type { Cluster } from '../cluster.ts';
import { didYouMean, usageError } from '../errors.ts';
import { placements } from '../placement/index.ts';
import { loadPolicy, policyNames } from '../policies/index.ts';
import type { PolicySpec } from '../policy.ts';
import type { Schedule } from '../schedule.ts';
import { simulateSystem } from '../systems/simulate-system.ts';
import type { SystemRun } from '../systems/simulate-system.ts';
import type { Parts } from '../systems/site.ts';
import { machineOf, scheduleOfSystem } from '../systems/system-schedule.ts';
import type { SystemWorkload } from '../systems/system-workload.ts';
import type { System } from '../systems/system.ts';
import type { Workload } from '../workload.ts';
import type { Point } from './point.ts';
import { systemOf } from './system-entry.ts';
import type { SystemSource } from './system-entry.ts';
import { unheededBySystems } from './unheeded.ts';

/** What came of it. */
export interface SystemOutcome {
  readonly schedule: Schedule;
  /** All nodes of the system, control planes included. */
  readonly cluster: Cluster;
  readonly digest: string;
  readonly notes: readonly string[];
}

export async function runSystem(
  point: Point,
  source: SystemSource,
  workload: Workload,
  cluster: Cluster,
): Promise<SystemOutcome> {
  if (cluster.interchangeable)
    throw usageError('a system needs nodes', `cluster "${point.cluster.entry}"`, 'describe it by nodes, such as nodes=16,cpus=8');
  const { launch, launchQuantiles, release, killScan, failures, until, onNodeFailure, maxRestarts } = point.run;
  const system = systemOf(source, point.policy.parameters, cluster, failures);
  const costs = { launch, launchQuantiles, release, killScan };
  const run = simulateSystem(system, workloadOf(point, workload), await partsOf(system), {
    seed: point.seed,
    until,
    dependencies: point.workload.changes.dependencies,
    onNodeFailure,
    maxRestarts,
    costs,
  });
  const notes = [
    ...standstillOf(run),
    ...(run.carriersUnmade > 0 ? [`${run.carriersUnmade} carriers were not made anew, as too many were used up`] : []),
    ...unheededBySystems(workload, costs, system, point.placement?.name),
    ...assumptionsOf(system),
  ];
  return {
    schedule: scheduleOfSystem(system, workload, run),
    cluster: machineOf(system),
    digest: run.digest,
    notes: notes.map((note) => `${point.policy.label}: ${note}`),
  };
}

/** Jobs that hold a part of what they need wait for each other, as in the real system: nobody takes anything back. */
function standstillOf({ stoodStill, holding, jobs }: SystemRun): string[] {
  if (!stoodStill) return [];
  const waits = holding > 0 ? `; ${holding} of them held nodes and waited for more` : '';
  return [`${jobs.count - jobs.done} jobs were left when nothing moved any more${waits}`];
}

/** What is not measured, read in code or set for this run is shown with every result. */
function assumptionsOf({ figures }: System): string[] {
  const assumed = figures.filter(({ evidence }) => !['measured', 'code', 'given'].includes(evidence));
  return assumed.map(({ path, value, evidence, note }) => `${path} = ${value} is ${evidence}${note === '' ? '' : ` (${note})`}`);
}

/** The jobs as systems see them: with a mix, and split into steps. */
function workloadOf({ workload: { changes } }: Point, jobs: Workload): SystemWorkload {
  const { network = 0, io = 0, steps = 1 } = changes;
  const mix = { network, io };
  if (steps === 1) return { jobs, mixOf: () => mix };
  const parts = Int32Array.from({ length: jobs.count }, (_, job) => partsOfJob(jobs, job, steps));
  const groupTasks = jobs.groupTasks.slice();
  for (let job = 0; job < jobs.count; job++)
    for (let group = jobs.firstGroup[job]; group < jobs.firstGroup[job + 1]; group++) groupTasks[group] /= parts[job];
  return { jobs: { ...jobs, groupTasks, groupMinimum: groupTasks }, mixOf: () => mix, steps: parts };
}

/** The largest number of equal parts, no more than wanted, into which all groups of a job can be split. */
function partsOfJob({ firstGroup, groupTasks }: Workload, job: number, wanted: number): number {
  const tasks = groupTasks.subarray(firstGroup[job], firstGroup[job + 1]);
  let parts = wanted;
  while (tasks.some((count) => count % parts !== 0)) parts--;
  return parts;
}

/** The policies and placements that it names. */
async function partsOf({ name, managers }: System): Promise<Parts> {
  const policies = new Map<string, PolicySpec>();
  for (const { policy } of managers) {
    if (policy === undefined) continue;
    const spec = await loadPolicy(policy.name);
    if (spec === undefined)
      throw usageError(`there is no policy "${policy.name}"`, `system ${name}`, didYouMean(policy.name, policyNames));
    policies.set(spec.name, spec);
  }
  return { policies, placements: new Map(placements.map((spec) => [spec.name, spec])) };
}
