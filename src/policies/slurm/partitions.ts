/** Partitions as the scheduler walks them. A cluster without a slurm.conf has those of its own description. */
import type { Cluster } from '../../cluster.ts';
import { JobPartitions } from '../../job-partitions.ts';
import { nameOf } from '../../workload.ts';
import type { Requests } from '../../workload.ts';
import type { Machine } from './machine.ts';
import { nodeSetOf } from './node-set.ts';
import type { NodeSet } from './node-set.ts';

const MINUTE = 60_000;
/** What a job without any limit is planned with. */
const YEAR = 365 * 24 * 60 * MINUTE;

export interface PartitionRules {
  readonly name: string;
  readonly nodes: NodeSet;
  readonly tier: number;
  readonly maxTime: number;
  /** NaN = not given. */
  readonly defaultTime: number;
  readonly maxNodes: number;
  /** Why no job of it may start now; absent if it is up. */
  readonly closed?: string;
  readonly overTimeLimit: number;
}

export class Partitions {
  readonly rules: readonly PartitionRules[];
  readonly #jobs: Requests;
  readonly #of: JobPartitions;
  /** Of jobs that named several: where they are looked at, or run. */
  readonly #current = new Map<number, number>();
  /** Limits of jobs that have others now than they asked for [ms]. */
  readonly #shortened = new Map<number, number>();
  /** Of each list of names that a job gave. */
  readonly #lists = new Map<readonly string[], readonly number[]>();

  constructor(jobs: Requests, cluster: Cluster, machine: Machine) {
    this.#jobs = jobs;
    this.#of = new JobPartitions(jobs, cluster);
    this.rules = cluster.slurm === undefined ? plainRules(cluster, machine, this.#of) : configuredRules(cluster, machine);
  }

  /** The partition of a job [index into `rules`]; of several, the one that it is looked at in, or runs in. */
  of(job: number): number {
    return this.#current.get(job) ?? this.#of.of(job);
  }

  /** The first partition that the job named and that is not there; undefined if there is none. */
  unknownOf(job: number): string | undefined {
    const named = this.#namesOf(job) ?? [nameOf(this.#jobs.partition, job) ?? ''];
    return named.find((name) => name !== '' && this.rules.every((rules) => rules.name !== name));
  }

  #namesOf(job: number): readonly string[] | undefined {
    const { slurm, firstGroup } = this.#jobs;
    const option = slurm?.optionsOfGroup[firstGroup[job]] ?? -1;
    return option < 0 ? undefined : slurm?.options[option].partitions;
  }

  /** All partitions that the job named. */
  allOf(job: number): readonly number[] {
    const names = this.#namesOf(job);
    if (names === undefined) return [this.#of.of(job)];
    let list = this.#lists.get(names);
    if (list === undefined) {
      const known = names.map((name) => this.rules.findIndex((rules) => rules.name === name)).filter((index) => index >= 0);
      list = known.length === 0 ? [this.#of.of(job)] : [...new Set(known)];
      this.#lists.set(names, list);
    }
    return list;
  }

  /** The limit that it asked for, or has now instead [ms]; Infinity = none. */
  askedOf(job: number): number {
    return this.#shortened.get(job) ?? this.#jobs.walltime[job];
  }

  /** --time-min, in whole minutes [ms]; Infinity if it was not given. */
  leastLimitOf(job: number): number {
    const { slurm, firstGroup } = this.#jobs;
    const option = slurm?.optionsOfGroup[firstGroup[job]] ?? -1;
    const { timeMin = 0 } = option < 0 ? {} : slurm!.options[option];
    return timeMin > 0 ? Math.ceil(timeMin / MINUTE) * MINUTE : Infinity;
  }

  /** Its limit is this one from now on, as with --time-min [ms]. */
  shorten(job: number, limit: number): void {
    this.#shortened.set(job, limit);
  }

  /** It is what was asked for again. */
  lengthen(job: number): void {
    this.#shortened.delete(job);
  }

  isShortened(job: number): boolean {
    return this.#shortened.has(job);
  }

  /** From now on the job is looked at in this one of its partitions. */
  lookIn(job: number, partition: number): void {
    if (partition !== this.of(job)) this.#current.set(job, partition);
  }

  /** The limit it is planned with: whole minutes, as Slurm keeps them [ms]. */
  limitOf(job: number): number {
    return Math.min(this.#wholeLimitOf(job), YEAR);
  }

  /** How long it may run before it is killed: its limit, and OverTimeLimit beyond it; Infinity = for ever [ms]. */
  endureOf(job: number): number {
    return this.#wholeLimitOf(job) + this.rules[this.of(job)].overTimeLimit;
  }

  #wholeLimitOf(job: number): number {
    const { maxTime, defaultTime } = this.rules[this.of(job)];
    const asked = this.askedOf(job);
    const unsaid = Number.isNaN(defaultTime) ? maxTime : defaultTime;
    const limit = Math.min(asked === Infinity ? unsaid : asked, maxTime);
    return limit === Infinity ? Infinity : Math.max(1, Math.ceil(limit / MINUTE)) * MINUTE;
  }

  /** Why limits of its partition keep the job back, in Slurm's words; undefined if they do not. */
  objection(job: number, minNodes: number): string | undefined {
    const { closed, maxTime, maxNodes } = this.rules[this.of(job)];
    if (closed !== undefined) return closed;
    const asked = this.askedOf(job);
    if (asked !== Infinity && asked > maxTime) return 'PartitionTimeLimit';
    return minNodes > maxNodes ? 'PartitionNodeLimit' : undefined;
  }
}

function configuredRules({ slurm }: Cluster, { nodes }: Machine): PartitionRules[] {
  const { partitions, timing } = slurm!;
  return partitions.map((partition) => ({
    name: partition.name,
    nodes: nodeSetOf(nodes, partition.nodes),
    tier: partition.priorityTier,
    maxTime: partition.maxTime,
    defaultTime: partition.defaultTime,
    maxNodes: partition.maxNodes,
    overTimeLimit: partition.overTimeLimit ?? timing.overTimeLimit,
    ...(partition.state === 'down' ? { closed: 'PartitionDown' } : {}),
    ...(partition.state === 'inactive' ? { closed: 'PartitionInactive' } : {}),
  }));
}

function plainRules({ pools }: Cluster, { nodes, poolOf }: Machine, of: JobPartitions): PartitionRules[] {
  return of.partitions.map(({ name, pools: own, maxWalltime = Infinity }) => {
    const members = Array.from({ length: nodes }, (_, node) => node);
    return {
      name,
      nodes: nodeSetOf(
        nodes,
        members.filter((node) => own?.includes(pools[poolOf[node]].name) !== false),
      ),
      tier: 1,
      maxTime: maxWalltime,
      defaultTime: NaN,
      maxNodes: Infinity,
      overTimeLimit: 0,
    };
  });
}
