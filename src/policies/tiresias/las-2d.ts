import { usageError } from '../../errors.ts';
import type { Parameters } from '../../parameters.ts';
import type { Cycle, Policy, PolicySetup, PolicySpec } from '../../policy.ts';
import { SECOND } from '../../units.ts';
import { ActiveJobs, stopParameter, widthOf } from './active-jobs.ts';
import { ChainedScan } from './job-scan.ts';
import { JobShapes } from './job-shapes.ts';
import { LasQueue } from './las-queue.ts';
import { runInOrder } from './run-in-order.ts';

export const las2d: PolicySpec = {
  name: 'las-2d',
  summary:
    'Least attained service, discretised: jobs fall into lower queues as they use up GPU time (processor time if they have no GPUs); those of higher queues push out those of lower ones.',
  source:
    'Gu et al., "Tiresias: a GPU cluster manager for distributed deep learning", NSDI 2019; its simulator, run_sim.py (dlas, dlas-gpu), but a job falls when it reaches a limit: there, the time until then is (limit - time run) / GPUs',
  fidelity:
    'All 60 jobs of the trace of Tiresias start and end when they do in its simulator, on 12 GPUs; none of them reaches a limit. With thresholds=57600, within=joined, round=60s, run times taken from the record: who holds GPUs at each step of workload 6 of Pollux is as in its artifact.',
  parameters: {
    thresholds: {
      summary: 'Attained service at which jobs fall from each queue to the next, ascending, with / between them [GPU-seconds].',
      type: 'text',
      default: '3250/7200',
    },
    service: {
      summary: 'What counts as service: gpu-time = time times GPUs (2D-LAS); time = time alone (LAS).',
      type: 'choice',
      choices: ['gpu-time', 'time'],
      default: 'gpu-time',
    },
    promote: {
      summary:
        'A job returns to the highest queue, as if it had never run, once it has waited so many times as long as it has run; 0 = never.',
      type: 'number',
      min: 0,
      default: 0,
    },
    within: {
      summary:
        'Who goes first within a queue: running = jobs that run, then those that wait; joined = whoever came into the queue first, as in the copy of Pollux: a wide job at its head pushes out narrow ones.',
      type: 'choice',
      choices: ['running', 'joined'],
      default: 'running',
    },
    round: {
      summary: 'Jobs start, stop and fall only so often, at multiples of this time in the trace; 0 = at once.',
      type: 'duration',
      min: 0,
      default: 0,
    },
    stop: stopParameter,
  },
  create: (setup) => new TwoDimensionalLas(setup),
};

function readThresholds({ thresholds }: Parameters): number[] {
  const limits = String(thresholds).split('/').map(Number);
  const isAscending = limits.every((limit, index) => limit > (index === 0 ? 0 : limits[index - 1]));
  if (isAscending) return limits.map((limit) => limit * SECOND);
  throw usageError(
    `"${String(thresholds)}" is no list of ascending numbers above 0`,
    'las-2d, thresholds',
    'write for example 3250/7200',
  );
}

class TwoDimensionalLas implements Policy {
  readonly #setup: PolicySetup;
  readonly #jobs: ActiveJobs;
  readonly #shapes: JobShapes;
  /** [GPU-milliseconds] */
  readonly #limits: readonly number[];
  readonly #promote: number;
  /** [ms] */
  readonly #round: number;
  readonly #queues: readonly LasQueue[];
  /** How long a job has waited since it first ran, or was promoted [ms]. */
  readonly #waited: number[] = [];
  readonly #width: number[] = [];
  #last = 0;

  constructor(setup: PolicySetup) {
    const shapes = new JobShapes(setup.jobs);
    const runningFirst = setup.parameters.within === 'running';
    const key: number[] = [];
    this.#setup = setup;
    this.#jobs = new ActiveJobs(setup, 'service');
    this.#shapes = shapes;
    this.#limits = readThresholds(setup.parameters);
    this.#promote = Number(setup.parameters.promote);
    this.#round = Number(setup.parameters.round);
    this.#queues = Array.from({ length: this.#limits.length + 1 }, () => new LasQueue(shapes, runningFirst, key));
  }

