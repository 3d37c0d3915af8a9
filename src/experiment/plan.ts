/** All points of an experiment, in their order, each with the key under which its results are filed. */
import { didYouMean, usageError } from '../errors.ts';
import type { Match, Scenario, SweepAxis } from '../scenario.ts';
import { axisNames, nameWith, withAxis } from './draft.ts';
import type { Draft } from './draft.ts';
import { fingerprint } from './fingerprint.ts';
import type { Inputs, LoadedEntryCluster, LoadedWorkload } from './inputs.ts';
import type { Point } from './point.ts';
import { resize } from './point-cluster.ts';
import { RESULT_FORMAT } from './result-format.ts';
import { assignmentsOf } from './sweep.ts';
import type { Assignment } from './sweep.ts';

/** Which program makes the results: they are those of another one if either differs. */
export interface Program {
  readonly version: string;
  /** SHA-256 of its code. */
  readonly code: string;
}

/**
 * The points: for each workload, each cluster, each assignment of the sweep, each seed, each policy. Axes that do not
 * bear on a combination do not multiply it.
 */
export function planPoints(scenario: Scenario, inputs: Inputs, program: Program): Point[] {
  const assignments = assignmentsOf(scenario.sweep);
  const axes = scenario.sweep?.axes ?? [];
  const points = new Map<string, Point>();
  const used = new Set<string>();
  for (const combination of combinations(scenario, inputs)) {
    for (const assignment of assignments) {
      for (const seed of scenario.seeds) {
        for (const policy of combination.policies) {
          const draft = applyAxes({ ...combination.draft, policy, parameters: policy.parameters }, axes, assignment);
          for (const { axis } of draft.applied) used.add(axis);
          const point = pointOf(draft, seed, scenario, inputs, program);
          if (!points.has(point.key)) points.set(point.key, { ...point, index: points.size });
        }
      }
    }
  }
  for (const axis of axes) if (!used.has(axis.name)) throw uselessAxis(axis, inputs);
  if (points.size === 0) throw usageError('no combination is left', scenario.file, 'look at matrix: it leaves all of them out');
  return [...points.values()];
}

/** The policy that others are compared with: the one that is named, else the first. */
export function baselineOf({ baseline }: Scenario, points: readonly Point[]): string {
  const labels = [...new Set(points.map(({ policy }) => policy.label))];
  if (baseline === undefined) return labels[0];
  const { label, cluster, at } = baseline;
  if (!labels.includes(label))
    throw usageError(`there is no policy "${label}" among the points of this scenario`, at, didYouMean(label, labels));
  if (cluster === undefined) return label;
  const clusters = [...new Set(points.filter(({ policy }) => policy.label === label).map((point) => point.cluster.name))];
  if (!clusters.includes(cluster))
    throw usageError(`"${label}" runs on no cluster "${cluster}" in this scenario`, at, didYouMean(cluster, clusters));
  return label;
}

interface Combination {
  readonly draft: Omit<Draft, 'policy' | 'parameters'>;
  readonly policies: Inputs['policies'];
}

function* combinations(scenario: Scenario, inputs: Inputs): Generator<Combination> {
  for (const workload of inputs.workloads) {
    for (const cluster of clustersOf(workload, inputs)) {
      const policies = inputs.policies.filter(({ entry: { label } }) =>
        isWanted(scenario, { workload: workload.entry.name, cluster: cluster.name, policy: label }),
      );
      const draft = {
        workload,
        changes: workload.entry.changes,
        modelParameters: workload.model?.parameters ?? {},
        cluster,
        resize: {},
        run: scenario.run,
        applied: [],
      };
      if (policies.length > 0) yield { draft, policies };
    }
  }
}

function clustersOf({ entry, declares }: LoadedWorkload, { clusters }: Inputs): readonly LoadedEntryCluster[] {
  if (declares !== undefined) return [clusters[declares]];
  return entry.cluster === undefined ? clusters : clusters.filter(({ name }) => name === entry.cluster);
}

