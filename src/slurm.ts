/**
 * What a Slurm cluster is told by its administrators: slurm.conf and the files beside it, as far as decisions of its
 * scheduler depend on it. Made by the readers of those files (slurm-conf.ts); policies take it from `Cluster.slurm`.
 * Times are [ms], memory is [bytes], and what is not limited is Infinity, unless it is said otherwise.
 */
import type { SlurmAccounts } from './slurm-accounts.ts';
import type { SlurmSchedulerParameters } from './slurm-scheduler-parameters.ts';

/** Amounts or weights by the name of a trackable resource, in lower case: `cpu`, `mem`, `node`, `gres/gpu:a100`. */
export type Tres = Readonly<Record<string, number>>;

export interface SlurmConfig {
  readonly clusterName: string;
  readonly schedulerType: 'backfill' | 'builtin';
  readonly scheduler: SlurmSchedulerParameters;
  readonly select: SlurmSelect;
  readonly priority: SlurmPriority;
  readonly preemption: SlurmPreemption;
  readonly timing: SlurmTiming;
  readonly enforcement: SlurmEnforcement;
  /** Of each pool of the cluster, in the same order. */
  readonly pools: readonly SlurmPool[];
  /** In the order of the file. */
  readonly partitions: readonly SlurmPartition[];
  /** Of the network tree, or of the blocks of topology/block; empty for a flat network. */
  readonly switches: readonly SlurmSwitch[];
  readonly topology: 'flat' | 'tree' | 'block';
  /** BlockSizes: that of a base block, and those of the blocks they are put together to [nodes]; empty = not given. */
  readonly blockSizes: readonly number[];
  /** TopologyParam, in lower case: `dragonfly`, `topooptional`, `switchasnoderank`. */
  readonly topologyFlags: readonly string[];
  /** Licences of the whole cluster [count]. */
  readonly licenses: Readonly<Record<string, number>>;
  /** Tasks that an array may have, less one for the number 0 [count]. */
  readonly maxArraySize: number;
  /** Jobs that may be known at once; later ones are refused [count]. */
  readonly maxJobCount: number;
  /** Whether jobs are requeued after preemption or a failed node unless they say otherwise. */
  readonly jobRequeue: boolean;
  /** Of jobs that do not ask for memory. */
  readonly memory: SlurmMemoryDefaults;
  /** Absent if no accounts were given: no associations are known, and all users are alike. */
  readonly accounts?: SlurmAccounts;
  readonly reservations: readonly SlurmReservation[];
}

/** SelectType and SelectTypeParameters. */
export interface SlurmSelect {
  readonly type: 'linear' | 'cons_res' | 'cons_tres';
  /** What jobs are handed out in: whole nodes (select/linear), sockets, cores, or hardware threads (CR_CPU). */
  readonly unit: 'node' | 'socket' | 'core' | 'cpu' | 'board';
  /** Whether memory is counted (CR_*_Memory). */
  readonly memory: boolean;
  /** CR_ONE_TASK_PER_CORE. */
  readonly oneTaskPerCore: boolean;
  /** CR_Pack_Nodes: fill nodes with tasks instead of spreading them. */
  readonly packNodes: boolean;
  /** CR_LLN: the least loaded nodes first, in all partitions. */
  readonly leastLoadedNodes: boolean;
  /** CR_CORE_DEFAULT_DIST_BLOCK. */
  readonly blockDistribution: boolean;
}

/** PriorityType and what belongs to it. */
export interface SlurmPriority {
  readonly type: 'basic' | 'multifactor';
  /** Whether slurmdbd keeps accounts: without it, age and fair share count nothing, and priorities stay as they were at submission. */
  readonly accounting: boolean;
  readonly weights: SlurmPriorityWeights;
  /** PriorityFlags, in upper case: `ACCRUE_ALWAYS`, `CALCULATE_RUNNING`, `NO_FAIR_TREE`, `SMALL_RELATIVE_TO_TIME` ... */
  readonly flags: ReadonlySet<string>;
  readonly favorSmall: boolean;
  /** Age at which the age factor is 1. */
  readonly maxAge: number;
  /** Infinity: usage does not decay. */
  readonly decayHalfLife: number;
  readonly calcPeriod: number;
  readonly usageReset: 'none' | 'now' | 'daily' | 'weekly' | 'monthly' | 'quarterly' | 'yearly';
  readonly dampeningFactor: number;
}

export interface SlurmPriorityWeights {
  readonly age: number;
  readonly association: number;
  readonly fairShare: number;
  readonly jobSize: number;
  readonly partition: number;
  readonly qos: number;
  /** PriorityWeightTRES; memory for each byte if the flag NO_NORMAL_TRES is set, else of the normalised factor. */
  readonly tres: Tres;
}

/** PreemptMode: what is done to a victim, and the two words that may stand beside it. */
export interface SlurmPreemptMode {
  readonly how: 'off' | 'cancel' | 'requeue' | 'suspend';
  readonly gang: boolean;
  /** Jobs of one QoS may preempt each other, by priority. */
  readonly within: boolean;
}

export interface SlurmPreemption {
  readonly type: 'none' | 'qos' | 'partition_prio';
  readonly mode: SlurmPreemptMode;
  /** How long jobs must have run before they may be preempted. */
  readonly exemptTime: number;
  /** PreemptParameters, in lower case: `youngest_first`, `strict_order`, `min_exempt_priority=10` ... */
  readonly parameters: readonly string[];
}

