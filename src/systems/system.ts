/**
 * A system of resource managers, as data. Six nouns:
 *
 * - **ledger**: who holds which part of which node, from when until when. Each manager has one over its own part.
 * - **manager**: a queue and a policy over nodes that it owns, or that another manager has leased to it.
 * - **lease**: a job of one manager whose nodes become the nodes of another, after its stages.
 * - **bridge**: an edge that hands on work instead of nodes, mostly behind a small job that stands for it (the carrier).
 * - **pipeline**: stages between a grant and the first useful instruction, and between the last one and the release.
 * - **exec profile**: how much slower work runs inside, by what it does.
 *
 * A system with one manager that owns everything is a scheduler as `simulate` runs it.
 */
import type { Cluster } from '../cluster.ts';
import type { ParameterValue } from '../parameters.ts';
import type { Distribution } from './distribution.ts';

export interface System {
  /** The file bears the same name. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly source: string;
  /** What the managers own, by name. */
  readonly pools: ReadonlyMap<string, Cluster>;
  readonly managers: readonly ManagerSpec[];
  readonly leases: readonly LeaseSpec[];
  readonly bridges: readonly BridgeSpec[];
  /** Where jobs of each queue are submitted; `default` takes the others. */
  readonly entry: ReadonlyMap<string, string>;
  /** Those that say how they are known, in the order of the file. */
  readonly figures: readonly Figure[];
}

/** How a figure is known. `given`: it was set for this run. */
export type Evidence = 'measured' | 'code' | 'paper' | 'second-hand' | 'assumed' | 'given';

/** A figure of a system that says how it is known. */
export interface Figure {
  /** Where it stands in the file, such as `bridges.kube->slurm.status.poll`. */
  readonly path: string;
  readonly evidence: Evidence;
  /** As it is written. */
  readonly value: string;
  readonly note: string;
}

export interface ManagerSpec {
  readonly name: string;
  /** The pool it owns; absent: it lives on leased nodes, or has none and only hands on work. */
  readonly owns?: string;
  /** Absent: it has no queue of its own and starts nothing. */
  readonly policy?: PolicyChoice;
  /** Which nodes a job gets. */
  readonly placement: string;
  /** Between the submission by a user and the queue. */
  readonly submit: Distribution;
  /** Between the grant and the first useful instruction of a job that runs right here. */
  readonly start: readonly Stage[];
  /** Between the last useful instruction and the release. */
  readonly end: readonly Stage[];
  readonly exec: ExecProfile;
  /** What becomes of work whose nodes are lost. */
  readonly onLoss: 'requeue' | 'fail';
  /** The limit of jobs that ask for none [ms]; Infinity if there is no such limit. */
  readonly walltime: number;
  /** Of several bridges from it, each job takes one: whichever, or the one with the shortest queue behind it. */
  readonly route: 'blind' | 'shortest-queue';
}

