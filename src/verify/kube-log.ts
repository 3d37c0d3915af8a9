/**
 * Replays a record of a real kube-scheduler decision by decision: would ours have decided so? After each decision the real
 * one is taken, so that one disagreement does not bring about others.
 */
import type { KubeVersion } from '../policies/kube-default/behaviour.ts';
import { decisionsOf } from './kube-log-decisions.ts';
import type { LogDecision } from './kube-log-decisions.ts';
import { Judge } from './kube-log-judge.ts';
import type { Verdict } from './kube-log-judge.ts';
import type { KubeLog, LogPod } from './kube-log-record.ts';
import { LogState } from './kube-log-state.ts';

/** So long an attempt may have begun before anything is seen of it [ms]: on a machine that has nothing else to do. */
export const UNAWARE = 25;

export interface Disagreement {
  readonly at: number;
  readonly pod: string;
  /** What the real scheduler did. */
  readonly real: string;
  /** What ours would have done. */
  readonly ours: string;
}

export interface GuidedReplay {
  readonly pods: number;
  /** Pods of which ours would have decided everything as the real one did. */
  readonly agree: number;
  readonly decisions: Readonly<Record<LogDecision['kind'], number>>;
  /** What pods that fit nowhere are told: how many messages there are, and how many are the same word by word. */
  readonly messages: { readonly same: number; readonly all: number };
  readonly disagreements: readonly Disagreement[];
  /** Pods of which the record tells no decision. */
  readonly untold: readonly string[];
}

/** `unaware`: what the real one did so long after something had happened, it may have decided without knowing of it [ms]. */
export function replayGuided(log: KubeLog, version: KubeVersion, where: string, unaware = UNAWARE): GuidedReplay {
  const replay = new Replay(log, version, where, unaware);
  return replay.run();
}

class Replay {
  readonly #log: KubeLog;
  readonly #state: LogState;
  readonly #judge: Judge;
  readonly #unaware: number;
  readonly #decisions: readonly LogDecision[];
  /** By pod. */
  readonly #firstOf = new Map<string, LogDecision>();
  /** By the index of its first event. */
  readonly #startingAt = new Map<number, LogDecision>();
  readonly #verdicts = new Map<LogDecision, Verdict>();

  constructor(log: KubeLog, version: KubeVersion, where: string, unaware: number) {
    this.#log = log;
    this.#unaware = unaware;
    this.#state = new LogState(log, version, where);
    this.#judge = new Judge(this.#state, log.order);
    this.#decisions = decisionsOf(log);
    for (const decision of this.#decisions) {
      if (!this.#firstOf.has(decision.pod)) this.#firstOf.set(decision.pod, decision);
      this.#startingAt.set(decision.first, decision);
    }
  }

  run(): GuidedReplay {
    const { pods, events } = this.#log;
    let created = 0;
    events.forEach((event, index) => {
      for (; created < pods.length && pods[created].at <= event.at; created++) this.#create(pods[created]);
      if (event.kind === 'gone' || event.kind === 'delete') this.#decideSoon(index);
      const decision = this.#startingAt.get(index);
      if (decision !== undefined) this.#decide(decision);
      this.#state.apply(event);
    });
    for (; created < pods.length; created++) this.#create(pods[created]);
    return this.#result();
  }

  /** A new pod is tried at once: its decision comes before those of later pods, though it may be seen after them. */
  #create({ pod }: LogPod): void {
    this.#state.create(pod);
    const decision = this.#firstOf.get(pod.name);
    if (decision === undefined || !this.#decide(decision)) return;
    if (decision.kind === 'bind') this.#state.place(pod.name, decision.node);
  }

  /** What the scheduler does shortly after something has happened it may have decided before it knew of that. */
  #decideSoon(index: number): void {
    const { events } = this.#log;
    for (let next = index + 1; next < events.length && events[next].at <= events[index].at + this.#unaware; next++) {
      const decision = this.#startingAt.get(next);
      if (decision !== undefined && decision !== this.#firstOf.get(decision.pod)) this.#decide(decision);
    }
  }

  /** Says whether ours would decide so. One that is judged a second time has been seen later than it was made. */
  #decide(decision: LogDecision): boolean {
    const known = this.#verdicts.get(decision);
    const agrees = known !== undefined && known.objection === undefined;
    if (agrees && (decision.kind === 'bind' || known.message === decision.message)) return true;
    const pod = this.#state.pod(decision.pod);
    if (pod === undefined) return agrees;
    const verdict = this.#judge.verdict(pod, decision);
    if (agrees && verdict.objection !== undefined) return true;
    this.#verdicts.set(decision, verdict);
    return verdict.objection === undefined;
  }

  #result(): GuidedReplay {
    const { pods, events } = this.#log;
    const disagreements = this.#decisions.flatMap((decision) => {
      const { objection } = this.#verdicts.get(decision) ?? { objection: 'the record does not create the pod' };
      if (objection === undefined) return [];
      return { at: events[decision.last].at, pod: decision.pod, real: describe(decision), ours: objection };
    });
    const wrong = new Set(disagreements.map(({ pod }) => pod));
    const untold = pods.map(({ pod }) => pod.name).filter((name) => !this.#firstOf.has(name));
    const count = (kind: LogDecision['kind']) => this.#decisions.filter((decision) => decision.kind === kind).length;
    return {
      pods: pods.length,
      agree: pods.length - untold.length - pods.filter(({ pod }) => wrong.has(pod.name)).length,
      decisions: { bind: count('bind'), preempt: count('preempt'), pending: count('pending') },
      messages: this.#messages(),
      disagreements,
      untold,
    };
  }

  #messages(): GuidedReplay['messages'] {
    const told = this.#decisions.filter((decision) => decision.kind !== 'bind' && decision.message !== undefined);
    const same = told.filter((decision) => {
      return decision.kind !== 'bind' && this.#verdicts.get(decision)?.message === decision.message;
    });
    return { same: same.length, all: told.length };
  }
}

function describe(decision: LogDecision): string {
  if (decision.kind === 'bind') return `bound to ${decision.node}`;
  if (decision.kind === 'preempt') return `evicts ${decision.victims.join(', ')} from ${decision.node}`;
  return decision.message === undefined ? 'fits nowhere' : `fits nowhere: ${decision.message}`;
}
