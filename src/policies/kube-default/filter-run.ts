/**
 * The filters of a profile, run for one pod: first each looks at the pod, then they judge node by node, in order, and
 * the first that objects decides.
 * Source: pkg/scheduler/framework/runtime/framework.go (Kubernetes v1.36.2).
 */
import type { FilterPlugin, NodeCheck } from './plugin.ts';
import type { PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { SUCCESS } from './status.ts';
import type { Status } from './status.ts';

/** A verdict on a node, and the plugin that objected. */
export interface Verdict {
  readonly status: Status;
  readonly plugin?: string;
}

const PASSED: Verdict = { status: SUCCESS };

/** Pods that are nominated to a node by preemption: they count there for pods that matter no more than they do. */
export interface Nominations {
  on(node: string): readonly PodInfo[];
}

export const NO_NOMINATIONS: Nominations = { on: () => [] };

interface NamedCheck {
  readonly name: string;
  readonly check: NodeCheck;
}

export class FilterRun {
  readonly pod: PodInfo;
  readonly #snapshot: Snapshot;
  readonly #checks: readonly NamedCheck[];
  /** The only nodes worth checking, by name; all if absent. */
  readonly nodes: ReadonlySet<string> | undefined;
  /** The plugins that left the other nodes out. */
  readonly narrowedBy: readonly string[];
  /** Why no node will do, if that was clear from the pod. */
  readonly rejected: Verdict | undefined;

  private constructor(
    pod: PodInfo,
    snapshot: Snapshot,
    checks: readonly NamedCheck[],
    found: Pick<FilterRun, 'nodes' | 'narrowedBy' | 'rejected'>,
  ) {
    this.pod = pod;
    this.#snapshot = snapshot;
    this.#checks = checks;
    this.nodes = found.nodes;
    this.narrowedBy = found.narrowedBy;
    this.rejected = found.rejected;
  }

  static start(plugins: readonly FilterPlugin[], pod: PodInfo, snapshot: Snapshot): FilterRun {
    const checks: NamedCheck[] = [];
    const narrowedBy: string[] = [];
    let nodes: ReadonlySet<string> | undefined;
    for (const plugin of plugins) {
      const found = plugin.preFilter(pod, snapshot);
      if (found.status.code === 'Skip') continue;
      if (found.check === undefined) {
        const rejected = { status: found.status, plugin: plugin.name };
        return new FilterRun(pod, snapshot, [], { nodes, narrowedBy, rejected });
      }
      checks.push({ name: plugin.name, check: found.check });
      if (found.nodes === undefined) continue;
      nodes = nodes === undefined ? found.nodes : intersect(nodes, found.nodes);
      narrowedBy.push(plugin.name);
    }
    return new FilterRun(pod, snapshot, checks, { nodes, narrowedBy, rejected: undefined });
  }

  /** The verdict on a node as it is in the snapshot. */
  check(row: number): Verdict {
    for (const { name, check } of this.#checks) {
      const status = check.filter(row);
      if (status.code !== 'Success') return { status, plugin: name };
    }
    return PASSED;
  }

  /**
   * The verdict with the pods counted that are nominated to the node and matter at least as much. The pod must fit
   * without them too: they may never come, and it may need what they bring.
   */
  checkWithNominated(row: number, nominations: Nominations): Verdict {
    const coming = nominations.on(this.#snapshot.node(row).name).filter((other) => this.#yieldsTo(other));
    if (coming.length === 0) return this.check(row);
    const before = this.#snapshot.contents(row);
    const trial = this.copy();
    for (const pod of coming) trial.add(pod, row);
    const verdict = trial.check(row);
    this.#snapshot.restore(row, before);
    return verdict.status.code === 'Success' ? this.check(row) : verdict;
  }

  /** Puts a pod on a node of the snapshot, and counts it in the checks. */
  add(pod: PodInfo, row: number): void {
    this.#snapshot.addPod(pod, row);
    for (const { check } of this.#checks) check.shift?.(pod, row, 1);
  }

  /** Takes a pod off a node of the snapshot, and out of the checks. */
  remove(pod: PodInfo, row: number): void {
    this.#snapshot.removePod(pod, row);
    for (const { check } of this.#checks) check.shift?.(pod, row, -1);
  }

  /** A run whose counts can be changed without changing this one's. */
  copy(): FilterRun {
    const checks = this.#checks.map(({ name, check }) => ({ name, check: check.copy?.() ?? check }));
    return new FilterRun(this.pod, this.#snapshot, checks, this);
  }

  #yieldsTo({ pod }: PodInfo): boolean {
    const own = this.pod.pod;
    return pod.spec.priority >= own.spec.priority && pod.uid !== own.uid;
  }
}

function intersect(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...one].filter((name) => other.has(name)));
}
