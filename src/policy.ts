import type { Cluster } from './cluster.ts';
import type { Node, Pod } from './kubernetes.ts';
import type { ParameterFiles, Parameters, ParameterSpecs } from './parameters.ts';
import type { Random } from './random.ts';
import type { Watch } from './watch.ts';
import type { Requests } from './workload.ts';

/**
 * A scheduling policy: who starts when. One file under src/policies and one line in its index, or a file anywhere
 * that exports one as default and is named by `--policy ./mine.js`.
 */
export interface PolicySpec {
  /** As on the command line; the file bears the same name. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** The paper, code or manual it follows. */
  readonly source: string;
  /** What comparing it with records of the real scheduler, or of other simulators, has shown; absent if nobody did. */
  readonly fidelity?: string;
  readonly parameters?: ParameterSpecs;
  /** True if it places jobs on particular nodes: a pool of interchangeable processors has none, and is given names. */
  readonly needsNodes?: boolean;
  /** True if it keeps jobs to their partitions by itself: else jobs that theirs would never take are turned away before. */
  readonly keepsPartitions?: boolean;
  /**
   * True if it goes by the sum of what is free on a node's GPUs, as schedulers do for which shares are a number like any
   * other: shares of different GPUs then add up. Else a share comes from one GPU.
   */
  readonly sumsShares?: true;
  /** The cluster as it is booked, if the policy lets jobs share what its nodes have. */
  booked?(cluster: Cluster, jobs: Requests): Cluster;
  /** Fetches what `create` needs and is not always there, such as a solver. Whoever loads a policy by its name has done so. */
  load?(): Promise<void>;
  /** Makes the policy for one run. Everything it remembers lives in its closure. */
  create(setup: PolicySetup): Policy;
}

/** What a policy is handed before the run. */
export interface PolicySetup {
  /** A value for every parameter of the spec. */
  readonly parameters: Parameters;
  /** The files that its parameters of type `file` name; one that was left empty is not there. */
  readonly files: ParameterFiles;
  /** The columns of the requests. Rows that have not been submitted yet must not be read. */
  readonly jobs: Requests;
  readonly cluster: Cluster;
  /** For ties and choices: the stream that belongs to this policy. */
  readonly random: Random;
  /** Who wants to know what attempts to place jobs saw, node by node; absent if nobody does. */
  readonly watch?: Watch;
  /** Tells the user of something that makes the results other than he may expect; once is enough. */
  warn?(message: string): void;
  /** An empty plan of all nodes that are up now over time, for policies that keep reservations. */
  createProfile(): Profile;
  /**
   * The true run times [ms]. Asking for them makes the policy an oracle: every result says so. Only for dialects
   * that reproduce a simulator which peeks.
   */
  oracleRuntime(): Float64Array;
}

/** A policy at work. */
export interface Policy {
  /** The order of `cycle.pending`; submission order if absent. */
  readonly order?: Order;
  /** When the policy is called; once an instant, ends first, if absent. */
  readonly rhythm?: Rhythm;
  /** Walltimes are enforced by a look this often [ms]; exactly if absent. The run's costs may say otherwise. */
  readonly killScan?: number;
  /**
   * How long the run of a job that starts now may last, if that is not its walltime [ms]: limits of its partition, or some
   * time beyond the limit that is not counted. Infinity = it is never killed.
   */
  limitOf?(job: number): number;
  /** Called at every instant at which something happened. Answers through the cycle's verbs; must not be async. */
  schedule(cycle: Cycle): void;
  /** The tasks for which nodes are being emptied, after a cycle. On a real cluster their pods' status says so. */
  nominations?(): Iterable<Nomination>;
  /** Before the first cycle on a real cluster: nodes were being emptied for these tasks by a scheduler before this one. */
  recall?(nominations: Iterable<Nomination>): void;
  /** The run is over, or has been broken off: nothing will be asked any more. */
  close?(): void;
}

/** A node is being emptied for a task that waits. */
export interface Nomination {
  readonly job: number;
  /** Task group [index within the job], and the task in it. */
  readonly group: number;
  readonly index: number;
  /** Its name. */
  readonly node: string;
}

