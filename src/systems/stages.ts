import { draw } from './distribution.ts';
import type { Random } from '../random.ts';
import { randomStream } from '../random.ts';
import type { Stage } from './system.ts';

/** Draws the times of pipelines, each stage from a stream of its own, and remembers what nodes have cached. */
export class Stages {
  readonly #seed: number | string;
  readonly #streams = new Map<string, Random>();
  readonly #cached = new Set<string>();

  constructor(seed: number | string) {
    this.#seed = seed;
  }

  /** The stream for one purpose. */
  stream(purpose: string): Random {
    let stream = this.#streams.get(purpose);
    if (stream === undefined) this.#streams.set(purpose, (stream = randomStream(this.#seed, purpose)));
    return stream;
  }

  /** How long the stages take one after the other [ms]. `where`: whose they are. `since`: begin of what looks now and then. */
  total(stages: readonly Stage[], where: string, nodes: readonly string[], now: number, since = now): number {
    let time = 0;
    for (const stage of stages) {
      const purpose = `${where}/${stage.name}`;
      if (stage.cached && this.#isCached(purpose, nodes)) continue;
      time += draw(stage.time, this.stream(purpose)) + Math.round(stage.perNode * nodes.length);
      if (stage.quantum > 0) time = nextLook(now + time - since, stage.quantum) + since - now;
    }
    return time;
  }

  /** Whether all nodes have it already; from now on they have. */
  #isCached(purpose: string, nodes: readonly string[]): boolean {
    const missing = nodes.filter((node) => !this.#cached.has(`${purpose} ${node}`));
    for (const node of missing) this.#cached.add(`${purpose} ${node}`);
    return missing.length === 0;
  }
}

/** The first multiple of `every` that is not before this time [ms]. */
export function nextLook(time: number, every: number): number {
  return Math.ceil(time / every) * every;
}