export interface PolicyChoice {
  readonly name: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/** One stage of a pipeline. */
export interface Stage {
  readonly name: string;
  readonly time: Distribution;
  /** More for each node [ms]. */
  readonly perNode: number;
  /** It ends at a multiple of this after its begin [ms]; 0 = when it is done. Who looks only now and then. */
  readonly quantum: number;
  /** Once it was done on a node, it takes no time there again: an image that was pulled. */
  readonly cached: boolean;
}

/** How fast work runs inside, in shares of what it does natively; 1 = as fast. */
export interface ExecProfile {
  readonly cpu: number;
  readonly network: number;
  readonly io: number;
}

/** Nodes that one manager hands to another. */
export interface LeaseSpec {
  readonly from: string;
  readonly to: string;
  /** `job`: one lease, and one manager inside it, for each job. `standing`: one manager on a number of leases. */
  readonly scope: 'job' | 'standing';
  /** Nodes enough for the largest step of a job, which it then has one after the other, or for all of them side by side. */
  readonly nodesFor: 'largest-step' | 'all-steps';
  /** Nodes beside those of the job: a launcher [count]. */
  readonly extraNodes: number;
  /** Limit of a lease beyond that of its job [ms]; Infinity = it asks for no limit. */
  readonly margin: number;
  /** That of its job if absent. */
  readonly priority?: number;
  readonly acquire: readonly Stage[];
  readonly release: readonly Stage[];
  /** Of a standing lease. */
  readonly scale: ScaleSpec;
}

/** How many nodes a standing lease wants. */
export interface ScaleSpec {
  readonly min: number;
  /** Infinity = all that the other manager owns. */
  readonly max: number;
  /**
   * `fixed`: always `max`. `pending`: what runs and what waits in the queue inside. `yield`: `max`, without a node for each
   * job that waits in the queue of the manager that leases them out.
   */
  readonly metric: 'fixed' | 'pending' | 'yield';
  /** It is looked at this often [ms]. */
  readonly poll: number;
  /** After this time without need it shrinks [ms]. */
  readonly cooldown: number;
}

/** Work that one manager hands to another. */
export interface BridgeSpec {
  readonly from: string;
  readonly to: string;
  /** `pod`: each task is a job of its own at the other side. */
  readonly unit: 'job' | 'pod';
  /** What stands for the work at the source while it is at the target; absent: nothing. */
  readonly carrier?: CarrierSpec;
  /** Each task takes a node of its own at the target, and all of it. */
  readonly exclusive: boolean;
  readonly walltime: 'keep' | 'drop';
  readonly priority: 'keep' | 'drop';
  /** Who owns the work at the target: its user, or one account for all. */
  readonly user: 'keep' | 'single';
  /** Where all work goes at the target; that of the job if absent. */
  readonly partition?: string;
  /** From the grant of the carrier (or the submission, without one) to the queue of the target. */
  readonly submit: Distribution;
  readonly status: StatusSpec;
  /** Between the grant at the target and the first useful instruction, beside what the target takes for its own jobs. */
  readonly start: readonly Stage[];
  /** Of work that came over the bridge, beside what holds for all at the target. */
  readonly exec: ExecProfile;
  /** The target decides where, the source starts the work there: at its next try after the grant. */
  readonly bindBack?: { readonly tries: readonly number[] };
  /** The target took the nodes away: how long work that the source started goes on there; absent: not at all. */
  readonly revoke?: Distribution;
  /** How a user's cancellation reaches the target. */
  readonly cancel:
    { readonly by: 'signal'; readonly delay: Distribution } | { readonly by: 'next-poll' } | { readonly by: 'never' };
  /** What becomes of the work when the user deletes what stands for it. */
  readonly onDelete: 'cancel' | 'orphan';
  readonly onCarrierLoss: CarrierLoss;
}

export interface CarrierSpec {
  /** [millicores] */
  readonly cpu: number;
  /** [bytes] */
  readonly memory: number;
}

/** What becomes of the work when its carrier is lost. */
export interface CarrierLoss {
  /** It is told to stop first: preempted, or its node is drained. */
  readonly evicted: LossEffect;
  /** Its node fails. */
  readonly lost: LossEffect;
}

/** `duplicate`: a new carrier submits the work once more, while the first goes on. */
export type LossEffect = 'cancel' | 'orphan' | 'duplicate';

/** How the source learns of the state of the work. */
export type StatusSpec =
  | { readonly by: 'watch'; readonly delay: Distribution }
  /** Every so often after the submission to the target. */
  | { readonly by: 'poll'; readonly every: number }
  /** After these times, one after the other; the last one again and again [ms]. */
  | { readonly by: 'ladder'; readonly steps: readonly number[] };

/** The manager of that name. */
export function managerOf(system: System, name: string): ManagerSpec {
  const found = system.managers.find((manager) => manager.name === name);
  if (found === undefined) throw new Error(`system ${system.name} has no manager "${name}"`);
  return found;
}