/** An order of the queue: ascending keys, ties by submission, then by row. */
export interface Order {
  key(job: number, now: number): number;
  /** True if keys change while a job waits: the queue is sorted anew at each instant. */
  readonly varies?: boolean;
}

/** Other simulators' dialects: in which order the events of an instant are applied, and when the policy is called. */
export interface Rhythm {
  /** `due-ends`: the ends of jobs that have used their whole walltime, all at once, then submissions, then early ends. */
  readonly first: 'ends' | 'submissions' | 'due-ends';
  /**
   * `instant`: once, after all events of the instant. `event`: after each of them; several ends come in the order in
   * which their runs began.
   */
  readonly cycle: 'instant' | 'event';
}

/** How to take resources back from a running job. */
export interface Preemption {
  /**
   * `requeue`: starts again from its last checkpoint, or from the beginning. `cancel`: ends for good. `discard`: the
   * same, but its run counts as preempted, as that of a pod that nobody makes anew. `kill`: ends for good as one that
   * has reached a limit, of which only the policy knows. `suspend`: keeps its memory and its
   * nodes and goes on there when started again. `checkpoint`: writes one (which takes its cost), then is requeued with
   * its work kept.
   */
  readonly how: 'requeue' | 'cancel' | 'discard' | 'kill' | 'suspend' | 'checkpoint';
  /** How long the job may go on before it is stopped [ms]; 0 if absent. It may end by itself in that time. */
  readonly grace?: number;
}

/** Tasks that are taken off a node while their job stays: see `Cycle.evict`. */
export interface Eviction {
  readonly job: number;
  /** Task group [index within the job]. */
  readonly group: number;
  readonly node: number;
  readonly tasks: number;
}

/** One call of a policy: what it may know, and the verbs with which it answers. */
export interface Cycle {
  /** [ms] */
  readonly now: number;
  readonly pending: PendingJobs;
  readonly running: RunningJobs;
  readonly free: Room;
  readonly changed: Changes;
  /**
   * Starts all tasks of a job, on the nodes that the placement picks. It must fit: ask `free.fits` first. With
   * `within`, on nodes that are free in that what-if as well, and takes them there too.
   */
  start(job: number, within?: WhatIf): void;
  /**
   * Binds some tasks of one group to a node, for schedulers that go pod by pod. They hold their resources from now on,
   * and are there at `bound` [ms]; now if absent. The job runs when the minimum of each of its groups is there; further
   * tasks may join it while it runs, up to the most of the group.
   */
  place(job: number, group: number, node: number, tasks: number, bound?: number): void;
  preempt(job: number, preemption: Preemption): void;
  /**
   * Takes some tasks of a job off a node, after a grace period [ms]. The job keeps the rest. If that is less than its
   * minimum, its run is over: it is queued with what it still holds, and runs again once the missing tasks are placed.
   */
  evict(eviction: Eviction, grace?: number): void;
  /** Turns a waiting job away for good, for this reason: it ends as `rejected`. */
  reject(job: number, reason: string): void;
  /** Asks for a cycle at this time, whatever happens until then [ms]. */
  wakeAt(time: number): void;
  /** How many more tasks of a group of the job have room on the node now [count]. */
  roomOn(job: number, group: number, node: number): number;
  /** In which phase of its training the job is [index into the phases of its model], as its agent reports; 0 if it is none. */
  phaseOf(job: number): number;
  /** Says why a job is not started; kept whenever the reason differs from the last one given. */
  explain(job: number, reason: string): void;
}

/** A node that has gone down or come back. */
export interface NodeTurn {
  readonly node: number;
  readonly up: boolean;
  /** On a real cluster: what it is like now. It may have changed otherwise than by going down or coming back. */
  readonly object?: Node;
}

/** A pod that no job of the workload has made, which has come to a node or is gone from it. Only on a real cluster. */
export interface StrangerChange {
  readonly pod: Pod;
  readonly node: number;
  readonly there: boolean;
}

