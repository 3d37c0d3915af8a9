/**
 * The filters of a profile, run for one pod: first each looks at the pod, then they judge node by node, in order, and
 * the first that objects decides.
 * Source: pkg/scheduler/framework/runtime/framework.go (Kubernetes v1.36.2).
 */
import type { FilterPlugin, NodeCheck } from './plugin.ts';
import type { PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { SUCCESS } from './status.ts';
import { PASS, PASSED } from './verdict-table.ts';
import type { Verdict, VerdictTable } from './verdict-table.ts';

/** Pods that are nominated to a node by preemption: they count there for pods that matter no more than they do. */
export interface Nominations {
  on(node: string): readonly PodInfo[];
  /** The names of the nodes that have any; absent: each node is asked. */
  readonly nodes?: Iterable<string>;
}

export const NO_NOMINATIONS: Nominations = { on: () => [], nodes: [] };

export interface NamedCheck {
  readonly name: string;
  readonly check: NodeCheck;
}

/** What filters said of a pod, or of its class, before any node was looked at. */
export interface FirstLook {
  /** How many filters were asked, from the first on. */
  readonly asked: number;
  readonly checks: readonly NamedCheck[];
  /** The only nodes worth checking, by name; all if absent. */
  readonly nodes?: ReadonlySet<string>;
  /** The plugins that left the other nodes out. */
  readonly narrowedBy: readonly string[];
  /** Why no node will do, if that was clear from the pod. */
  readonly rejected?: Verdict;
}

const NOT_ASKED: FirstLook = { asked: 0, checks: [], narrowedBy: [] };

/** Asks the filters that were not asked yet, up to `end`. */
export function look(
  plugins: readonly FilterPlugin[],
  pod: PodInfo,
  snapshot: Snapshot,
  before: FirstLook = NOT_ASKED,
  end = plugins.length,
): FirstLook {
  let { checks, nodes, narrowedBy, rejected } = before;
  for (let i = before.asked; i < end && rejected === undefined; i++) {
    const { name } = plugins[i];
    const found = plugins[i].preFilter(pod, snapshot);
    if (found.status.code === 'Skip') continue;
    if (found.check === undefined) {
      rejected = { status: found.status, plugin: name };
      break;
    }
    checks = [...checks, { name, check: found.check }];
    if (found.nodes === undefined) continue;
    nodes = nodes === undefined ? found.nodes : intersect(nodes, found.nodes);
    narrowedBy = [...narrowedBy, name];
  }
  return { asked: end, checks, nodes, narrowedBy, rejected };
}

export class FilterRun {
  readonly pod: PodInfo;
  readonly #snapshot: Snapshot;
  readonly #checks: readonly NamedCheck[];
  /** What was known of the pod's class beforehand; absent if nothing was kept. */
  readonly known: FirstLook | undefined;
  /** The first so many checks were known. */
  readonly #known: number;
  readonly nodes: ReadonlySet<string> | undefined;
  readonly narrowedBy: readonly string[];
  readonly rejected: Verdict | undefined;
  /** Some check counts pods. */
  readonly #shifts: boolean;
  /** Pods that a trial has added and removed, in order; absent outside trials. */
  #tried: { readonly pod: PodInfo; readonly by: 1 | -1 }[] | undefined;

  private constructor(pod: PodInfo, snapshot: Snapshot, known: FirstLook, found: FirstLook) {
    this.pod = pod;
    this.#snapshot = snapshot;
    this.#checks = found.checks;
    this.known = known === NOT_ASKED ? undefined : known;
    this.#known = known.checks.length;
    this.#shifts = this.#checks.some(({ check }) => check.shift !== undefined);
    this.nodes = found.nodes;
    this.narrowedBy = found.narrowedBy;
    this.rejected = found.rejected;
  }

  /** `known`: what the first of the plugins have said of pods of this class before, and would say again. */
  static start(plugins: readonly FilterPlugin[], pod: PodInfo, snapshot: Snapshot, known = NOT_ASKED): FilterRun {
    return new FilterRun(pod, snapshot, known, look(plugins, pod, snapshot, known));
  }

  /** The verdict on a node as it is in the snapshot. */
  check(row: number): Verdict {
    for (const { name, check } of this.#checks) {
      const status = check.filter(row);
      if (status.code !== 'Success') return { status, plugin: name };
    }
    return PASSED;
  }

  /** There are checks beyond those of the plugins that were known. */
  get hasMore(): boolean {
    return this.#known < this.#checks.length;
  }

  /** The number of the verdict of those. */
  checkMore(row: number, table: VerdictTable): number {
    for (let i = this.#known; i < this.#checks.length; i++) {
      const { name, check } = this.#checks[i];
      const status = check.filter(row);
      if (status !== SUCCESS && status.code !== 'Success') return table.numberOfStatus(name, status);
    }
    return PASS;
  }

  /**
   * The verdict with the pods counted that are nominated to the node and matter at least as much. The pod must fit
   * without them too: they may never come, and it may need what they bring.
   */
  checkWithNominated(row: number, nominations: Nominations): Verdict {
    const there = nominations.on(this.#snapshot.node(row).name);
    const coming = there.length === 0 ? there : there.filter((other) => this.#yieldsTo(other));
    if (coming.length === 0) return this.check(row);
    const verdict = this.trial(row, () => {
      for (const pod of coming) this.add(pod, row);
      return this.check(row);
    });
    return verdict.status.code === 'Success' ? this.check(row) : verdict;
  }

  /** Lets `attempt` add and remove pods on a node, and puts all back as it was. Trials may be nested. */
  trial<Result>(row: number, attempt: () => Result): Result {
    const outer = this.#tried;
    const tried = (this.#tried = []);
    const before = this.#snapshot.startTrial(row);
    const result = attempt();
    for (const { pod, by } of tried) this.#shift(pod, row, by === 1 ? -1 : 1);
    this.#snapshot.endTrial(row, before);
    this.#tried = outer;
    return result;
  }

  /** In a trial: puts a pod on the node, and counts it in the checks. */
  add(pod: PodInfo, row: number): void {
    this.#snapshot.addPod(pod, row);
    this.#try(pod, row, 1);
  }

  /** In a trial: takes a pod off the node, and out of the checks. */
  remove(pod: PodInfo, row: number): void {
    this.#snapshot.removePod(pod, row);
    this.#try(pod, row, -1);
  }

  #try(pod: PodInfo, row: number, by: 1 | -1): void {
    if (this.#tried === undefined) throw new Error(`pod ${pod.pod.name} may come or go in a trial only`);
    if (!this.#shifts) return;
    this.#tried.push({ pod, by });
    this.#shift(pod, row, by);
  }

  #shift(pod: PodInfo, row: number, by: 1 | -1): void {
    for (const { check } of this.#checks) check.shift?.(pod, row, by);
  }

  #yieldsTo({ pod }: PodInfo): boolean {
    const own = this.pod.pod;
    return pod.spec.priority >= own.spec.priority && pod.uid !== own.uid;
  }
}

function intersect(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...one].filter((name) => other.has(name)));
}
