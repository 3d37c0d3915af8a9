import type { Eviction, Room, WhatIf } from '../policy.ts';
import type { Seat } from './nodes/seats.ts';

/**
 * Who holds what. The only place where an allocation changes, and only the core calls it. Every verb that takes
 * checks first and throws if there is not enough: over-allocation is impossible, whoever asks. Such a throw is a bug
 * of the policy or the core, so its message says job, need and what is free.
 *
 * Two kinds: `PoolLedger` counts interchangeable processors, `NodeLedger` keeps books for each node.
 */
export interface Ledger extends Room {
  /** True if free processors are all there is to know: a job fits if it needs no more of them. */
  readonly countsOnly: boolean;
  /** Processors of nodes that are up, free or not [count]. */
  readonly up: number;
  /** Whether the job would fit on the empty cluster with every node up. If not, it is rejected at submission. */
  possible(job: number): boolean;
  /** Why it would not: what it needs, and what there is. */
  whyImpossible(job: number): string;
  /**
   * Takes all tasks of the job; for a suspended job, what it had given back. With `within`, only what is free in
   * that what-if too, and takes it there as well.
   */
  take(job: number, within?: WhatIf): void;
  /** Takes some tasks of one group on one node. */
  put(job: number, group: number, node: number, tasks: number): void;
  /** Takes tasks of one group off a node again; the job keeps what else it holds. */
  takeOff({ job, group, node, tasks }: Eviction): void;
  /** How many more tasks of a group of the job have room on this node [count]. */
  roomOn(job: number, group: number, node: number): number;
  /** Tasks of a group that the job holds on this node [count]. */
  tasksOn(job: number, group: number, node: number): number;
  /** Tasks that a group of the job holds beyond its minimum; less than 0 if it holds fewer [count]. */
  spare(job: number, group: number): number;
  /** Whether the job holds the minimum of each of its groups. */
  ready(job: number): boolean;
  /** Whether the job holds anything, were it only memory while it is suspended. */
  holds(job: number): boolean;
  /** Gives back everything the job holds. */
  give(job: number): void;
  /** Gives back everything but memory; the job keeps its nodes for when it is resumed. */
  suspend(job: number): void;
  /** Adds the jobs that hold something on this node [rows], in ascending order, suspended ones included. */
  holders(node: number, into: number[]): void;
  /** Takes a node away. Nobody may hold anything on it. Answers whether it was there. */
  nodeDown(node: number): boolean;
  /** One reason less for the node to be down. Answers whether it is there now. */
  nodeUp(node: number): boolean;
  /** Tells each part of what the job holds; nothing on a pool of interchangeable processors. */
  eachPart(job: number, visit: (node: number, group: number, tasks: number) => void): void;
  /** Which GPUs the tasks of each of these parts have, in the same order; undefined for none. Absent if GPUs are only counted. */
  seatsOf?(job: number): (Seat | undefined)[];
  /**
   * For tests and debug runs: recomputes every sum from what the jobs hold and throws if the books do not agree.
   */
  audit(): void;
}
