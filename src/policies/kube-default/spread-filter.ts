/**
 * Hard spread constraints. Source: plugins/podtopologyspread/filtering.go (Kubernetes v1.36.2).
 */
import type { NodeCheck } from './plugin.ts';
import type { PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { countPods } from './spread-constraint.ts';
import type { SpreadConstraint } from './spread-constraint.ts';
import { hasAllKeys, SpreadCounts, takesPart, topologiesOf } from './spread-counts.ts';
import { SUCCESS, unresolvable, unschedulable } from './status.ts';
import type { Status } from './status.ts';

const UNEVEN = unschedulable("node(s) didn't match pod topology spread constraints");
const NO_LABEL = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");

export class SpreadCheck implements NodeCheck {
  readonly #pod: PodInfo;
  readonly #snapshot: Snapshot;
  readonly #constraints: readonly SpreadConstraint[];
  readonly #counts: SpreadCounts[];

  private constructor(pod: PodInfo, snapshot: Snapshot, constraints: readonly SpreadConstraint[], counts: SpreadCounts[]) {
    this.#pod = pod;
    this.#snapshot = snapshot;
    this.#constraints = constraints;
    this.#counts = counts;
  }

  static count(pod: PodInfo, snapshot: Snapshot, constraints: readonly SpreadConstraint[]): SpreadCheck {
    const topologies = topologiesOf(constraints, snapshot);
    const check = new SpreadCheck(
      pod,
      snapshot,
      constraints,
      topologies.map((one) => new SpreadCounts(one)),
    );
    for (const row of snapshot.order) {
      if (!hasAllKeys(topologies, row)) continue;
      for (let i = 0; i < constraints.length; i++) {
        if (!takesPart(constraints[i], pod.class, snapshot.node(row))) continue;
        check.#counts[i].add(row, countPods(snapshot.pods[row], constraints[i], pod.class.namespace));
      }
    }
    return check;
  }

  filter(row: number): Status {
    for (let i = 0; i < this.#constraints.length; i++) {
      const { selected, minDomains, maxSkew } = this.#constraints[i];
      const counts = this.#counts[i];
      if (counts.topology.values[row] === 0) return NO_LABEL;
      const smallest = counts.domains < minDomains ? 0 : counts.smallest;
      const self = selected.matches(this.#pod.class) ? 1 : 0;
      if (counts.of(row) + self - smallest > maxSkew) return UNEVEN;
    }
    return SUCCESS;
  }

  /** As the real one, this does not ask whether the pod is terminating. */
  shift(pod: PodInfo, row: number, by: 1 | -1): void {
    if (pod.class.namespace !== this.#pod.class.namespace) return;
    const complete = this.#counts.every(({ topology }) => topology.values[row] !== 0);
    if (!complete) return;
    for (let i = 0; i < this.#constraints.length; i++) {
      const constraint = this.#constraints[i];
      if (!constraint.selected.matches(pod.class)) continue;
      if (takesPart(constraint, this.#pod.class, this.#snapshot.node(row))) this.#counts[i].add(row, by);
    }
  }

  copy(): SpreadCheck {
    const counts = this.#counts.map((one) => one.copy());
    return new SpreadCheck(this.#pod, this.#snapshot, this.#constraints, counts);
  }
}
