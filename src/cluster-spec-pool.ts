import type { FailureModel, NodePool } from './cluster.ts';
import { didYouMean, usageError } from './errors.ts';
import { MIG_GEOMETRIES } from './mig.ts';
import { parseDuration, parseQuantity } from './units.ts';

/** What can be said of a pool of nodes in words, and how it is written. One line of a command and the file share them. */
export const POOL_KEYS: Readonly<Record<string, string>> = {
  name: 'a name, such as gpu',
  nodes: 'how many nodes, such as 64',
  cpus: 'processors of a node, such as 8 or 7500m; 1 if absent',
  memory: 'of a node, such as 512Gi; not modelled if absent',
  gpus: 'devices of a node, such as 4; none if absent',
  'gpu-model': 'such as A100',
  'gpu-memory': 'of a device, such as 80Gi',
  mig: 'what its devices are, if they may be cut into MIG instances, such as A100-80GB',
  'price-per-hour': 'of a node, such as 2.5',
  watts: 'drawn by a busy node, such as 700',
  mtbf: 'mean time between failures of a node, such as 30d',
  mttr: 'mean time to repair, such as 4h',
  'mtbf-shape': 'Weibull shape of the time between failures; 1 if absent',
};

/** More than any cluster has: beyond it, a unit was surely mistaken. */
export const MOST = 10_000_000;

/** The words given for a pool, read with their units. */
export class PoolWords {
  readonly #given: ReadonlyMap<string, string>;
  readonly #where: (key: string) => string;

  /** `where` names the place of a word for errors. */
  constructor(given: ReadonlyMap<string, string>, where: (key: string) => string) {
    this.#given = given;
    this.#where = where;
  }

  /** Throws unless all the words are among these. */
  allow(keys: readonly string[]): void {
    for (const key of this.#given.keys()) {
      if (!keys.includes(key)) throw usageError(`there is no "${key}"`, this.#where(key), didYouMean(key, keys));
    }
  }

  has(key: string): boolean {
    return this.#given.has(key);
  }

  text(key: string): string | undefined {
    return this.#given.get(key);
  }

  /** A whole number. */
  count(key: string, least: number): number | undefined {
    const text = this.#given.get(key);
    if (text === undefined) return undefined;
    const count = Number(text);
    if (text.trim() === '' || !Number.isInteger(count) || count < least || count > MOST) {
      const hint = `write a whole number from ${least} to ${MOST.toLocaleString('en')}`;
      throw usageError(`"${text}" is not a number of ${key}`, this.#where(key), hint);
    }
    return count;
  }

  /** A quantity that is greater than 0, in its base unit. */
  quantity(key: string): number | undefined {
    const text = this.#given.get(key);
    if (text === undefined) return undefined;
    const quantity = parseQuantity(text, this.#where(key));
    if (!(quantity > 0) || quantity === Infinity) {
      throw usageError(`${key} is ${text}`, this.#where(key), 'write something greater than 0, or leave it out');
    }
    return quantity;
  }

  /** A time that is greater than 0 [ms]. */
  duration(key: string): number | undefined {
    const text = this.#given.get(key);
    if (text === undefined) return undefined;
    const duration = parseDuration(text, this.#where(key));
    if (duration <= 0)
      throw usageError(`${key} is ${text}`, this.#where(key), 'write a duration greater than 0, or leave it out');
    return duration;
  }

  /** Of the words that need another one beside them, the first that lacks it is an error. */
  needs(key: string, other: string, example: string): void {
    if (this.has(key) && !this.has(other))
      throw usageError(`${key} is given without ${other}`, this.#where(key), `add for example ${example}`);
  }

  failures(): FailureModel | undefined {
    this.needs('mtbf', 'mttr', 'mttr=4h');
    this.needs('mttr', 'mtbf', 'mtbf=30d');
    this.needs('mtbf-shape', 'mtbf', 'mtbf=30d');
    const mtbf = this.duration('mtbf');
    const mttr = this.duration('mttr');
    return mtbf === undefined || mttr === undefined ? undefined : { mtbf, mttr, shape: this.quantity('mtbf-shape') };
  }

  /** A kind of GPU that can be cut. */
  mig(): string | undefined {
    const name = this.text('mig');
    const known = MIG_GEOMETRIES.map((geometry) => geometry.name);
    if (name === undefined || known.includes(name)) return name;
    throw usageError(`"${name}" is no kind of GPU that can be cut`, this.#where('mig'), didYouMean(name, known));
  }

  /** The pool they describe, under this name if they give none. */
  pool(defaultName: string): NodePool {
    this.allow(Object.keys(POOL_KEYS));
    const count = this.count('nodes', 1);
    if (count === undefined) {
      throw usageError('it does not say how many nodes there are', this.#where('nodes'), 'write for example nodes=64,cpus=8');
    }
    const gpus = this.count('gpus', 0) ?? 0;
    for (const key of ['gpu-model', 'gpu-memory', 'mig']) this.needs(key, 'gpus', 'gpus=4');
    return {
      name: this.text('name') ?? defaultName,
      count,
      cpu: Math.max(1, Math.round((this.quantity('cpus') ?? 1) * 1000)),
      memory: Math.floor(this.quantity('memory') ?? Infinity),
      gpus,
      ...defined({
        gpuModel: this.text('gpu-model'),
        gpuMemory: this.quantity('gpu-memory'),
        mig: this.mig(),
        pricePerHour: this.quantity('price-per-hour'),
        watts: this.quantity('watts'),
        failures: this.failures(),
      }),
    };
  }
}

/** The same object without the entries that are undefined: what was not said is not there. */
export function defined<T extends object>(entries: T): Partial<T> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The name of a pool that was given none: it ends in a letter, because the numbers of its nodes follow. */
export function defaultPoolName(index: number, pools: number): string {
  if (pools === 1) return 'node';
  let letters = '';
  for (let rest = index; rest >= 0; rest = Math.floor(rest / 26) - 1) letters = String.fromCharCode(97 + (rest % 26)) + letters;
  return `pool-${letters}`;
}

/** Two pools must not bear one name, nor two nodes: jobs, partitions and results refer to them. */
export function checkPoolNames(pools: readonly NodePool[], where: (index: number) => string): void {
  const counts = new Map<string, number>();
  pools.forEach(({ name, count }, index) => {
    if (counts.has(name)) throw usageError(`there are two pools "${name}"`, where(index), 'give each pool a name of its own');
    counts.set(name, count);
  });
  pools.forEach(({ name, count }, index) => {
    const node = count === 1 ? name : `${name}0`;
    const other = poolWithNode(node, name, counts);
    if (other === undefined) return;
    const problem = `a node of the pool "${name}" and one of "${other}" would both be ${node}`;
    throw usageError(problem, where(index), 'let the name of one of them not be that of the other with digits behind it');
  });
}

/**
 * The pool, other than the one named, that has a node of this name too. Nodes are named by their pool and their number
 * in it; of two pools whose nodes share names, the first node of the longer-named pool is the lowest that does.
 */
function poolWithNode(node: string, pool: string, counts: ReadonlyMap<string, number>): string | undefined {
  for (let cut = pool.length - 1; cut > 0 && /\d/.test(node[cut]); cut--) {
    const number = node.slice(cut);
    const count = counts.get(node.slice(0, cut)) ?? 0;
    // A pool of one node has no numbers in it.
    if (count > 1 && Number(number) < count && String(Number(number)) === number) return node.slice(0, cut);
  }
  return undefined;
}
