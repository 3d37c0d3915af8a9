/**
 * Spreads pods over zones, hosts and what else nodes are labelled with.
 * Source: plugins/podtopologyspread/plugin.go, common.go (Kubernetes v1.36.2).
 */
import type { JsonField } from '../../kubernetes-json.ts';
import { readSpreadConstraint } from '../../kubernetes-read-pod.ts';
import type { Pod, TopologySpreadConstraint } from '../../kubernetes.ts';
import { defaultSelector } from './default-selector.ts';
import type { SpreadingObjects } from './default-selector.ts';
import { KeptBySnapshot } from './kept-by-class.ts';
import type { Kept } from './kept-by-class.ts';
import type { FilterPlugin, PreFilter, ScorePlugin } from './plugin.ts';
import type { PodClass, PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { compileConstraint, withSelector } from './spread-constraint.ts';
import type { SpreadConstraint } from './spread-constraint.ts';
import { SpreadCheck } from './spread-filter.ts';
import { SpreadScorer, SpreadTally } from './spread-score.ts';
import type { Demand } from './spread-score.ts';
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

/** Counts of classes may take so much [B]. */
const BUDGET = 32 * 2 ** 20;

export function podTopologySpread(args: PodTopologySpreadArgs, objects: SpreadingObjects): FilterPlugin & ScorePlugin {
  const system = args.defaultingType === 'System';
  const defaults = system ? SYSTEM_DEFAULTS : args.defaultConstraints;
  const kept = new KeptBySnapshot<SpreadOfClass>(BUDGET);

  /** What spreads the pod, with what was counted for pods like it; undefined if nothing does. */
  const spreadOf = (pod: PodInfo, snapshot: Snapshot): SpreadOfClass | undefined => {
    const own = pod.class.spec.topologySpreadConstraints.length > 0;
    if (!own && (defaults.length === 0 || !hasSpreading(pod.pod, objects))) return undefined;
    const owner = own ? '' : ownerKey(pod.pod);
    const classes = kept.of(snapshot);
    const known = classes.find(pod.class.id);
    if (known?.owner === owner) return known;
    const { hardConstraints, softConstraints } = pod.class;
    const made = own
      ? new SpreadOfClass(pod.class, snapshot, owner, hardConstraints, softConstraints, 'all-keys')
      : new SpreadOfClass(pod.class, snapshot, owner, ...defaultsFor(pod, snapshot), system ? 'any-keys' : 'all-keys');
    classes.keep(pod.class.id, made);
    return made;
  };

  const defaultsFor = ({ pod }: PodInfo, { behaviour }: Snapshot): [hard: SpreadConstraint[], soft: SpreadConstraint[]] => {
    const selector = defaultSelector(pod, objects);
    if (selector.empty) return [[], []];
    const forAction = (action: TopologySpreadConstraint['whenUnsatisfiable']) =>
      defaults
        .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action)
        .map((one) => withSelector(compileConstraint(one, pod.labels, behaviour), selector));
    return [forAction('DoNotSchedule'), forAction('ScheduleAnyway')];
  };

  return {
    name: 'PodTopologySpread',
    filterReads: 'cluster',
    scoreReads: 'cluster',

    preFilter(pod, snapshot) {
      const { hard = [], check } = spreadOf(pod, snapshot) ?? {};
      if (check === undefined) return SKIPPED;
      const error = hard.find(({ selector }) => selector.error !== undefined)?.selector.error;
      if (error !== undefined) return { status: failed(`get constraints from pod: ${error}`) };
      check.catchUp();
      return { status: SUCCESS, check };
    },

    preScore(pod, snapshot, nodes) {
      const tally = spreadOf(pod, snapshot)?.tally;
      if (tally === undefined) return undefined;
      tally.catchUp();
      return new SpreadScorer(tally, nodes);
    },
  };
}

const SKIPPED: PreFilter = { status: SKIP };

/** The constraints of the pods of one class, and what was counted for them. */
class SpreadOfClass implements Kept {
  /** Whose pods they are, as far as that decides on the constraints. */
  readonly owner: string;
  readonly hard: readonly SpreadConstraint[];
  /** Absent without hard constraints. */
  readonly check: SpreadCheck | undefined;
  /** Absent without soft constraints. */
  readonly tally: SpreadTally | undefined;

  constructor(
    pod: PodClass,
    snapshot: Snapshot,
    owner: string,
    hard: readonly SpreadConstraint[],
    soft: readonly SpreadConstraint[],
    demand: Demand,
  ) {
    this.owner = owner;
    this.hard = hard;
    this.check = hard.length === 0 ? undefined : new SpreadCheck(pod, snapshot, hard);
    this.tally = soft.length === 0 ? undefined : new SpreadTally(pod, snapshot, soft, demand);
  }

  /** [B] */
  get bytes(): number {
    return 500 + (this.check?.bytes ?? 0) + (this.tally?.bytes ?? 0);
  }
}

/** Default constraints select by the controller of a pod, beside what its class tells. */
function ownerKey({ owners }: Pod): string {
  const owner = owners.find(({ controller }) => controller);
  return owner === undefined ? '' : `${owner.apiVersion} ${owner.kind} ${owner.name}`;
}

/** A quick no for clusters without Services and controllers, where no pod has a default selector. */
function hasSpreading(pod: Pod, { services, replicators }: SpreadingObjects): boolean {
  return services.length > 0 || (replicators.length > 0 && pod.owners.length > 0);
}
