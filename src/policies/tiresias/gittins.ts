import type { Cycle, Policy, PolicySetup, PolicySpec } from '../../policy.ts';
import { SECOND } from '../../units.ts';
import { ActiveJobs, stopParameter, widthOf } from './active-jobs.ts';
import { GittinsIndex } from './gittins-index.ts';
import { ListScan } from './job-scan.ts';
import { JobShapes } from './job-shapes.ts';
import { runInOrder } from './run-in-order.ts';
import { readServices } from './service-history.ts';

export const gittins: PolicySpec = {
  name: 'gittins',
  summary:
    'Highest Gittins index first, with preemption: jobs run that are likely to end soon, judged by what they have had and by what earlier jobs have needed.',
  source:
    'Gu et al., "Tiresias: a GPU cluster manager for distributed deep learning", NSDI 2019, 2D-Gittins. Ranks change when a job has had another quantum; of equal ones those go on that run, then those that came first. Without a file it learns from the jobs that have ended in the run',
  fidelity:
    'None: the published simulator (run_sim.py) stops at its first job, as it looks up an index that nothing has computed.',
  parameters: {
    quantum: {
      summary: 'Service for which the index looks ahead, and after which it is looked up again [GPU-seconds].',
      type: 'number',
      min: 0.001,
      default: 3250,
    },
    history: {
      summary: 'File with the services of earlier jobs, one a line [GPU-seconds]; empty = learns as jobs end.',
      type: 'file',
      default: '',
    },
    stop: stopParameter,
  },
  create: (setup) => new Gittins(setup),
};

class Gittins implements Policy {
  readonly #setup: PolicySetup;
  readonly #jobs: ActiveJobs;
  readonly #shapes: JobShapes;
  readonly #quantum: number;
  readonly #index: GittinsIndex;
  readonly #learns: boolean;
  #active: number[] = [];
  readonly #width: number[] = [];
  readonly #rank: number[] = [];

  constructor(setup: PolicySetup) {
    const { parameters, files, jobs } = setup;
    this.#setup = setup;
    this.#jobs = new ActiveJobs(setup, 'service');
    this.#shapes = new JobShapes(jobs);
    this.#quantum = Number(parameters.quantum) * SECOND;
    this.#index = new GittinsIndex(this.#quantum);
    this.#learns = files.history === undefined;
    if (files.history !== undefined) {
      for (const service of readServices(files.history)) this.#index.learn(service * SECOND);
    }
  }

  schedule(cycle: Cycle): void {
    const { now, pending, running } = cycle;
    this.#jobs.update(cycle, {
      added: (job) => {
        this.#active.push(job);
        this.#width[job] = widthOf(this.#setup.jobs, job);
      },
      over: (job) => {
        if (this.#learns) this.#index.learn(this.#service(job, now));
      },
    });
    this.#active = this.#active.filter((job) => pending.has(job) || running.has(job));
    for (const job of this.#active) this.#rank[job] = this.#index.at(Math.floor(this.#service(job, now) / this.#quantum));
    this.#active.sort((a, b) => this.#rank[b] - this.#rank[a] || this.#tie(a, b, cycle));
    runInOrder(cycle, () => new ListScan(this.#active), this.#shapes, this.#jobs.verbs(cycle));
    this.#wakeAtNextQuantum(cycle);
  }

  #tie(a: number, b: number, { running }: Cycle): number {
    return Number(running.has(b)) - Number(running.has(a)) || a - b;
  }

  /** [GPU-milliseconds] */
  #service(job: number, now: number): number {
    return this.#jobs.attained.of(job, now) * this.#width[job];
  }

  #wakeAtNextQuantum(cycle: Cycle): void {
    const { now, running } = cycle;
    let next = Infinity;
    for (const job of this.#active) {
      if (!running.has(job) || this.#width[job] === 0) continue;
      const quanta = Math.floor(this.#service(job, now) / this.#quantum) + 1;
      const left = Math.ceil((quanta * this.#quantum) / this.#width[job]) - this.#jobs.attained.of(job, now);
      next = Math.min(next, Math.max(now, running.startOf(job)) + Math.max(1, left));
    }
    if (next < Infinity) cycle.wakeAt(next);
  }
}
