import type { Cycle, Policy, PolicySetup, PolicySpec } from '../../policy.ts';
import type { ParameterSpec } from '../../parameters.ts';
import { ActiveJobs, stopParameter, widthOf } from './active-jobs.ts';
import { ListScan } from './job-scan.ts';
import { JobShapes } from './job-shapes.ts';
import { runInOrder } from './run-in-order.ts';

const source = 'Gu et al., "Tiresias: a GPU cluster manager for distributed deep learning", NSDI 2019; its simulator, run_sim.py';

const RECORD = 'All 60 jobs of the trace of Tiresias start, stop and end when they do in its simulator, on 12 GPUs.';

const runtimesParameter: ParameterSpec = {
  summary: 'What is known of run times: oracle = the true ones, as in the papers; walltime = what users have asked for.',
  type: 'choice',
  choices: ['oracle', 'walltime'],
  default: 'oracle',
};

export const srtf: PolicySpec = {
  name: 'srtf',
  summary: 'Shortest remaining time first, with preemption: whoever has least left to do runs. Large jobs block nobody.',
  source,
  fidelity: RECORD,
  parameters: { runtimes: runtimesParameter, stop: stopParameter },
  create: (setup) => new LeastFirst(setup, remainingTime(setup)),
};

export const srsf: PolicySpec = {
  name: 'srsf',
  summary: 'Shortest remaining service first, with preemption: remaining time times GPUs (processors if a job has none).',
  source,
  fidelity: RECORD,
  parameters: { runtimes: runtimesParameter, stop: stopParameter },
  create: (setup) => {
    const timeLeft = remainingTime(setup);
    return new LeastFirst(setup, (job, worked) => timeLeft(job, worked) * widthOf(setup.jobs, job));
  },
};

export const smallestFirst: PolicySpec = {
  name: 'smallest-first',
  summary: 'Fewest GPUs first (processors if a job has none), with preemption: a wide job runs only in what narrow ones leave.',
  source,
  fidelity: RECORD,
  parameters: { stop: stopParameter },
  create: (setup) => new LeastFirst(setup, (job) => widthOf(setup.jobs, job)),
};

/** What is left of a job that has worked for so long [ms]; other units for other orders. */
type Left = (job: number, worked: number) => number;

function remainingTime({ parameters, jobs, oracleRuntime }: PolicySetup): Left {
  const times = parameters.runtimes === 'oracle' ? oracleRuntime() : jobs.walltime;
  return (job, worked) => Math.max(0, times[job] - worked);
}

/**
 * The jobs with the smallest keys run. Equal ones stay in the order in which they were when their keys still differed, and
 * before that in which they came: the simulator sorts one list again and again, by a sort that is stable.
 */
class LeastFirst implements Policy {
  readonly #left: Left;
  readonly #jobs: ActiveJobs;
  readonly #shapes: JobShapes;
  readonly #order: number[] = [];
  readonly #key: number[] = [];

  constructor(setup: PolicySetup, left: Left) {
    this.#left = left;
    this.#jobs = new ActiveJobs(setup, 'work');
    this.#shapes = new JobShapes(setup.jobs);
  }

  schedule(cycle: Cycle): void {
    const { pending, running, now } = cycle;
    this.#jobs.update(cycle, { added: (job) => void this.#order.push(job) });
    const order = this.#order;
    let kept = 0;
    for (const job of order) {
      if (!pending.has(job) && !running.has(job)) continue;
      this.#key[job] = this.#left(job, this.#jobs.attained.of(job, now));
      order[kept++] = job;
    }
    order.length = kept;
    // Infinity for a service: a difference would not be a number.
    order.sort((a, b) => (this.#key[a] < this.#key[b] ? -1 : this.#key[a] > this.#key[b] ? 1 : 0));
    runInOrder(cycle, () => new ListScan(order), this.#shapes, this.#jobs.verbs(cycle));
  }
}