function isWanted({ matrix: { only, exclude } }: Scenario, names: Required<Omit<Match, 'at'>>): boolean {
  return (only === undefined || only.some((match) => fits(match, names))) && !exclude.some((match) => fits(match, names));
}

/** Whether all names that are given are those. */
export function fits(match: Omit<Match, 'at'>, names: Required<Omit<Match, 'at'>>): boolean {
  return (['workload', 'cluster', 'policy'] as const).every((key) => match[key] === undefined || match[key] === names[key]);
}

function applyAxes(draft: Omit<Draft, 'applied'>, axes: readonly SweepAxis[], assignment: Assignment): Draft {
  let changed: Draft = { ...draft, applied: [] };
  for (const axis of axes) {
    const value = assignment.get(axis.name);
    if (value !== undefined) changed = withAxis(changed, axis, value);
  }
  return changed;
}

function pointOf(draft: Draft, seed: number, scenario: Scenario, inputs: Inputs, program: Program): Omit<Point, 'index'> {
  const { workload, cluster, policy, modelParameters: parameters } = draft;
  const { at: _, ...measures } = scenario.measures;
  // What cannot be resized is told before anything is run.
  resize(cluster.cluster, draft.resize, cluster.name);
  const placed = inputs.placement.chosen || policy.needsNodes || !cluster.cluster.interchangeable;
  const { spec, parameters: placementParameters } = inputs.placement;
  const point = {
    workload: {
      name: nameWith(workload.entry.name, 'workload', draft),
      entry: workload.entry.name,
      trace: workload.trace === undefined ? -1 : inputs.workloads.indexOf(workload),
      ...(workload.model && { model: { name: workload.model.spec.name, parameters } }),
      changes: draft.changes,
    },
    cluster: {
      name: nameWith(cluster.name, 'cluster', draft),
      entry: cluster.name,
      cluster: inputs.clusters.indexOf(cluster),
      resize: draft.resize,
    },
    policy: {
      label: nameWith(policy.entry.label, 'policy', draft),
      entry: policy.entry.label,
      policy: inputs.policies.indexOf(policy),
      name: policy.name,
      parameters: draft.parameters,
    },
    ...(placed && { placement: { name: spec.name, parameters: placementParameters } }),
    seed,
    axes: Object.fromEntries(draft.applied.map(({ axis, value }) => [axis, value])),
    run: draft.run,
    measures,
  };
  return { ...point, key: keyOf(point, draft, program) };
}

/** Characters of a key: a hundred thousand points share one with a chance of 1e-19. */
const KEY_LENGTH = 24;

/** Places in lists are no part of it: another order of the scenario has the same results. */
function keyOf(point: Omit<Point, 'index' | 'key'>, { workload, cluster, policy }: Draft, program: Program): string {
  const { trace: _, ...pointWorkload } = point.workload;
  const { cluster: __, ...pointCluster } = point.cluster;
  const { policy: ___, ...pointPolicy } = point.policy;
  return fingerprint({
    format: RESULT_FORMAT,
    program,
    ...point,
    workload: { ...pointWorkload, content: workload.fingerprint },
    cluster: { ...pointCluster, content: cluster.fingerprint },
    policy: {
      ...pointPolicy,
      file: policy.file?.sha256 ?? policy.system?.sha256,
      files: Object.fromEntries(Object.entries(policy.files).map(([key, { sha256 }]) => [key, sha256])),
    },
  }).slice(0, KEY_LENGTH);
}

function uselessAxis({ name, at }: SweepAxis, { workloads, policies }: Inputs): Error {
  const known = [
    ...axisNames,
    ...workloads.flatMap(({ model }) => Object.keys(model?.spec.parameters ?? {}).map((key) => `generate.${key}`)),
    ...policies.flatMap(({ specs, entry }) => Object.keys(specs).flatMap((key) => [`policy.${key}`, `${entry.label}.${key}`])),
  ];
  return usageError(`nothing in this scenario has "${name}" to vary`, at, didYouMean(name, new Set(known)));
}
