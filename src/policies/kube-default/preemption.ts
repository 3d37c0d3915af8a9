/**
 * Finding pods to evict so that a more important one fits.
 * Source: plugins/defaultpreemption, pkg/scheduler/framework/preemption (Kubernetes v1.36.2).
 */
import type { JsonField } from '../../kubernetes-json.ts';
import { splitByBudget } from './disruption-budgets.ts';
import type { Budget } from './disruption-budgets.ts';
import type { FilterRun, FirstLook, Nominations } from './filter-run.ts';
import { byImportance, earliestStart } from './importance.ts';
import { KeptBySnapshot } from './kept-by-class.ts';
import type { Kept } from './kept-by-class.ts';
import type { PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { failed, unresolvable } from './status.ts';
import type { Status } from './status.ts';

export interface PreemptionArgs {
  /** How many candidates are looked for: this share of the nodes [%], but at least so many. */
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
}

export const DEFAULT_PREEMPTION: PreemptionArgs = { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 };

export function readPreemptionArgs(field: JsonField): PreemptionArgs {
  return {
    minCandidateNodesPercentage: field.at('minCandidateNodesPercentage').integer() ?? 10,
    minCandidateNodesAbsolute: field.at('minCandidateNodesAbsolute').integer() ?? 100,
  };
}

/** A node, and the pods whose eviction makes room there, most important first. */
export interface Candidate {
  readonly row: number;
  readonly victims: readonly PodInfo[];
  /** Victims whose disruption budget does not allow their loss. */
  readonly violations: number;
}

export interface DryRun {
  /** Those that break no budget first. */
  readonly candidates: readonly Candidate[];
  /** By node name: why it is no candidate, for nodes that were tried. */
  readonly statuses: ReadonlyMap<string, Status>;
}

/** What a trial needs beside the node. */
export interface PreemptionSetup {
  readonly snapshot: Snapshot;
  /** The filters as they were started for the pod in this cycle. */
  readonly run: FilterRun;
  readonly nominations: Nominations;
  readonly budgets: readonly Budget[];
  /** Takes one of several candidates that are equally good; by chance if absent. */
  readonly choose?: (best: readonly Candidate[]) => Candidate;
}

/** How many candidates are enough among so many nodes. */
export function candidatesWanted(
  nodes: number,
  { minCandidateNodesPercentage, minCandidateNodesAbsolute }: PreemptionArgs,
): number {
  return Math.min(nodes, Math.max(minCandidateNodesAbsolute, Math.trunc((nodes * minCandidateNodesPercentage) / 100)));
}

/**
 * Tries nodes from an offset on until enough candidates are found, one of them breaking no budget. The lists of those
 * that do and of those that do not hold as many as are wanted each; what is found beyond that is forgotten.
 */
export function dryRunPreemption(rows: ArrayLike<number>, offset: number, wanted: number, setup: PreemptionSetup): DryRun {
  const clean: Candidate[] = [];
  const violating: Candidate[] = [];
  const statuses = new Map<string, Status>();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[(offset + i) % rows.length];
    const found = selectVictims(row, setup);
    if (!('victims' in found)) {
      statuses.set(setup.snapshot.node(row).name, found);
      continue;
    }
    const list = found.violations === 0 ? clean : violating;
    if (list.length < wanted) list.push(found);
    if (clean.length > 0 && clean.length + violating.length >= wanted) break;
  }
  return { candidates: [...clean, ...violating], statuses };
}

const NO_VICTIMS = unresolvable('No preemption victims found for incoming pod');

/** The fewest pods to evict from a node, or why that does not help. The snapshot is as before afterwards. */
export function selectVictims(row: number, setup: PreemptionSetup): Candidate | Status {
  const { snapshot, run } = setup;
  const { priority } = run.pod.pod.spec;
  const known = knownTrials(setup);
  const isKnown = known !== undefined && setup.nominations.on(snapshot.node(row).name).length === 0;
  if (isKnown && known.versions[row] === snapshot.versions[row]) return known.results[row];
  const potential = snapshot.pods[row].filter(({ pod }) => pod.spec.priority < priority);
  const found = potential.length === 0 ? NO_VICTIMS : run.trial(row, () => tryVictims(row, potential, setup));
  if (isKnown) {
    known.versions[row] = snapshot.versions[row];
    known.results[row] = found;
  }
  return found;
}

