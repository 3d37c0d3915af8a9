import type { Cluster } from './cluster.ts';
import type { Parameters, ParameterSpecs } from './parameters.ts';
import type { Random } from './random.ts';
import type { Requests } from './workload.ts';

/** Which nodes a job gets, once its policy has decided that it starts. One file under src/placement, one line in its index. */
export interface PlacementSpec {
  /** As on the command line; the file bears the same name. */
  readonly name: string;
  /** One sentence, its tie-break included. */
  readonly summary: string;
  readonly source: string;
  readonly parameters?: ParameterSpecs;
  /** True if it must tell the GPUs of a node apart even where every task asks for whole ones. */
  readonly needsDevices?: true;
  create(setup: PlacementSetup): Placement;
}

export interface PlacementSetup {
  readonly parameters: Parameters;
  readonly jobs: Requests;
  readonly cluster: Cluster;
  /** The stream that belongs to this placement, for ties. */
  readonly random: Random;
}

export interface Placement {
  /**
   * Finds nodes for all tasks of a job and adds them to the plan, or answers false if they do not fit; what was
   * added then is thrown away. Changes nothing else: the same room and job get the same plan. Where a job of one group
   * does not fit, neither it nor its like may fit in less room: the answer is remembered until something is given back.
   */
  place(job: number, room: NodeRoom, plan: PlacementPlan): boolean;
}

/** Free resources node by node, as a placement may see them. */
export interface NodeRoom {
  /** Nodes, up or not [count]. */
  readonly nodes: number;
  /** Tasks of this request that still fit on the node [count]; 0 on a node that is down or not open to the job. */
  tasksThatFit(node: number, request: number, job: number): number;
  /** The first node from `from` on that has room for at least one such task; -1 if there is none. Skips full nodes in blocks. */
  nextWithRoom(from: number, request: number, job: number): number;
  /** What is free of a resource on a node: `cpu` [millicores], `memory` [bytes], `gpu` [thousandths] or another name [count]. */
  free(node: number, resource: string): number;
  /** What the node has of it in all, in the same units. */
  capacity(node: number, resource: string): number;
  /**
   * GPUs of the node that are told apart, up or not [count]. 0 in a run that only counts them: where no task asks for
   * a share of one, no memory or MIG profile, and the placement does not need it.
   */
  devices(node: number): number;
  /** What is free of one GPU of a node [thousandths]; nothing of one that is cut into MIG instances. */
  deviceFree(node: number, device: number): number;
  /** Where GPUs are told apart: tasks on the node that ask for as many whole GPUs as this request, or for a share as it does. */
  tasksAlike(node: number, request: number): number;
  /** How many such kinds of tasks with GPUs there are on the node [count]. */
  kindsOfTasks(node: number): number;
  /** A number that stands for what is free on a node: as long as it is the same, nothing has changed. NaN = nobody knows. */
  stamp(node: number): number;
}

/** What a placement fills in. */
export interface PlacementPlan {
  /**
   * Tasks of one group of the job (index within the job) on one node. Where devices are told apart, each task gets the
   * whole GPUs with the lowest numbers, and its share of the GPU with the least free that has room; ties to the lowest
   * number. `devices` says which ones instead, all tasks on the same: whole ones first, then the shared one.
   */
  add(group: number, node: number, tasks: number, devices?: readonly number[]): void;
  /** Tasks of a request that the plan has already put on this node count against its room: how many more fit. */
  roomLeft(node: number, request: number, job: number): number;
  /** What is free of a resource on a node beside what the plan has put there, in the units of `NodeRoom.free`. */
  freeLeft(node: number, resource: string): number;
  /** What is free of one GPU beside what the plan has put there, in the units of `NodeRoom.deviceFree`. */
  deviceLeft(node: number, device: number): number;
  /** Takes back all that was added. */
  clear(): void;
}
