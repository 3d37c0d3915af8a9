/**
 * The parts of a job's priority that do not change while it waits: its size, its partition, its QoS, its association, what
 * it asks for. Source: Slurm 22.05, priority_multifactor.c, set_priority_factors, _get_tres_factors.
 */
import type { SlurmConfig } from '../../../slurm.ts';
import { MINUTE } from '../../../units.ts';
import type { Accounting } from './accounting.ts';
import { MEMORY } from './trackable.ts';
import type { Trackables } from './trackable.ts';

const MIB = 2 ** 20;
/** INFINITE, in minutes. */
const NO_LIMIT = 0xffffffff;

/** What the factors of one job are made of. */
export interface JobFacts {
  /** [index into the partitions] */
  readonly partition: number;
  /** [index into the tree]; -1 = none. */
  readonly association: number;
  /** [index into the QoS]; -1 = none. */
  readonly qos: number;
  readonly minNodes: number;
  /** What it asked for, or would be given if that is known [count]. */
  readonly cpus: number;
  /** What it asks for of each trackable resource. */
  readonly tres: Float64Array;
  /** The limit it asked for [ms]; Infinity = none. */
  readonly walltime: number;
}

export class JobFactors {
  readonly #slurm: SlurmConfig;
  readonly #trackables: Trackables;
  readonly #accounting: Accounting;
  readonly #clusterCpus: number;
  readonly #clusterNodes: number;
  readonly #mostOfPartitions: number;
  readonly #mostOfQos: number;
  readonly #mostOfAssociations: number;
  /** Of each trackable resource; memory for each MiB, as it is written. */
  readonly #weights: Float64Array;
  readonly #totals = new Map<number, Float64Array>();

  constructor(slurm: SlurmConfig, nodes: number, trackables: Trackables, accounting: Accounting) {
    this.#slurm = slurm;
    this.#trackables = trackables;
    this.#accounting = accounting;
    this.#clusterCpus = trackables.clusterCpus;
    this.#clusterNodes = nodes;
    this.#mostOfPartitions = Math.max(1, ...slurm.partitions.map(({ priorityJobFactor }) => priorityJobFactor));
    this.#mostOfQos = Math.max(0, ...accounting.qos.map(({ priority }) => priority));
    this.#mostOfAssociations = accounting.tree.associations.reduce((most, { priority }) => Math.max(most, priority), 0);
    this.#weights = trackables.fromTres(slurm.priority.weights.tres);
    this.#weights[MEMORY] *= MIB;
  }

  /** [0..1], not weighed. */
  size({ partition, minNodes, cpus, walltime }: JobFacts): number {
    const { flags, favorSmall } = this.#slurm.priority;
    const [nodes, all] = [this.#clusterNodes, this.#clusterCpus];
    let size: number;
    if (flags.has('SMALL_RELATIVE_TO_TIME')) {
      size = Math.max((minNodes * all) / nodes, cpus) / this.#minutes(walltime, partition) / all;
      if (favorSmall) size = 1 - size;
    } else if (favorSmall) {
      size = (nodes - minNodes) / nodes;
      if (cpus > 0) size = (size + (all - cpus) / all) / 2;
    } else {
      size = minNodes / nodes;
      if (cpus > 0) size = (size + cpus / all) / 2;
    }
    return Math.min(1, Math.max(0, size));
  }

  /** [0..1], or the number itself if that is asked for. */
  partition(partition: number): number {
    const factor = this.#slurm.partitions[partition]?.priorityJobFactor ?? 0;
    return this.#slurm.priority.flags.has('NO_NORMAL_PART') ? factor : factor / this.#mostOfPartitions;
  }

  qos({ qos }: JobFacts): number {
    if (qos < 0) return 0;
    const { priority } = this.#accounting.qos[qos];
    if (this.#slurm.priority.flags.has('NO_NORMAL_QOS')) return priority;
    return this.#mostOfQos === 0 ? 0 : priority / this.#mostOfQos;
  }

  association({ association }: JobFacts): number {
    if (association < 0) return 0;
    const { priority } = this.#accounting.tree.associations[association];
    if (this.#slurm.priority.flags.has('NO_NORMAL_ASSOC')) return priority;
    return this.#mostOfAssociations === 0 ? 0 : priority / this.#mostOfAssociations;
  }

  /** What it asks for, as parts of what its partition has, weighed and summed. */
  weighedTres({ tres }: JobFacts, partition: number): number {
    const raw = this.#slurm.priority.flags.has('NO_NORMAL_TRES');
    const totals = this.#totalsOf(partition);
    let sum = 0;
    for (let resource = 0; resource < tres.length; resource++) {
      const total = totals[resource];
      const amount = resource === MEMORY ? tres[resource] / MIB : tres[resource];
      if (raw) sum += amount * this.#weights[resource];
      else if (total > 0) sum += (tres[resource] / total) * this.#weights[resource];
    }
    return sum;
  }

  #totalsOf(partition: number): Float64Array {
    const known = this.#totals.get(partition) ?? this.#trackables.ofPartition(partition);
    this.#totals.set(partition, known);
    return known;
  }

  #minutes(walltime: number, partition: number): number {
    const limit = walltime === Infinity ? (this.#slurm.partitions[partition]?.maxTime ?? Infinity) : walltime;
    return limit === Infinity ? NO_LIMIT : Math.max(1, Math.ceil(limit / MINUTE));
  }
}
