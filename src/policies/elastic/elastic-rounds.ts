import type { Cycle, Policy, PolicySetup } from '../../policy.ts';
import { MINUTE } from '../../units.ts';
import { ElasticJobs } from './elastic-jobs.ts';
import type { ElasticJob, Together } from './elastic-jobs.ts';
import { Targets } from './targets.ts';
import type { Allocations } from './targets.ts';

/** What is decided about at the beginning of a round. */
export interface Round {
  readonly cycle: Cycle;
  readonly jobs: ElasticJobs;
  /** All that wait or run, but for those that are being stopped, in the order in which they came. */
  readonly active: readonly ElasticJob[];
  /** GPUs of each node that can be shared out [count]. */
  readonly capacity: Int32Array;
}

export const roundParameter = {
  summary: 'What jobs hold changes only so often, at multiples of this time in the trace.',
  type: 'duration',
  min: 1,
  default: MINUTE,
} as const;

/** What jobs are to hold is decided anew every so often. */
export class ElasticRounds implements Policy {
  readonly #setup: PolicySetup;
  readonly #jobs: ElasticJobs;
  readonly #targets: Targets;
  readonly #decide: (round: Round) => Allocations;

  constructor(setup: PolicySetup, decide: (round: Round) => Allocations, together: Together = 'any models') {
    this.#setup = setup;
    this.#jobs = new ElasticJobs(setup.jobs, setup.cluster, together);
    this.#targets = new Targets(this.#jobs);
    this.#decide = decide;
  }

  schedule(cycle: Cycle): void {
    this.#jobs.update(cycle);
    const { active } = this.#jobs;
    if (active.length === 0) return;
    const length = Number(this.#setup.parameters.round);
    const since = (cycle.now + this.#setup.jobs.origin) % length;
    cycle.wakeAt(cycle.now + length - since);
    if (since > 0) {
      for (const job of cycle.changed.submitted)
        if (cycle.pending.has(job) && this.#jobs.get(job) !== undefined) cycle.explain(job, 'waits for the next round');
      return this.#targets.grow(cycle);
    }
    const able = active.filter(({ job }) => cycle.pending.has(job) || cycle.running.mayPreempt(job));
    if (able.length === 0) return;
    const capacity = this.#jobs.capacity(cycle);
    this.#targets.set(cycle, this.#decide({ cycle, jobs: this.#jobs, active: able, capacity }));
  }
}
