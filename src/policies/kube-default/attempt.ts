/** What one attempt to schedule a pod saw, for explanations. */
import type { NodeVerdict, PluginScore, Watch, WatchedAttempt } from '../../watch.ts';
import { fitErrorMessage, postFilterWords } from './fit-error.ts';
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

/** Tells somebody of the attempts for the jobs that he wants to know of. */
export function tellTo(watch: Watch): (attempt: Attempt) => void {
  return (attempt) => {
    if (watch.wants(attempt.pod.job)) watch.tell(explainAttempt(attempt));
  };
}

/** Takes down what an attempt saw. Must be called while it is handed over: the snapshot changes afterwards. */
export function explainAttempt(attempt: Attempt): WatchedAttempt {
  const { at, pod, setup, outcome, postFilter } = attempt;
  const { snapshot } = setup;
  return {
    at,
    job: pod.job,
    task: pod.pod.name,
    node: outcome.placed ? snapshot.node(outcome.row).name : undefined,
    message: outcome.placed ? undefined : attemptMessage(attempt),
    nominatedNode: postFilter?.nominatedNodeName || undefined,
    victims: (postFilter?.candidate?.victims ?? []).map((victim) => victim.pod.name),
    nodes: [...passedNodes(attempt), ...turnedDown(attempt)],
  };
}

function passedNodes({ pod, setup: { snapshot, profile }, outcome }: Attempt): NodeVerdict[] {
  const totals = outcome.placed ? outcome.totals : undefined;
  const scores = totals === undefined ? [] : explainScores(profile.scores, pod, snapshot, outcome.feasible);
  return Array.from(outcome.feasible, (row, index) => ({
    node: snapshot.node(row).name,
    passed: true,
    reasons: [],
    scores: scores.flatMap((one) => scoreOf(one, index)),
    total: totals?.[index],
  }));
}

function scoreOf({ plugin, weight, raw, normalized }: PluginScores, index: number): PluginScore[] {
  if (raw === undefined || normalized === undefined) return [];
  return [{ plugin, weight, raw: raw[index], normalized: normalized[index] }];
}

function turnedDown({ setup, outcome }: Attempt): NodeVerdict[] {
  return [...outcome.statuses].map(([node, { reasons }]) => ({
    node,
    passed: false,
    reasons,
    plugin: objector(outcome, setup.snapshot.rowOf(node), setup),
    scores: [],
  }));
}

/** Why the pod was not placed, in kube-scheduler's words. */
export function attemptMessage({ setup, outcome, postFilter }: Pick<Attempt, 'setup' | 'outcome' | 'postFilter'>): string {
  const { statuses, absent, preFilter } = outcome;
  const { snapshot } = setup;
  const postFilterText = postFilter && postFilterWords(postFilter.status, snapshot.behaviour);
  const { endsTwice } = snapshot.behaviour;
  return fitErrorMessage({ statuses, absent, preFilter, postFilter: postFilterText, endsTwice }, snapshot.nodeCount);
}

/** Asked again as the search did, with the pods that are nominated to the node. */
function objector({ run }: Outcome, row: number | undefined, { nominations }: CycleSetup): string | undefined {
  return row === undefined ? undefined : run.checkWithNominated(row, nominations).plugin;
}
