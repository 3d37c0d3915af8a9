/**
 * The checks of nodes for one task. Unlike kube-scheduler's, they go on after an objection that evictions could remove,
 * to see whether there is one that they cannot.
 * Source: pkg/scheduler/plugins/predicates/predicates.go (Volcano v1.15.1).
 */
import { FilterRun } from '../kube-default/filter-run.ts';
import type { FilterPlugin } from '../kube-default/plugin.ts';
import { unschedulable } from '../kube-default/status.ts';
import type { Status } from '../kube-default/status.ts';
import { PODS } from '../kube-default/snapshot.ts';
import type { Snapshot } from '../kube-default/snapshot.ts';
import { fitError } from './fit-errors.ts';
import type { FitError } from './fit-errors.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';

const TOO_MANY_PODS = unschedulable('node(s) pod number exceeded');

interface Checks {
  readonly stable: readonly FilterRun[];
  readonly others: readonly FilterRun[];
}

export class PredicateRun {
  /** Why no node will do, if that is clear from the task. */
  readonly rejected: FitError | undefined;
  readonly #snapshot: Snapshot;
  readonly #checks: readonly Checks[];

  constructor(session: Session, task: Task) {
    const { snapshot } = session.setup.cluster;
    this.#snapshot = snapshot;
    const start = (plugins: readonly FilterPlugin[]) => plugins.map((plugin) => FilterRun.start([plugin], task.pod, snapshot));
    this.#checks = session.opinions.predicates.map(({ stable, others }) => ({ stable: start(stable), others: start(others) }));
    for (const { stable, others } of this.#checks) {
      for (const { rejected } of [...stable, ...others]) {
        if (rejected === undefined) continue;
        const reason = `plugin ${rejected.plugin ?? ''} pre-predicates failed ${rejected.status.reasons.join(', ')}`;
        this.rejected = { reasons: [reason], isUnresolvable: false };
      }
    }
  }

  /** What is said against the node. */
  check(row: number): FitError | undefined {
    for (const { stable, others } of this.#checks) {
      const objections: Status[] = [];
      if (this.#snapshot.allocatable(PODS)[row] <= this.#snapshot.pods[row].length) objections.push(TOO_MANY_PODS);
      if (collect(stable, row, objections)) collect(others, row, objections);
      if (objections.length > 0) return fitError(objections);
    }
    return undefined;
  }

  /** What is said against it that evictions cannot remove. */
  checkForPreemption(row: number): FitError | undefined {
    const error = this.check(row);
    return error?.isUnresolvable === true ? error : undefined;
  }
}

/** Whether it makes sense to go on. */
function collect(runs: readonly FilterRun[], row: number, objections: Status[]): boolean {
  for (const run of runs) {
    const { status } = run.check(row);
    if (status.code === 'Success') continue;
    objections.push(status);
    if (status.code !== 'Unschedulable') return false;
  }
  return true;
}