/** What happened since the last cycle. The arrays are used again: copy what must be kept. */
export interface Changes {
  /** Jobs that came into the queue, requeued ones included, in the order of their rows. */
  readonly submitted: readonly number[];
  /** Jobs that gave back their resources: ended, preempted or lost [rows]. */
  readonly ended: readonly number[];
  /** Tasks that are gone from their nodes while their jobs stay. */
  readonly evicted: readonly Eviction[];
  /** True if nodes went down or came back. */
  readonly nodes: boolean;
  /** Which of them, in the order of events. */
  readonly turns: readonly NodeTurn[];
  /**
   * Tasks that hold nodes though this policy has not put them there: a scheduler before it has. Their jobs run. Only on a
   * real cluster, before anything else happens.
   */
  readonly adopted: readonly Eviction[];
  /** What others have on the nodes. It is counted in `free` already. Only on a real cluster. */
  readonly strangers: readonly StrangerChange[];
  /**
   * True if jobs that hold resources are now expected to give them back at another time: they have ended and are
   * being cleaned, or are being stopped.
   */
  readonly expectations: boolean;
}

/** The queue, in the policy's order. Jobs may be started while it is walked. */
export interface PendingJobs {
  readonly size: number;
  has(job: number): boolean;
  /** The head of the queue; -1 if it is empty. */
  first(): number;
  /** The next job behind this one, which need not be queued any more; -1 at the end. */
  after(job: number): number;
  /** Whether one job stands before the other. Neither need be queued any more. */
  isBefore(job: number, other: number): boolean;
  /**
   * The next job behind `job` (-1: from the head on) that is worth a look: at most `procs` processors, and
   * either a walltime of at most `walltime` or at most `beyond` processors. -1 if there is none. Skips over
   * long stretches of the queue at once.
   */
  nextWithin(job: number, procs: number, walltime?: number, beyond?: number): number;
}

/** The jobs that hold resources, by the time at which they are sure to be over. */
export interface RunningJobs {
  readonly size: number;
  has(job: number): boolean;
  /** The one that is expected to end first; -1 if none runs. */
  first(): number;
  after(job: number): number;
  /** When the current run began [ms]. */
  startOf(job: number): number;
  /** When the job has used up its walltime [ms]; Infinity if it has none. */
  expectedEnd(job: number): number;
  /** False for a job that is being stopped already, or that has ended and whose resources are being cleaned. */
  mayPreempt(job: number): boolean;
  /**
   * The earliest time at which the job is sure to fit if every running job uses its whole walltime, and the room
   * that is left then beside it. All jobs with one expected end are counted as gone together. A job that has
   * outlived its walltime counts as gone now. Valid until the next call.
   */
  whenFits(job: number): Reservation;
}

/** A promise to a job that waits. */
export interface Reservation {
  /** When it is due: the shadow time [ms]; Infinity if no end of running jobs makes room. */
  readonly time: number;
  /** What is free then, once the job has its share: the extra room. */
  readonly extra: WhatIf;
}

/** Free resources, now or in a what-if. */
export interface Room {
  /** Free processors [count]: a job that needs more does not fit; one that needs less may still not. */
  readonly procs: number;
  /** Whether all tasks of the job fit; with `within`, on what is free both here and there. */
  fits(job: number, within?: WhatIf): boolean;
  /** With `nodes`, only what is free on those; the cluster must have nodes then. */
  copy(nodes?: ReadonlySet<number>): WhatIf;
}

/** A copy of free resources to try things on; nothing that is done to it is real. */
export interface WhatIf extends Room {
  /** Takes what the job needs; it must fit. */
  take(job: number): void;
  /** Gives back what a running job holds. */
  give(job: number): void;
  /** What is left beside a job that must still fit here, on whichever nodes: the room of a reservation. */
  reserve(job: number): WhatIf;
}

/**
 * A plan of the cluster over time, from `start` on. Times are [ms]; what lies in the past is forgotten by `advance`.
 */
export interface Profile {
  /** The earliest time from `from` on at which the job fits for `length`; Infinity if it never does. */
  earliest(job: number, from: number, length: number): number;
  /** Whether the job fits throughout [from, until). */
  fits(job: number, from: number, until: number): boolean;
  /** Plans the job into [from, until). It must fit. */
  take(job: number, from: number, until: number): void;
  /** Takes the job out of [from, until), where it was planned. */
  give(job: number, from: number, until: number): void;
  /**
   * Until when at least this many processors stay free from `from` on [ms]. May answer a later time, never an earlier
   * one: good for leaving out jobs that cannot fit.
   */
  freeUntil(procs: number, from: number): number;
  advance(now: number): void;
}
