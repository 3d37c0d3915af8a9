import type { Cluster, Partition } from './cluster.ts';
import { formatDuration } from './units.ts';
import type { Requests } from './workload.ts';

/** The partition of a job that has none to go to. */
const NOWHERE = -1;

/**
 * Which partition of a cluster each job goes to, and which nodes that opens to it. A job that names no partition, or
 * one that is not declared, goes to the default one; a cluster that declares none has one of everything.
 */
export class JobPartitions {
  readonly partitions: readonly Partition[];
  readonly #jobs: Pick<Requests, 'partition' | 'walltime'>;
  readonly #pools: number;
  /** Of each partition name of the workload, after an entry for "the trace does not say": the cluster's partition. */
  readonly #partitionOf: Int32Array;
  readonly #maxWalltime: Float64Array;
  /** Of each partition and pool: 1 if its jobs may go there. */
  readonly #opens: Uint8Array;

  constructor(jobs: Pick<Requests, 'partition' | 'walltime'>, { partitions: declared, pools }: Cluster) {
    const partitions = declared.length > 0 ? declared : [{ name: '', default: true }];
    const fallback = partitions.findIndex((partition) => partition.default);
    const indexOf = (name: string) => {
      const found = partitions.findIndex((partition) => partition.name === name);
      return found >= 0 ? found : fallback;
    };
    this.#jobs = jobs;
    this.partitions = partitions;
    this.#pools = pools.length;
    this.#partitionOf = Int32Array.from([fallback, ...jobs.partition.names.map(indexOf)]);
    this.#maxWalltime = Float64Array.from(partitions, (partition: Partition) => partition.maxWalltime ?? Infinity);
    this.#opens = Uint8Array.from(
      partitions.flatMap((partition: Partition) => pools.map(({ name }) => (partition.pools?.includes(name) === false ? 0 : 1))),
    );
  }

  /** The partition the job goes to [index]; -1 if it has none. */
  of(job: number): number {
    return this.#partitionOf[this.#jobs.partition.code[job] + 1];
  }

  /**
   * Whether the job has a partition, and one that allows its walltime. A job that asked for no limit is let in: what
   * a manager then sets as its limit is not known here.
   */
  admits(job: number): boolean {
    const partition = this.of(job);
    if (partition === NOWHERE) return false;
    const walltime = this.#jobs.walltime[job];
    return walltime <= this.#maxWalltime[partition] || walltime === Infinity;
  }

  /** Why the job is not admitted; undefined if it is. */
  whyNotAdmitted(job: number): string | undefined {
    if (this.admits(job)) return undefined;
    const partition = this.of(job);
    if (partition === NOWHERE) return 'no partition takes it';
    const { name } = this.partitions[partition];
    const [asked, most] = [this.#jobs.walltime[job], this.#maxWalltime[partition]].map(formatDuration);
    return `it asks for ${asked}, and partition ${name} allows ${most}`;
  }

  /** Whether the job's partition has nodes of the pool. */
  opens(pool: number, job: number): boolean {
    const partition = this.of(job);
    return partition !== NOWHERE && this.#opens[partition * this.#pools + pool] === 1;
  }

  /** Whether a partition has nodes of the pool. */
  has(partition: number, pool: number): boolean {
    return this.#opens[partition * this.#pools + pool] === 1;
  }
}
