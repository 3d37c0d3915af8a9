/**
 * Hard spread constraints. Source: plugins/podtopologyspread/filtering.go (Kubernetes v1.36.2).
 */
import { Journal } from './journal.ts';
import type { Tally } from './journal.ts';
import type { NodeCheck } from './plugin.ts';
import type { PodClass, PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { countPods, counts } from './spread-constraint.ts';
import type { SpreadConstraint } from './spread-constraint.ts';
import { hasAllKeys, SpreadCounts, takesPart, topologiesOf } from './spread-counts.ts';
import { SUCCESS, unresolvable, unschedulable } from './status.ts';
import type { Status } from './status.ts';
import type { Topology } from './topologies.ts';

const UNEVEN = unschedulable("node(s) didn't match pod topology spread constraints");
const NO_LABEL = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");

export class SpreadCheck implements NodeCheck, Tally {
  readonly #pod: PodClass;
  readonly #snapshot: Snapshot;
  readonly #constraints: readonly SpreadConstraint[];
  readonly #topologies: readonly Topology[];
  readonly #counts: readonly SpreadCounts[];
  /** By constraint: the pod itself would count. */
  readonly #self: readonly number[];
  readonly #read = Journal.unread();

  constructor(pod: PodClass, snapshot: Snapshot, constraints: readonly SpreadConstraint[]) {
    this.#pod = pod;
    this.#snapshot = snapshot;
    this.#constraints = constraints;
    this.#topologies = topologiesOf(constraints, snapshot);
    this.#counts = this.#topologies.map((one) => new SpreadCounts(one));
    this.#self = constraints.map(({ selected }) => (selected.matches(pod) ? 1 : 0));
  }

  /** [B] */
  get bytes(): number {
    return this.#counts.reduce((sum, { bytes }) => sum + bytes, 1000);
  }

  /** Counts what has changed since it was last asked to. */
  catchUp(): void {
    this.#snapshot.journal.catchUp(this, this.#read);
  }

  recount(): void {
    const { pods, order } = this.#snapshot;
    for (const counts of this.#counts) counts.clear();
    for (const row of order) {
      if (!hasAllKeys(this.#topologies, row)) continue;
      for (let i = 0; i < this.#constraints.length; i++) {
        const constraint = this.#constraints[i];
        if (!takesPart(constraint, this.#pod, this.#snapshot.node(row))) continue;
        this.#counts[i].add(row, countPods(pods[row], constraint, this.#pod.namespace));
      }
    }
  }

  follow(pod: PodInfo, row: number, by: 1 | -1): void {
    this.#add(row, by, (constraint) => counts(pod, constraint, this.#pod.namespace));
  }

  filter(row: number): Status {
    for (let i = 0; i < this.#constraints.length; i++) {
      const { minDomains, maxSkew } = this.#constraints[i];
      const counts = this.#counts[i];
      if (this.#topologies[i].values[row] === 0) return NO_LABEL;
      const smallest = counts.domains < minDomains ? 0 : counts.smallest;
      if (counts.of(row) + this.#self[i] - smallest > maxSkew) return UNEVEN;
    }
    return SUCCESS;
  }

  /** As the real one, this does not ask whether the pod is terminating, nor whether the selector is empty. */
  shift(pod: PodInfo, row: number, by: 1 | -1): void {
    if (pod.class.namespace !== this.#pod.namespace) return;
    this.#add(row, by, ({ selected }) => selected.matches(pod.class));
  }

  #add(row: number, by: 1 | -1, isCounted: (constraint: SpreadConstraint) => boolean): void {
    if (!hasAllKeys(this.#topologies, row)) return;
    for (let i = 0; i < this.#constraints.length; i++) {
      const constraint = this.#constraints[i];
      if (!isCounted(constraint)) continue;
      if (takesPart(constraint, this.#pod, this.#snapshot.node(row))) this.#counts[i].add(row, by);
    }
  }
}
