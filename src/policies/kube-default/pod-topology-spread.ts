/**
 * Spreads pods over zones, hosts and what else nodes are labelled with.
 * Source: plugins/podtopologyspread/plugin.go, common.go (Kubernetes v1.36.2).
 */
import type { JsonField } from '../../kubernetes-json.ts';
import { readSpreadConstraint } from '../../kubernetes-read-pod.ts';
import type { Pod, TopologySpreadConstraint } from '../../kubernetes.ts';
import { defaultSelector } from './default-selector.ts';
import type { SpreadingObjects } from './default-selector.ts';
import type { FilterPlugin, ScorePlugin } from './plugin.ts';
import type { PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { compileConstraint, withSelector } from './spread-constraint.ts';
import type { SpreadConstraint } from './spread-constraint.ts';
import { SpreadCheck } from './spread-filter.ts';
import { SpreadScorer } from './spread-score.ts';
import { failed, SKIP, SUCCESS } from './status.ts';

export interface PodTopologySpreadArgs {
  /** `System`: hosts and zones, softly, for pods that a Service or a controller stands behind. */
  readonly defaultingType: 'System' | 'List';
  readonly defaultConstraints: readonly TopologySpreadConstraint[];
}

export const DEFAULT_SPREAD: PodTopologySpreadArgs = { defaultingType: 'System', defaultConstraints: [] };

export function readPodTopologySpreadArgs(field: JsonField): PodTopologySpreadArgs {
  return {
    defaultingType: field.at('defaultingType').word('System', 'List') ?? 'System',
    defaultConstraints: field.at('defaultConstraints').list().map(readSpreadConstraint),
  };
}

const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3, matchLabelKeys: [] },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5, matchLabelKeys: [] },
];

type Action = TopologySpreadConstraint['whenUnsatisfiable'];

export function podTopologySpread(args: PodTopologySpreadArgs, objects: SpreadingObjects): FilterPlugin & ScorePlugin {
  const system = args.defaultingType === 'System';
  const defaults = system ? SYSTEM_DEFAULTS : args.defaultConstraints;

  const ownOrDefault = ({ pod, class: own }: PodInfo, action: Action, snapshot: Snapshot): readonly SpreadConstraint[] => {
    if (own.spec.topologySpreadConstraints.length > 0) {
      return action === 'DoNotSchedule' ? own.hardConstraints : own.softConstraints;
    }
    const wanted = defaults.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action);
    if (wanted.length === 0 || !hasSpreading(pod, objects)) return [];
    const selector = defaultSelector(pod, objects);
    if (selector.empty) return [];
    return wanted.map((one) => withSelector(compileConstraint(one, pod.labels, snapshot.behaviour), selector));
  };

  return {
    name: 'PodTopologySpread',
    filterReads: 'cluster',
    scoreReads: 'cluster',

    preFilter(pod, snapshot) {
      const constraints = ownOrDefault(pod, 'DoNotSchedule', snapshot);
      if (constraints.length === 0) return { status: SKIP };
      const error = constraints.find(({ selector }) => selector.error !== undefined)?.selector.error;
      if (error !== undefined) return { status: failed(`get constraints from pod: ${error}`) };
      return { status: SUCCESS, check: SpreadCheck.count(pod, snapshot, constraints) };
    },

    preScore(pod, snapshot, nodes) {
      const constraints = ownOrDefault(pod, 'ScheduleAnyway', snapshot);
      if (constraints.length === 0) return undefined;
      const own = pod.class.spec.topologySpreadConstraints.length > 0;
      return new SpreadScorer(pod, snapshot, nodes, constraints, own || !system ? 'all-keys' : 'any-keys');
    },
  };
}

/** A quick no for clusters without Services and controllers, where no pod has a default selector. */
function hasSpreading(pod: Pod, { services, replicators }: SpreadingObjects): boolean {
  return services.length > 0 || (replicators.length > 0 && pod.owners.length > 0);
}
