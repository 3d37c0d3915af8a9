/** Work on its way through a system: what is ordered, from whom, and what runs once there are nodes for it. */
import type { ExecProfile, ManagerSpec } from './system.ts';
import type { QueueRequest } from './row-plan.ts';

/** Something that wants nodes: a step of a job, a carrier, a lease. */
export interface Order extends QueueRequest {
  /** The job that it is for [row of the workload]; -1 = for none, as a standing lease. */
  readonly job: number;
  /** Each task stands in the queue by itself; the work begins when all are there. */
  readonly apart: boolean;
  /** How long each of them takes to come to the queue [ms]; no time if absent. */
  arrivesIn?(): number;
  /** What it is really for, where it takes whole nodes [millicores]; Infinity = all of it. */
  readonly asked: number;
  readonly body: Body;
  /** For a bridge that may have the work done more than once; absent if it must not be. */
  readonly copies?: Copies;
  readonly told: Told;
}

/** More of the same work. */
export interface Copies {
  /** The body of the copy; 0 is the order's own. */
  make(copy: number): Body;
  /** From now on this copy's result is the one that counts. */
  choose(copy: number): void;
}

/** Whoever has given an order is told what he can know of it. */
export interface Told {
  /** It is over, with one of the states of `Schedule`. Once. */
  over(state: number): void;
  /** It holds nothing any more, nowhere. Once, after `over`. */
  released(): void;
}

/** What a bridge adds to work that it has others start and watch. */
export interface Attendance {
  readonly exec: ExecProfile;
  /** When the source starts it, once it has these nodes [ms from now]. */
  startsIn(nodes: readonly string[]): number;
  /** How long until the source has seen that it is over, and the nodes are given back [ms from now]. */
  seenIn(): number;
  /** The target took the nodes away: how long the source goes on there [ms]. */
  goesOn(): number;
}

/** What runs in an order once it has its nodes. Never called from within a cycle of the manager that holds them. */
export interface Body {
  /** All is there. */
  begin(hold: Hold): void;
  /** It was told to stop; it will be gone at this time [ms]. */
  stopping(at: number): void;
  /** It has lost its nodes and waits in the queue again. `keeps`: the work it has done counts. */
  interrupted(warned: boolean, keeps: boolean): void;
  /** It is over, with one of the states of `Schedule`; by its own doing or not. */
  ended(state: number, warned: boolean): void;
  /** Nobody waits for it any more; it goes on. */
  abandon(): void;
  /** Somebody else starts it and watches it. */
  attend(by: Attendance): void;
}

/** What a body has while it runs. */
export interface Hold {
  /** The manager that it runs under. */
  readonly spec: ManagerSpec;
  /** Its nodes, in the numbers of the machine as a whole. */
  readonly nodes: readonly string[];
  /** False if it has lost its nodes, or was ended, in this very instant, and will be told. */
  readonly isAlive: boolean;
  /** What is left of the limit of what it runs in [ms]; Infinity = there is none. */
  readonly limit: number;
  /** What the nodes are for from now on: see meter.ts. */
  turn(purpose: number): void;
  /** What looked useful in this run was not: for this purpose. */
  spoil(purpose: number): void;
  /** This share of what looked useful in this run was slow-down. */
  slowed(share: number): void;
  /** It ends; it holds its nodes for a while yet [ms]. */
  finish(state: number, holdsFor: number): void;
}

/** Who takes orders: a queue, a bridge to one, or a lease with a queue inside. */
export interface Target {
  /** Plans the orders of one job, before anything is submitted. */
  plan(orders: readonly Order[]): Delivery;
}

/** Orders that were planned together. */
export interface Delivery {
  submit(): void;
  /** The user cancels them. */
  cancel(): void;
  /** The user deletes what stands for them. */
  remove(): void;
  /** They end with this state, at once: what they run on is gone for good. */
  end(state: number): void;
}
