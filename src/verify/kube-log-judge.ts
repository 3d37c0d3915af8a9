/** Would our scheduler have decided so? One decision of a record, judged by what its scheduler knew. */
import { fitErrorMessage, postFilterWords } from '../policies/kube-default/fit-error.ts';
import type { PodInfo } from '../policies/kube-default/pod-info.ts';
import { preempt } from '../policies/kube-default/post-filter.ts';
import type { Candidate } from '../policies/kube-default/preemption.ts';
import { numFeasibleNodesToFind } from '../policies/kube-default/sampling.ts';
import { findNodes } from '../policies/kube-default/schedule-pod.ts';
import type { Found } from '../policies/kube-default/schedule-pod.ts';
import { totalScores } from '../policies/kube-default/score-run.ts';
import type { Random } from '../random.ts';
import { randomStream } from '../random.ts';
import type { LogDecision } from './kube-log-decisions.ts';
import { SampledSearch } from './kube-log-sampling.ts';
import type { KnownOrder } from './kube-log-sampling.ts';
import type { LogState } from './kube-log-state.ts';

export interface Verdict {
  /** Undefined: we could have decided the same. Otherwise what we would have done instead. */
  readonly objection: string | undefined;
  /** What we would tell a pod that fits nowhere. */
  readonly message?: string;
}

const AGREED: Verdict = { objection: undefined };

export class Judge {
  readonly #state: LogState;
  /** The same profile, but every node is looked at. */
  readonly #exhaustive: LogState['profile'];
  readonly #search: SampledSearch;
  readonly #random: Random = randomStream(0, 'no choice is left to chance');

  constructor(state: LogState, order: KnownOrder) {
    this.#state = state;
    this.#exhaustive = { ...state.profile, percentageOfNodesToScore: 100 };
    const { nodeCount } = state.snapshot;
    const enough = numFeasibleNodesToFind(nodeCount, state.profile.percentageOfNodesToScore);
    this.#search = new SampledSearch(nodeCount, enough, order);
  }

  /** Does not change the state. What can be told of where the next search begins is kept only if it agrees. */
  verdict(pod: PodInfo, decision: LogDecision): Verdict {
    const { snapshot, nominator } = this.#state;
    const setup = { profile: this.#exhaustive, snapshot, nominations: nominator, start: { next: 0 }, random: this.#random };
    const found = findNodes(pod, setup);
    if (decision.kind === 'bind') return { objection: this.#objectionToNode(pod, found, decision.node) };
    if (found.feasible.length > 0) return { objection: `it fits ${this.#names(found.feasible)}` };
    return this.#verdictOnFailure(pod, found, decision);
  }

  #objectionToNode(pod: PodInfo, found: Found, node: string): string | undefined {
    const { snapshot, profile } = this.#state;
    const { feasible } = found;
    if (feasible.length === 0) return `it fits nowhere: ${this.#message(found, '')}`;
    // The feasible rows are used again by the next search.
    const rows = Int32Array.from(feasible);
    const totals = rows.length === 1 ? Float64Array.of(0) : totalScores(profile.scores, pod, snapshot, rows);
    const highest = totals.reduce((most, total) => Math.max(most, total), -Infinity);
    const best = rows.filter((_, index) => totals[index] === highest);
    const real = rows.indexOf(snapshot.rowOf(node) ?? -1);
    if (real < 0) return `it does not fit ${node}, but ${this.#names(best)}`;
    if (isNominatedAlone(pod, found)) return undefined;
    if (this.#search.allows(snapshot.order, rows, totals, real)) return undefined;
    if (totals[real] === highest)
      return 'it is one of the best, but a search that goes on where the last one ended does not find it';
    return `${this.#names(best)} are better: ${highest} to ${totals[real]}`;
  }

  #verdictOnFailure(pod: PodInfo, found: Found, decision: Exclude<LogDecision, { kind: 'bind' }>): Verdict {
    const { snapshot, profile, nominator } = this.#state;
    const { preemption } = profile;
    if (preemption === undefined) return decision.kind === 'preempt' ? { objection: 'it does not preempt' } : AGREED;
    const real = decision.kind === 'preempt' ? snapshot.rowOf(decision.node) : undefined;
    const choose = (best: readonly Candidate[]) => best.find(({ row }) => row === real) ?? best[0];
    const parts = { snapshot, run: found.run, nominations: nominator, budgets: [], choose };
    // All candidates are looked at; the real one may stop when it has found enough.
    const all = { ...preemption, minCandidateNodesPercentage: 100 };
    const { candidate, status } = preempt(pod, found, parts, all, this.#random, 0);
    const message = this.#message(found, postFilterWords(status, snapshot.behaviour));
    if (candidate === undefined) {
      return { message, objection: decision.kind === 'preempt' ? `it preempts nobody: ${message}` : undefined };
    }
    if (decision.kind === 'pending') return { message, objection: `it evicts ${this.#victims(candidate)}` };
    return { message, objection: this.#objectionToCandidate(candidate, decision) };
  }

  #objectionToCandidate(candidate: Candidate, { victims, node }: Extract<LogDecision, { kind: 'preempt' }>): string | undefined {
    const { snapshot } = this.#state;
    const same = new Set(candidate.victims.map(({ pod }) => pod.name));
    const agrees = same.size === victims.length && victims.every((victim) => same.has(victim));
    if (snapshot.node(candidate.row).name === node && agrees) return undefined;
    return `it evicts ${this.#victims(candidate)}`;
  }

  #message({ statuses, absent, preFilter }: Found, postFilter: string): string {
    const { behaviour, nodeCount } = this.#state.snapshot;
    return fitErrorMessage({ statuses, absent, preFilter, postFilter, endsTwice: behaviour.endsTwice }, nodeCount);
  }

  #victims({ row, victims }: Candidate): string {
    return `${victims.map(({ pod }) => pod.name).join(', ')} from ${this.#state.snapshot.node(row).name}`;
  }

  #names(rows: ArrayLike<number>): string {
    const names = Array.from(rows, (row) => this.#state.snapshot.node(row).name);
    return names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
  }
}

function isNominatedAlone({ pod }: PodInfo, { feasible, statuses }: Found): boolean {
  return pod.nominatedNodeName !== undefined && feasible.length === 1 && statuses.size === 0;
}
