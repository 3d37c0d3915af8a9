/**
 * Which nodes a task may go to, and which is best. The search starts where the last one ended and stops when enough
 * nodes are found: all of up to 100, fewer of more.
 * Source: pkg/scheduler/util/predicate_helper.go, scheduler_helper.go (Volcano v1.15.1), one node after the other where
 * the real one looks at 16 at once.
 */
import type { Random } from '../../random.ts';
import { totalScores } from '../kube-default/score-run.ts';
import { FitErrors } from './fit-errors.ts';
import type { FitError } from './fit-errors.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';

const MIN_NODES = 100;
const MIN_PERCENTAGE = 5;
const USUAL_PERCENTAGE = 50;

/** Flags of vc-scheduler: --minimum-feasible-nodes, --percentage-nodes-to-find, --minimum-percentage-nodes-to-find. */
export function nodesToFind(nodes: number, percentage = 0): number {
  if (nodes <= MIN_NODES || percentage >= 100) return nodes;
  const share = percentage > 0 ? percentage : Math.max(MIN_PERCENTAGE, USUAL_PERCENTAGE - Math.trunc(nodes / 125));
  return Math.max(MIN_NODES, Math.trunc((nodes * share) / 100));
}

/** Objections to nodes, kept for the tasks of one role: they are taken to hold for all of them. */
export type FitErrorsByRole = Map<number, FitErrorsByRow>;
type FitErrorsByRow = (FitError | undefined)[];

export interface FoundNodes {
  readonly rows: readonly number[];
  readonly errors: FitErrors;
}

export class NodeSearch {
  readonly #percentage: number;
  /** Where the next search starts, among its candidates. */
  #start = 0;
  /** How often chance decided, or where the search began. */
  chances = 0;

  constructor(percentage: number) {
    this.#percentage = percentage;
  }

  /** Candidates that `check` has no objection to. `known` is used for tasks that have a role. */
  find(
    task: Task,
    candidates: ArrayLike<number>,
    check: (row: number) => FitError | undefined,
    known?: FitErrorsByRole,
  ): FoundNodes {
    const errors = new FitErrors();
    const count = candidates.length;
    const rows: number[] = [];
    if (count === 0) return { rows, errors };
    const enough = nodesToFind(count, this.#percentage);
    const before = known === undefined || task.role < 0 ? undefined : errorsOf(known, task.role);
    let looked = 0;
    while (looked < count) {
      const row = candidates[(this.#start + looked++) % count];
      const error = before?.[row] ?? check(row);
      if (error !== undefined) {
        errors.add(row, error);
        if (before !== undefined) before[row] = error;
      } else if (rows.length === enough) {
        this.chances++;
        break;
      } else rows.push(row);
    }
    this.#start = (this.#start + looked) % count;
    return { rows, errors };
  }

  /** What each of the nodes scores, in their order. */
  scores(session: Session, task: Task, rows: readonly number[]): Float64Array {
    const { opinions, setup } = session;
    const scores = totalScores(opinions.scores, task.pod, setup.cluster.snapshot, rows);
    for (let i = 0; i < scores.length; i++) scores[i] += opinions.nodeOrder(task, rows[i]);
    return scores;
  }

  /** One of those that score highest, by chance. */
  best(session: Session, task: Task, rows: readonly number[], random: Random): number {
    if (rows.length === 1) return rows[0];
    const scores = this.scores(session, task, rows);
    let highest = -Infinity;
    for (const score of scores) highest = Math.max(highest, score);
    const ties = rows.filter((_, i) => scores[i] === highest);
    if (ties.length === 1) return ties[0];
    this.chances++;
    return ties[random.integer(ties.length)];
  }

  /** All of them, from the highest score down; ties as they stand. */
  sorted(session: Session, task: Task, rows: readonly number[]): number[] {
    if (rows.length === 0) return [];
    const scores = this.scores(session, task, rows);
    return rows
      .map((_, i) => i)
      .sort((one, other) => scores[other] - scores[one] || one - other)
      .map((i) => rows[i]);
  }
}

function errorsOf(known: FitErrorsByRole, role: number): FitErrorsByRow {
  let errors = known.get(role);
  if (errors === undefined) known.set(role, (errors = []));
  return errors;
}
