/**
 * What queues have used of the cluster over time: samples of what they hold, summed up over a window, older ones counted
 * less, against the same sum of what the cluster has.
 * Source: pkg/scheduler/cache/usagedb (KAI-Scheduler v0.13.0). There a Prometheus holds the samples, and a query that is
 * repeated each fetch interval makes the sums. A tumbling window is what its documentation describes.
 */
import { NOTHING, RESOURCES } from './quantities.ts';
import type { Quantities } from './quantities.ts';
import type { Queue } from './queue.ts';

export interface UsageSettings {
  /** Age at which a sample counts half [ms]; Infinity: all count alike. */
  readonly halfLife: number;
  /** [ms] */
  readonly window: number;
  readonly windowType: 'sliding' | 'tumbling';
  /** When the first tumbling window begins [ms]. */
  readonly windowStart: number;
  /** From sample to sample [ms]. */
  readonly resolution: number;
  /** From query to query [ms]: the scheduler knows no later usage. */
  readonly fetchInterval: number;
}

/** Usage that differs by less decides nothing. */
const NEGLIGIBLE = 1e-9;

/** What queues held at one sample. */
type Sample = ReadonlyMap<Queue, Quantities>;

export class UsageHistory {
  readonly #settings: UsageSettings;
  readonly #capacity: Quantities;
  /** What each queue holds now, those above it included. */
  readonly #held = new Map<Queue, number[]>();
  readonly #sums = new Map<Queue, number[]>();
  /** The sum of weights of the samples in the window: times the capacity, what the cluster had. */
  #weight = 0;
  /** Samples in the window, the oldest first; `#first` counts those that left it. */
  #samples: Sample[] = [];
  #first = 0;
  #last: Sample | undefined;
  #nextSample = 0;
  #nextFetch = 0;
  #moves = true;

  constructor(settings: UsageSettings, capacity: Quantities) {
    this.#settings = settings;
    this.#capacity = capacity;
  }

  /** When the scheduler will next hear of usage [ms]. */
  get nextFetch(): number {
    return this.#nextFetch;
  }

  /** False if the next query will say what the last one did. */
  get moves(): boolean {
    return this.#moves;
  }

  /** From now on the queue holds so much more, or less. Samples up to now must have been taken. */
  hold(leaf: Queue, amount: Quantities, sign: 1 | -1): void {
    this.#last = undefined;
    this.#moves = true;
    for (let queue: Queue | undefined = leaf; queue !== undefined; queue = queue.parent) {
      let held = this.#held.get(queue);
      if (held === undefined) this.#held.set(queue, (held = [0, 0, 0]));
      for (const resource of RESOURCES) held[resource] += sign * amount[resource];
    }
  }

  /** Takes the samples that are due before what happens now. */
  advance(now: number): void {
    for (; this.#nextSample <= now; this.#nextSample += this.#settings.resolution) this.#take(this.#nextSample);
  }

  /** Tells the queues, if it is time for it. */
  fetch(now: number, queues: readonly Queue[]): void {
    if (now < this.#nextFetch) return;
    this.#nextFetch = (Math.floor(now / this.#settings.fetchInterval) + 1) * this.#settings.fetchInterval;
    this.#moves = false;
    for (const queue of queues) {
      const usage = this.#usageOf(queue);
      this.#moves ||= usage.some((share, resource) => Math.abs(share - queue.usage[resource]) > NEGLIGIBLE);
      queue.usage = usage;
    }
  }

  #usageOf(queue: Queue): Quantities {
    const sum = this.#sums.get(queue);
    if (sum === undefined || this.#weight === 0) return NOTHING;
    return RESOURCES.map((resource) => {
      const there = this.#weight * this.#capacity[resource];
      return there > 0 && there < Infinity ? sum[resource] / there : 0;
    });
  }

  #take(time: number): void {
    const { windowType, windowStart, window } = this.#settings;
    if (windowType === 'tumbling' && (time - windowStart) % window === 0) this.#reset();
    this.#fade();
    this.#last ??= new Map([...this.#held].map(([queue, held]) => [queue, [...held]]));
    this.#samples.push(this.#last);
    this.#count(this.#last, 1);
    while ((this.#samples.length - this.#first) * this.#settings.resolution > window) this.#drop();
  }

  /** All samples are one step older. */
  #fade(): void {
    const { halfLife, resolution } = this.#settings;
    if (halfLife === Infinity) return;
    const factor = 0.5 ** (resolution / halfLife);
    this.#weight *= factor;
    for (const sum of this.#sums.values()) for (const resource of RESOURCES) sum[resource] *= factor;
  }

  /** The oldest sample leaves the window. */
  #drop(): void {
    const { halfLife, resolution } = this.#settings;
    const steps = this.#samples.length - 1 - this.#first;
    this.#count(this.#samples[this.#first++], -(0.5 ** ((steps * resolution) / halfLife)));
    if (2 * this.#first < this.#samples.length) return;
    this.#samples = this.#samples.slice(this.#first);
    this.#first = 0;
  }

  #count(sample: Sample, weight: number): void {
    this.#weight += weight;
    for (const [queue, held] of sample) {
      let sum = this.#sums.get(queue);
      if (sum === undefined) this.#sums.set(queue, (sum = [0, 0, 0]));
      for (const resource of RESOURCES) sum[resource] += weight * held[resource];
    }
  }

  #reset(): void {
    this.#weight = 0;
    this.#sums.clear();
    this.#samples = [];
    this.#first = 0;
  }
}