/** Intervals of the controller and of its nodes. */
export interface SlurmTiming {
  /** SchedulerTimeSlice, of gangs. */
  readonly timeSlice: number;
  readonly overTimeLimit: number;
  readonly killWait: number;
  readonly completeWait: number;
  readonly batchStartTimeout: number;
  readonly epilogMessage: number;
  readonly messageTimeout: number;
  readonly minJobAge: number;
  readonly inactiveLimit: number;
  readonly resvOverRun: number;
}

/** EnforcePartLimits and AccountingStorageEnforce. */
export interface SlurmEnforcement {
  readonly partitionLimits: 'no' | 'any' | 'all';
  readonly associations: boolean;
  readonly limits: boolean;
  readonly qos: boolean;
  readonly safe: boolean;
}

/** Memory that a job gets if it does not say, or may have at most; 0 = not set. Of each pair at most one is set. */
export interface SlurmMemoryDefaults {
  readonly perCpu: number;
  readonly perNode: number;
  readonly perGpu: number;
  readonly maxPerCpu: number;
  readonly maxPerNode: number;
  /** DefCPUPerGPU [count]; 0 = unset. */
  readonly cpusPerGpu: number;
}

/** What Slurm knows of the nodes of a pool beyond the pool itself; all of them are alike in it. */
export interface SlurmPool {
  /** RealMemory without MemSpecLimit: the pool itself has it only where Slurm counts memory [bytes]; Infinity = not said. */
  readonly memory: number;
  readonly weight: number;
  readonly features: readonly string[];
  readonly boards: number;
  /** Sockets of the node, over all boards. */
  readonly sockets: number;
  readonly coresPerSocket: number;
  readonly threadsPerCore: number;
  /** Cores that jobs do not get (CoreSpecCount). */
  readonly coresReserved: number;
  readonly gres: readonly SlurmGres[];
  /** `down` and `drain` nodes also stand in the cluster's outages. */
  readonly state: 'up' | 'down' | 'drain' | 'cloud';
}

/** Generic resources of one node. */
export interface SlurmGres {
  readonly name: string;
  readonly type?: string;
  readonly count: number;
  /** Sockets or cores they are bound to, as numbers of sockets; absent = not bound. */
  readonly sockets?: readonly number[];
  /** Not consumed: any number of jobs may use it (no_consume). */
  readonly shared?: boolean;
}

export interface SlurmPartition {
  readonly name: string;
  /** Numbers of its nodes in the cluster, ascending. */
  readonly nodes: Int32Array;
  readonly default: boolean;
  readonly state: 'up' | 'down' | 'drain' | 'inactive';
  readonly maxTime: number;
  /** What jobs without a limit get; NaN = not given: `maxTime`. */
  readonly defaultTime: number;
  readonly maxNodes: number;
  readonly minNodes: number;
  readonly maxCpusPerNode: number;
  readonly maxCpusPerSocket: number;
  readonly priorityTier: number;
  readonly priorityJobFactor: number;
  readonly overSubscribe: SlurmOverSubscribe;
  /** Absent = that of the cluster. */
  readonly preemptMode?: SlurmPreemptMode;
  readonly graceTime: number;
  /** Absent = that of the cluster. */
  readonly overTimeLimit?: number;
  /** The QoS whose limits all its jobs are under. */
  readonly qos?: string;
  readonly alternate?: string;
  /** Absent = all. Accounts and QoS are in lower case. */
  readonly allowAccounts?: readonly string[];
  readonly allowGroups?: readonly string[];
  readonly allowQos?: readonly string[];
  readonly denyAccounts?: readonly string[];
  readonly denyQos?: readonly string[];
  readonly exclusiveUser: boolean;
  readonly leastLoadedNodes: boolean;
  readonly rootOnly: boolean;
  /** ReqResv: only jobs in a reservation. */
  readonly reservationOnly: boolean;
  /** What one of each costs; memory for each byte. Absent: billing is the number of processors. */
  readonly billingWeights?: Tres;
  readonly memory: SlurmMemoryDefaults;
  /** SelectTypeParameters of the partition. */
  readonly unit?: SlurmSelect['unit'];
}

/** OverSubscribe. */
export interface SlurmOverSubscribe {
  /** `exclusive`: whole nodes only; `yes`: if the job says so; `force`: always. */
  readonly mode: 'no' | 'exclusive' | 'yes' | 'force';
  /** Jobs that may share a resource [count]. */
  readonly jobs: number;
}

/** A switch of the tree, or a block. */
export interface SlurmSwitch {
  readonly name: string;
  /** 0 = its nodes hang on it directly. */
  readonly level: number;
  /** [index into `switches`]; -1 = none above it. */
  readonly parent: number;
  /** Numbers of all nodes below it, ascending. */
  readonly nodes: Int32Array;
}

/** As `scontrol show reservation` prints it. Times are Unix times [ms]. */
export interface SlurmReservation {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Numbers of its nodes, ascending; empty if it holds licences only. */
  readonly nodes: Int32Array;
  /** Processors of it in all [count]; 0 = all of its nodes. */
  readonly cores: number;
  readonly partition?: string;
  readonly licenses: Readonly<Record<string, number>>;
  readonly users: readonly string[];
  readonly accounts: readonly string[];
  readonly qos: readonly string[];
  /** In upper case: `MAINT`, `FLEX`, `MAGNETIC`, `IGNORE_JOBS`, `DAILY`, `ANY_NODES`, `PURGE_COMP` ... */
  readonly flags: ReadonlySet<string>;
}
