/**
 * One scheduling cycle without its consequences: which node a pod would get, or why none.
 * Source: pkg/scheduler/schedule_one.go, schedulePod (Kubernetes v1.36.2).
 */
import type { Random } from '../../random.ts';
import { FilterRun } from './filter-run.ts';
import type { Nominations } from './filter-run.ts';
import { selectHost } from './host-selection.ts';
import type { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';
import { numFeasibleNodesToFind } from './sampling.ts';
import type { SearchStart } from './sampling.ts';
import { totalScores } from './score-run.ts';
import type { Snapshot } from './snapshot.ts';
import { unresolvable } from './status.ts';
import type { Status } from './status.ts';

/** What the search for nodes found. */
export interface Found {
  readonly run: FilterRun;
  /** Rows of the nodes that passed, in the order in which they were found. */
  readonly feasible: Int32Array;
  /** By node name: why the others did not, as far as they were looked at. */
  readonly statuses: ReadonlyMap<string, Status>;
  /** What holds for nodes that were not looked at. */
  readonly absent: Status;
  /** Plugins that objected to a node: what may change their mind wakes the pod. */
  readonly rejectors: ReadonlySet<string>;
  readonly preFilter?: string;
}

export interface Placed extends Found {
  readonly row: number;
  /** Totals of `feasible`; absent if nothing was scored: a single node, or the nominated one. */
  readonly totals?: Float64Array;
}

export type Outcome = ({ readonly placed: true } & Placed) | ({ readonly placed: false } & Found);

/** What a cycle needs beside the pod. */
export interface CycleSetup {
  readonly profile: Profile;
  readonly snapshot: Snapshot;
  readonly nominations: Nominations;
  /** Moved on by every search. */
  readonly start: SearchStart;
  /** For ties. */
  readonly random: Random;
}

const UNSEEN = unresolvable();

export function schedulePod(pod: PodInfo, setup: CycleSetup): Outcome {
  const { profile, snapshot, random } = setup;
  const found = findNodes(pod, setup);
  const { feasible } = found;
  if (feasible.length === 0) return { placed: false, ...found };
  if (feasible.length === 1) return { placed: true, ...found, row: feasible[0] };
  const totals = totalScores(profile.scores, pod, snapshot, feasible);
  return { placed: true, ...found, row: feasible[selectHost(totals, profile.tieBreak, random)], totals };
}

/** The nodes that pass the filters: the nominated one alone if it does, else as many as are enough. */
export function findNodes(pod: PodInfo, setup: CycleSetup): Found {
  const { profile, snapshot, nominations } = setup;
  const run = FilterRun.start(profile.filters, pod, snapshot);
  const none = { run, feasible: new Int32Array(0), statuses: new Map<string, Status>() };
  if (run.rejected !== undefined) {
    const { status, plugin } = run.rejected;
    const rejectors = new Set(plugin === undefined ? [] : [plugin]);
    return { ...none, absent: status, rejectors, preFilter: status.reasons.join(', ') };
  }
  const nominated = pod.pod.nominatedNodeName === undefined ? undefined : snapshot.rowOf(pod.pod.nominatedNodeName);
  if (nominated !== undefined && run.checkWithNominated(nominated, nominations).status.code === 'Success') {
    return { ...none, feasible: Int32Array.of(nominated), absent: UNSEEN, rejectors: new Set() };
  }
  return search(run, setup);
}

function search(run: FilterRun, { profile, snapshot, nominations, start }: CycleSetup): Found {
  const rows = candidates(run, snapshot);
  const enough = numFeasibleNodesToFind(rows.length, profile.percentageOfNodesToScore);
  const feasible: number[] = [];
  const statuses = new Map<string, Status>();
  const rejectors = new Set<string>(run.narrowedBy);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[(start.next + i) % rows.length];
    const { status, plugin } = run.checkWithNominated(row, nominations);
    if (status.code === 'Success') {
      // One more than enough must be found before the search stops; it is not used.
      if (feasible.length === enough) break;
      feasible.push(row);
    } else {
      statuses.set(snapshot.node(row).name, status);
      if (plugin !== undefined) rejectors.add(plugin);
    }
  }
  if (snapshot.nodeCount > 0) start.next = (start.next + feasible.length + statuses.size) % snapshot.nodeCount;
  const absent =
    run.nodes === undefined ? UNSEEN : unresolvable(`node(s) didn't satisfy plugin(s) [${run.narrowedBy.join(' ')}]`);
  return { run, feasible: Int32Array.from(feasible), statuses, absent, rejectors };
}

function candidates({ nodes }: FilterRun, snapshot: Snapshot): ArrayLike<number> {
  return nodes === undefined ? snapshot.order : snapshot.order.filter((row) => nodes.has(snapshot.node(row).name));
}