  schedule(cycle: Cycle): void {
    this.#countWaits(cycle);
    this.#jobs.update(cycle, { added: (job) => this.#add(job) });
    if (this.#waitsForRound(cycle)) return;
    this.#move(cycle);
    const { start, stop } = this.#jobs.verbs(cycle);
    const started: number[] = [];
    const startAndNote = (job: number) => {
      start(job);
      started.push(job);
    };
    const scan = () => new ChainedScan(this.#queues.map((queue) => queue.scan()));
    runInOrder(cycle, scan, this.#shapes, { start: startAndNote, stop });
    for (const queue of this.#queues) queue.settle(cycle, started);
    if (this.#round === 0) this.#wakeAtNextMove(cycle);
  }

  /** Whether nothing is decided now; the next round is asked for as long as there are jobs. */
  #waitsForRound(cycle: Cycle): boolean {
    if (this.#round === 0) return false;
    const { now, pending, running } = cycle;
    const since = (now + this.#setup.jobs.origin) % this.#round;
    if (pending.size + running.size > 0) cycle.wakeAt(now + this.#round - since);
    return since > 0;
  }

  #add(job: number): void {
    const isByTime = this.#setup.parameters.service === 'time';
    this.#width[job] = isByTime ? 1 : widthOf(this.#setup.jobs, job);
    this.#queues[0].put(job);
  }

  /** Time that has passed since the last cycle was waiting for whoever waited then. */
  #countWaits({ now }: Cycle): void {
    const passed = now - this.#last;
    this.#last = now;
    if (this.#promote === 0 || passed === 0) return;
    const { attained } = this.#jobs;
    for (const queue of this.#queues) {
      for (const job of queue.list()) {
        if (!attained.runs(job) && attained.of(job, now) > 0) this.#waited[job] = (this.#waited[job] ?? 0) + passed;
      }
    }
  }

  /** Demotes jobs that have reached the limit of their queue, one queue at a time, and promotes those that have waited too long. */
  #move({ now, running }: Cycle): void {
    for (let queue = this.#movable - 1; queue >= 0; queue--) {
      const mayRise = (job: number) => queue > 0 && !running.has(job) && this.#mayRise(job, now);
      // Who waits has been judged by what it attained when it last ran: it can only rise.
      const leaving = this.#queues[queue].takeOut(
        (job) => this.#isToFall(job, queue, now) || mayRise(job),
        queue > 0 && this.#promote > 0,
      );
      for (const job of leaving) {
        if (this.#isToFall(job, queue, now)) this.#queues[this.#lowerQueue(job, queue, now)].put(job);
        else this.#rise(job, now);
      }
    }
  }

  /** Queues that jobs may leave before they end: the lowest one only by promotion [count]. */
  get #movable(): number {
    return this.#promote > 0 ? this.#queues.length : this.#limits.length;
  }

  #isToFall(job: number, queue: number, now: number): boolean {
    return queue < this.#limits.length && this.#jobs.attained.of(job, now) * this.#width[job] >= this.#limits[queue];
  }

  #lowerQueue(job: number, queue: number, now: number): number {
    let lower = queue + 1;
    while (this.#isToFall(job, lower, now)) lower++;
    return lower;
  }

  #mayRise(job: number, now: number): boolean {
    return this.#promote > 0 && (this.#waited[job] ?? 0) >= this.#promote * this.#jobs.attained.of(job, now);
  }

  #rise(job: number, now: number): void {
    this.#waited[job] = 0;
    this.#jobs.attained.forget(job, now);
    this.#queues[0].put(job);
  }

  #wakeAtNextMove(cycle: Cycle): void {
    const next = Math.min(this.#nextFall(cycle), this.#nextRise(cycle));
    if (next > cycle.now && next < Infinity) cycle.wakeAt(next);
  }

  #nextFall({ now, running }: Cycle): number {
    let next = Infinity;
    this.#limits.forEach((limit, queue) => {
      for (const job of this.#queues[queue].held) {
        const begins = Math.max(now, running.startOf(job));
        next = Math.min(next, begins + Math.ceil(limit / this.#width[job]) - this.#jobs.attained.of(job, now));
      }
    });
    return next;
  }

  #nextRise({ now, running }: Cycle): number {
    let next = Infinity;
    for (let queue = 1; queue < this.#movable && this.#promote > 0; queue++) {
      for (const job of this.#queues[queue].list()) {
        if (running.has(job)) continue;
        next = Math.min(next, now + Math.ceil(this.#promote * this.#jobs.attained.of(job, now) - (this.#waited[job] ?? 0)));
      }
    }
    return next;
  }
}
