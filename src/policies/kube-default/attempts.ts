/**
 * What one attempt to place a pod comes to: a node, or why there is none and whom the pod could preempt. Nothing is done
 * about it yet.
 * Source: pkg/scheduler/schedule_one.go, schedulingCycle (Kubernetes v1.36.2).
 */
import { attemptMessage } from './attempt.ts';
import { compileBudgets } from './disruption-budgets.ts';
import type { Budget } from './disruption-budgets.ts';
import { FilterRun } from './filter-run.ts';
import type { Nominations } from './filter-run.ts';
import type { JobPod } from './job-pod.ts';
import { Misfits } from './misfits.ts';
import type { Misfit } from './misfits.ts';
import { preempt } from './post-filter.ts';
import type { PostFilter } from './post-filter.ts';
import type { Candidate } from './preemption.ts';
import { schedulePod } from './schedule-pod.ts';
import type { CycleSetup, Found, Outcome } from './schedule-pod.ts';
import type { Decisions, SchedulerSettings } from './scheduler-settings.ts';
import type { Snapshot } from './snapshot.ts';
import { unresolvable } from './status.ts';

const BY_CHANCE: Decisions = {
  schedule: schedulePod,
  candidate: (_, best, random) => best[random.integer(best.length)],
};

/** The row of the node that the pod gets, or why it gets none. */
export type Answer = { readonly row: number } | Misfit;

export class Attempts {
  readonly #snapshot: Snapshot;
  readonly #settings: SchedulerSettings;
  readonly #decisions: Decisions;
  readonly #nominations: Nominations;
  /** By the name of the scheduler that pods ask for. */
  readonly #setups: ReadonlyMap<string, CycleSetup>;
  readonly #budgets: readonly Budget[];
  readonly #misfits = new Misfits();
  /** Names of schedulers that pods have asked for in vain. */
  readonly #refused = new Set<string>();
  #version = 0;

  constructor(settings: SchedulerSettings, snapshot: Snapshot, nominations: Nominations) {
    const { configuration, random, budgets } = settings;
    const shared = { snapshot, nominations, start: { next: 0 }, random };
    this.#snapshot = snapshot;
    this.#settings = settings;
    this.#nominations = nominations;
    this.#decisions = settings.decisions ?? BY_CHANCE;
    this.#setups = new Map(configuration.profiles.map((profile) => [profile.schedulerName, { profile, ...shared }]));
    this.#budgets = compileBudgets(budgets);
  }

  /** Some profile is for the pod. */
  isResponsibleFor(pod: JobPod): boolean {
    return this.#setups.has(pod.class.spec.schedulerName);
  }

  /** Why nobody tries the pod. The user is told too, once for each name. */
  refuse(pod: JobPod): string {
    const { schedulerName } = pod.class.spec;
    const names = [...this.#setups.keys()].map((name) => `"${name}"`).join(', ');
    const remedy = `give the configuration (config=FILE) a profile with schedulerName: ${schedulerName}, or change the pod`;
    const problem = `asks for the scheduler "${schedulerName}", but profiles are there only for ${names}: ${remedy}`;
    if (!this.#refused.has(schedulerName)) this.#settings.warn?.(`pod ${pod.pod.name} ${problem}`);
    this.#refused.add(schedulerName);
    return `the pod ${problem}`;
  }

  /** As long as it stays, the same is found again. */
  get version(): number {
    return this.#version;
  }

  /** Pods, nodes or nominations have changed: what was found before need not hold. */
  forget(): void {
    this.#version++;
    this.#misfits.forget();
  }

  make(pod: JobPod, now: number): Answer {
    const setup = this.#setups.get(pod.class.spec.schedulerName);
    if (setup === undefined) throw new Error(`pod ${pod.pod.name} was queued without a profile`);
    const { onAttempt } = this.#settings;
    const known = this.#known(pod, setup);
    if (known !== undefined) {
      onAttempt?.({ at: now, pod, setup, outcome: known.outcome, postFilter: known.postFilter });
      return known;
    }
    const before = setup.start.next;
    const outcome = this.#findNode(pod, setup);
    if (!outcome.placed) return this.#explore(pod, outcome, setup, before, now);
    onAttempt?.({ at: now, pod, setup, outcome });
    return outcome;
  }

  /** What was found for pods like this one, if nothing has changed since. The search moves on as if it had been made. */
  #known(pod: JobPod, setup: CycleSetup): Misfit | undefined {
    // What others decide need not be the same twice.
    if (this.#settings.extension !== undefined || this.#settings.decisions !== undefined) return undefined;
    const known = this.#misfits.of(pod, setup);
    const { nodeCount } = this.#snapshot;
    if (known !== undefined && nodeCount > 0) setup.start.next = (setup.start.next + known.shift) % nodeCount;
    return known;
  }

  #findNode(pod: JobPod, setup: CycleSetup): Outcome {
    const { extension } = this.#settings;
    const reason = extension?.preFilter?.(pod);
    if (reason === undefined || extension === undefined) return this.#decisions.schedule(pod, setup);
    const run = FilterRun.start([], pod, this.#snapshot);
    const none = { feasible: new Int32Array(0), statuses: new Map(), rejectors: new Set([extension.name]) };
    return { placed: false, run, ...none, absent: unresolvable(reason), preFilter: reason };
  }

  #explore(pod: JobPod, outcome: Outcome, setup: CycleSetup, before: number, now: number): Misfit {
    const { nodeCount } = this.#snapshot;
    const shift = (setup.start.next - before + nodeCount) % Math.max(1, nodeCount);
    const postFilter = this.#postFilter(pod, outcome, setup, now);
    this.#settings.onAttempt?.({ at: now, pod, setup, outcome, postFilter });
    const misfit = { outcome, postFilter, message: attemptMessage({ setup, outcome, postFilter }), shift };
    this.#misfits.keep(pod, misfit, setup);
    return misfit;
  }

  #postFilter(pod: JobPod, found: Found, { profile }: CycleSetup, now: number): PostFilter {
    const { random, extension } = this.#settings;
    let answer: PostFilter | undefined;
    if (profile.preemption !== undefined) {
      const choose = (best: readonly Candidate[]) => this.#decisions.candidate(pod, best, random);
      const shared = { snapshot: this.#snapshot, nominations: this.#nominations, budgets: this.#budgets };
      answer = preempt(pod, found, { ...shared, run: found.run, choose }, profile.preemption, random, now);
      if (answer.status.code === 'Success') return answer;
    }
    return extension?.postFilter?.(pod, found) ?? answer ?? { status: unresolvable(), nominatedNodeName: '' };
  }
}
