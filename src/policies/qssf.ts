import { JobPartitions } from '../job-partitions.ts';
import type { Cycle, Order, Policy, PolicySetup, PolicySpec } from '../policy.ts';
import { gpusOf } from '../workload.ts';
import type { Requests } from '../workload.ts';

export const qssf: PolicySpec = {
  name: 'qssf',
  summary:
    'Quasi-shortest service first: the job with the least predicted run time times GPUs (processors if it has none) is next, and the first that does not fit blocks its partition. Nobody is preempted.',
  source:
    'Hu et al., "Characterization and prediction of deep learning workloads in large-scale GPU datacenters", SC 2021. Its prediction weighs a rolling mean of earlier jobs against a model of LightGBM that was trained on months before: here it is the mean alone, of jobs of the same user with as many GPUs, else of all with as many, else of all. Names of jobs, of which it takes similar ones together, are in no trace that can be read here. A job of which nothing is known counts as long as its limit, or else as nothing',
  create: (setup) => new QuasiShortest(setup),
};

/** A mean that grows. */
interface Mean {
  sum: number;
  count: number;
}

/** How long jobs have run that are over, by who sent them and how wide they were. */
class RunTimes {
  readonly #jobs: Requests;
  readonly #means = new Map<string, Mean>();

  constructor(jobs: Requests) {
    this.#jobs = jobs;
  }

  learn(job: number, time: number): void {
    for (const kind of this.#kindsOf(job)) {
      const mean = this.#means.get(kind);
      if (mean === undefined) this.#means.set(kind, { sum: time, count: 1 });
      else {
        mean.sum += time;
        mean.count++;
      }
    }
  }

  /** [ms] */
  predict(job: number): number {
    for (const kind of this.#kindsOf(job)) {
      const mean = this.#means.get(kind);
      if (mean !== undefined) return mean.sum / mean.count;
    }
    const limit = this.#jobs.walltime[job];
    return limit === Infinity ? 0 : limit;
  }

  /** What it has in common with others, the most telling first. */
  #kindsOf(job: number): string[] {
    const user = this.#jobs.user.code[job];
    const width = widthOf(this.#jobs, job);
    return [...(user < 0 ? [] : [`${user} ${width}`]), `${width}`, ''];
  }
}

class QuasiShortest implements Policy {
  readonly order: Order;
  readonly #jobs: Requests;
  readonly #partitions: JobPartitions;
  readonly #runTimes: RunTimes;
  /** When the runs began that go on [ms]. */
  readonly #starts = new Map<number, number>();

  constructor({ jobs, cluster }: PolicySetup) {
    this.#jobs = jobs;
    this.#partitions = new JobPartitions(jobs, cluster);
    this.#runTimes = new RunTimes(jobs);
    // Keys are asked for when a job comes: what is learned later does not move it.
    this.order = { key: (job) => this.#runTimes.predict(job) * widthOf(this.#jobs, job) };
  }

  schedule(cycle: Cycle): void {
    const { pending, free } = cycle;
    this.#learn(cycle);
    const blocked = new Set<number>();
    for (let job = pending.first(); job >= 0 && blocked.size < this.#partitions.partitions.length; job = pending.after(job)) {
      const partition = this.#partitions.of(job);
      if (blocked.has(partition)) continue;
      if (!free.fits(job)) {
        blocked.add(partition);
        cycle.explain(job, 'it is next in its partition, and does not fit');
        continue;
      }
      cycle.start(job);
      this.#starts.set(job, cycle.running.startOf(job));
    }
  }

  #learn({ changed, now, pending, running }: Cycle): void {
    for (const { job } of changed.adopted) if (running.has(job)) this.#starts.set(job, running.startOf(job));
    for (const job of changed.ended) {
      const start = this.#starts.get(job);
      if (start === undefined || running.has(job)) continue;
      this.#starts.delete(job);
      if (!pending.has(job)) this.#runTimes.learn(job, Math.max(0, now - start));
    }
  }
}

function widthOf(jobs: Requests, job: number): number {
  const gpus = gpusOf(jobs, job);
  return gpus > 0 ? gpus / 1000 : jobs.procs[job];
}
