/**
 * One scheduling cycle without its consequences: which node a pod would get, or why none.
 * Source: pkg/scheduler/schedule_one.go, schedulePod (Kubernetes v1.36.2).
 */
import type { Random } from '../../random.ts';
import type { ClassColumns } from './class-columns.ts';
import { CycleMemory } from './cycle-memory.ts';
import { FilterRun } from './filter-run.ts';
import type { Nominations } from './filter-run.ts';
import { selectHost } from './host-selection.ts';
import { NodeStatuses } from './node-statuses.ts';
import type { StatusesByNode } from './node-statuses.ts';
import type { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';
import { numFeasibleNodesToFind } from './sampling.ts';
import type { SearchStart } from './sampling.ts';
import type { Snapshot } from './snapshot.ts';
import { unresolvable } from './status.ts';
import type { Status } from './status.ts';
import { PASS } from './verdict-table.ts';

/** What the search for nodes found. */
export interface Found {
  readonly run: FilterRun;
  /** Rows of the nodes that passed, in the order in which they were found. Valid until the next cycle. */
  readonly feasible: Int32Array;
  /** By node name: why the others did not, as far as they were looked at. If none passed, it lasts; else as `feasible`. */
  readonly statuses: StatusesByNode;
  /** What holds for nodes that were not looked at. */
  readonly absent: Status;
  /** Plugins that objected to a node: what may change their mind wakes the pod. */
  readonly rejectors: ReadonlySet<string>;
  readonly preFilter?: string;
}

export interface Placed extends Found {
  readonly row: number;
  /** Totals of `feasible`, valid as long; absent if nothing was scored: a single node, or the nominated one. */
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
const NO_STATUSES: StatusesByNode = new Map<string, Status>();
const NOBODY: ReadonlySet<string> = new Set<string>();

export function schedulePod(pod: PodInfo, setup: CycleSetup): Outcome {
  const { profile, snapshot, random } = setup;
  const memory = CycleMemory.of(profile, snapshot);
  const columns = memory.columnsOf(pod);
  const found = findIn(pod, columns, memory, setup);
  const { feasible } = found;
  if (feasible.length === 0) return { placed: false, ...found };
  if (feasible.length === 1) return placedOn(feasible[0], found);
  const totals = memory.complete(pod, columns, feasible);
  return placedOn(feasible[selectHost(totals, profile.tieBreak, random)], found, totals);
}

/** Field by field, since objects that are spread together are slow to make and to read. */
function placedOn(row: number, found: Found, totals?: Float64Array): Outcome {
  const { run, feasible, statuses, absent, rejectors, preFilter } = found;
  return { placed: true, run, feasible, statuses, absent, rejectors, preFilter, row, totals };
}

/** The nodes that pass the filters: the nominated one alone if it does, else as many as are enough. */
export function findNodes(pod: PodInfo, setup: CycleSetup): Found {
  const memory = CycleMemory.of(setup.profile, setup.snapshot);
  return findIn(pod, memory.columnsOf(pod), memory, setup);
}

function findIn(pod: PodInfo, columns: ClassColumns, memory: CycleMemory, setup: CycleSetup): Found {
  const { profile, snapshot, nominations } = setup;
  const run = FilterRun.start(profile.filters, pod, snapshot, columns.known);
  if (run.rejected !== undefined) {
    const { status, plugin } = run.rejected;
    const rejectors = new Set(plugin === undefined ? [] : [plugin]);
    const feasible = new Int32Array(0);
    return { run, feasible, statuses: NO_STATUSES, absent: status, rejectors, preFilter: status.reasons.join(', ') };
  }
  const nominated = pod.pod.nominatedNodeName === undefined ? undefined : snapshot.rowOf(pod.pod.nominatedNodeName);
  if (nominated !== undefined && run.checkWithNominated(nominated, nominations).status.code === 'Success') {
    return { run, feasible: Int32Array.of(nominated), statuses: NO_STATUSES, absent: UNSEEN, rejectors: NOBODY };
  }
  return search(run, columns, memory, setup);
}

function search(run: FilterRun, columns: ClassColumns, memory: CycleMemory, setup: CycleSetup): Found {
  const { profile, snapshot, nominations, start } = setup;
  const rows = candidates(run, snapshot);
  const enough = numFeasibleNodesToFind(rows.length, profile.percentageOfNodesToScore);
  memory.begin(nominations);
  const { passed, totals, failed, nominated, table } = memory;
  const { judged, verdicts, sums } = columns;
  const { versions } = snapshot;
  const asksMore = run.hasMore;
  let bits = 0;
  let passes = 0;
  let failures = 0;
  let at = rows.length === 0 ? 0 : start.next % rows.length;
  for (let i = 0; i < rows.length; i++) {
    let row = rows[at];
    // Most nodes are known to pass. Without calls in it this loop is several times as fast.
    while (judged[row] === versions[row] && verdicts[row] === PASS && !asksMore && nominated[row] === 0) {
      if (passes === enough || i === rows.length) break;
      passed[passes] = row;
      totals[passes++] = sums[row];
      if (++at === rows.length) at = 0;
      row = rows[at];
      i++;
    }
    if (i === rows.length) break;
    if (++at === rows.length) at = 0;
    if (judged[row] !== versions[row]) columns.judge(row);
    let verdict = verdicts[row];
    if (nominated[row] === 1) verdict = table.numberOf(run.checkWithNominated(row, nominations));
    else if (asksMore && verdict === PASS) verdict = run.checkMore(row, table);
    if (verdict === PASS) {
      // One more than enough must be found before the search stops; it is not used.
      if (passes === enough) break;
      passed[passes] = row;
      totals[passes++] = sums[row];
    } else {
      failed[failures] = row;
      memory.verdicts[failures++] = verdict;
      bits |= table.bitOf(verdict);
    }
  }
  if (snapshot.nodeCount > 0) start.next = (start.next + passes + failures) % snapshot.nodeCount;
  return report(run, passes, failures, table.pluginsOf(bits), memory);
}

function report(run: FilterRun, passes: number, failures: number, objectors: ReadonlySet<string>, memory: CycleMemory): Found {
  return {
    run,
    feasible: memory.passed.subarray(0, passes),
    statuses: failures === 0 ? NO_STATUSES : statusesOf(passes, failures, memory),
    absent: run.nodes === undefined ? UNSEEN : unresolvable(`node(s) didn't satisfy plugin(s) [${run.narrowedBy.join(' ')}]`),
    rejectors: run.narrowedBy.length === 0 ? objectors : new Set([...run.narrowedBy, ...objectors]),
  };
}

function statusesOf(passes: number, failures: number, { snapshot, table, failed, verdicts }: CycleMemory): StatusesByNode {
  const rows = failed.subarray(0, failures);
  const numbers = verdicts.subarray(0, failures);
  // Why a pod is not placed may be told later.
  if (passes === 0) return new NodeStatuses(snapshot, table, rows.slice(), numbers.slice());
  return new NodeStatuses(snapshot, table, rows, numbers);
}

function candidates({ nodes }: FilterRun, snapshot: Snapshot): ArrayLike<number> {
  if (nodes === undefined) return snapshot.order;
  // Pods of a DaemonSet want one node each.
  if (nodes.size === 1) for (const name of nodes) return [snapshot.rowOf(name)].filter((row) => row !== undefined);
  return snapshot.order.filter((row) => nodes.has(snapshot.node(row).name));
}
