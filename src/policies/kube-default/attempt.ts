/** What one attempt to schedule a pod saw, for explanations. */
import { fitErrorMessage } from './fit-error.ts';
import type { JobPod } from './job-pod.ts';
import type { Outcome } from './schedule-pod.ts';
import type { CycleSetup } from './schedule-pod.ts';
import { explainScores } from './score-run.ts';
import type { PluginScores } from './score-run.ts';
import type { PostFilter } from './post-filter.ts';

/** Valid while it is handed over: the next attempt uses its lists again. */
export interface Attempt {
  /** [ms] */
  readonly at: number;
  readonly pod: JobPod;
  readonly setup: CycleSetup;
  readonly outcome: Outcome;
  /** What preemption came to, if the pod fitted nowhere. */
  readonly postFilter?: PostFilter;
}

export interface ExplainedNode {
  readonly node: string;
  /** Why the node was turned down, in kube-scheduler's words; none if it passed. */
  readonly reasons: readonly string[];
  /** The plugin that turned it down. */
  readonly plugin?: string;
}

/** Everything that was said of a pod in one attempt. */
export interface ExplainedAttempt {
  /** [ms] */
  readonly at: number;
  readonly pod: string;
  /** The node that it got. */
  readonly node?: string;
  /** Why it got none. */
  readonly message?: string;
  /** All nodes that were looked at: those that passed first, in the order in which they were found. */
  readonly nodes: readonly ExplainedNode[];
  /** By plugin, for the nodes that passed, in their order; empty if nothing was scored. */
  readonly scores: readonly PluginScores[];
  /** Weighted sums of the scores of the nodes that passed. */
  readonly totals: readonly number[];
}

/** Takes down what an attempt saw. Must be called while it is handed over: the snapshot changes afterwards. */
export function explainAttempt(attempt: Attempt): ExplainedAttempt {
  const { at, pod, setup, outcome } = attempt;
  const { snapshot, profile } = setup;
  const passed = Array.from(outcome.feasible, (row) => ({ node: snapshot.node(row).name, reasons: [] }));
  const turnedDown = [...outcome.statuses].map(([node, { reasons }]) => ({
    node,
    reasons,
    plugin: objector(outcome, snapshot.rowOf(node)),
  }));
  const scored = outcome.placed && outcome.totals !== undefined;
  return {
    at,
    pod: pod.pod.name,
    node: outcome.placed ? snapshot.node(outcome.row).name : undefined,
    message: outcome.placed ? undefined : attemptMessage(attempt),
    nodes: [...passed, ...turnedDown],
    scores: scored ? explainScores(profile.scores, pod, snapshot, outcome.feasible) : [],
    totals: scored ? [...outcome.totals] : [],
  };
}

/** Why the pod was not placed, in kube-scheduler's words. */
export function attemptMessage({ setup, outcome, postFilter }: Pick<Attempt, 'setup' | 'outcome' | 'postFilter'>): string {
  const { statuses, absent, preFilter } = outcome;
  const { snapshot } = setup;
  const postFilterText = postFilter?.status.reasons.join(', ');
  const { endsTwice } = snapshot.behaviour;
  return fitErrorMessage({ statuses, absent, preFilter, postFilter: postFilterText, endsTwice }, snapshot.nodeCount);
}

function objector({ run }: Outcome, row: number | undefined): string | undefined {
  return row === undefined ? undefined : run.check(row).plugin;
}