/** How trials for the pods of one class ended, by row: they end so again while the row has the same version. */
class Trials implements Kept {
  /** The class's first look at the snapshot, with its profile. */
  readonly look: FirstLook;
  readonly versions: Float64Array;
  readonly results: (Candidate | Status)[] = [];

  constructor(look: FirstLook, rows: number) {
    this.look = look;
    this.versions = new Float64Array(rows);
  }

  /** [B] */
  get bytes(): number {
    return this.versions.length * 150;
  }
}

/** Trials may take so much [B]. On 5,000 nodes that is enough for about 50 classes that preempt. */
const BUDGET = 64 * 2 ** 20;
const TRIALS = new KeptBySnapshot<Trials>(BUDGET);

/** Absent where a trial depends on more than the node: on pods elsewhere, or on budgets. */
function knownTrials({ snapshot, run, budgets }: PreemptionSetup): Trials | undefined {
  const { known } = run;
  if (known === undefined || run.hasMore || budgets.length > 0) return undefined;
  const classes = TRIALS.of(snapshot);
  const { id } = run.pod.class;
  const found = classes.find(id);
  if (found?.look === known) return found;
  const made = new Trials(known, snapshot.versions.length);
  classes.keep(id, made);
  return made;
}

function tryVictims(row: number, potential: readonly PodInfo[], setup: PreemptionSetup): Candidate | Status {
  const { nominations, budgets, snapshot, run } = setup;
  for (const pod of potential) run.remove(pod, row);
  const { status } = run.checkWithNominated(row, nominations);
  if (status.code !== 'Success') return status;
  const victims: PodInfo[] = [];
  /** Pods that can stay after all are put back, the most important first. */
  const reprieve = (pods: readonly PodInfo[]) => {
    let evicted = 0;
    for (const pod of pods) {
      run.add(pod, row);
      if (run.checkWithNominated(row, nominations).status.code === 'Success') continue;
      run.remove(pod, row);
      victims.push(pod);
      evicted++;
    }
    return evicted;
  };
  const { violating, others } = splitByBudget(byImportance(potential), budgets);
  const violations = reprieve(violating);
  reprieve(others);
  if (victims.length === 0) return failed(`expected at least one victim pod on node "${snapshot.node(row).name}"`);
  const mixed = violating.length > 0 && others.length > 0;
  return { row, victims: mixed ? byImportance(victims) : victims, violations };
}

/** 2^31: makes every priority at least 0, so that more victims never sum up to less. */
const PRIORITY_OFFSET = 2 ** 31;

/** Each rule keeps the candidates with the highest number. */
const RULES: readonly ((candidate: Candidate, now: number) => number)[] = [
  ({ violations }) => -violations,
  ({ victims }) => -victims[0].pod.spec.priority,
  ({ victims }) => -victims.reduce((sum, { pod }) => sum + pod.spec.priority + PRIORITY_OFFSET, 0),
  ({ victims }) => -victims.length,
  ({ victims }, now) => earliestStart(victims, now),
];

/**
 * The best candidates: fewest broken budgets, then the least important first victim, then the smallest sum of
 * priorities, then the fewest victims, then the latest start. The real one takes any of those that are left.
 */
export function bestCandidates(candidates: readonly Candidate[], now: number): readonly Candidate[] {
  let left = candidates;
  for (const rule of RULES) {
    if (left.length <= 1) break;
    const values = left.map((candidate) => rule(candidate, now));
    const highest = Math.max(...values);
    left = left.filter((_, index) => values[index] === highest);
  }
  return left;
}
