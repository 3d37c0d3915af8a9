/**
 * Which flavors a workload would get, and what would have to happen first.
 * Source: pkg/scheduler/flavorassigner/flavorassigner.go (Kueue v0.19.2).
 */
import type { Fungibility } from './objects.ts';
import type { PodSet, PodSetGrant, ScanProgress } from './workload.ts';
import type { TopologyAssignment } from './topology-request.ts';

/** From worst to best. */
export const NO_FIT = 0;
/** Enough quota, but others have it. */
export const PREEMPT = 1;
export const FIT = 2;
export type Mode = typeof NO_FIT | typeof PREEMPT | typeof FIT;

export interface FlavorAssignment {
  readonly flavor: string;
  mode: Mode;
  /** How far the search for flavors had come; -1 if through. */
  tried: number;
  /** Height of the cohort that lends what is missing; 0 if nothing is borrowed. */
  readonly borrowing: number;
}

export interface PodSetAssignment {
  readonly podSet: PodSet;
  readonly count: number;
  /** By resource; empty if none was found. */
  readonly flavors: ReadonlyMap<string, FlavorAssignment>;
  /** Why it does not fit; none if it does. */
  readonly reasons: string[];
  topology?: TopologyAssignment;
}

export interface Assignment {
  readonly podSets: readonly PodSetAssignment[];
  mode: Mode;
  readonly borrowing: number;
  /** What it would use, by pair of flavor and resource. */
  readonly usage: ReadonlyMap<number, number>;
  readonly progress: ScanProgress;
}

/** The worst of its flavors. */
export function modeOf({ reasons, flavors }: PodSetAssignment): Mode {
  if (reasons.length === 0) return FIT;
  if (flavors.size === 0) return NO_FIT;
  return Math.min(...[...flavors.values()].map(({ mode }) => mode)) as Mode;
}

export function worstMode(podSets: readonly PodSetAssignment[]): Mode {
  return podSets.length === 0 ? NO_FIT : (Math.min(...podSets.map(modeOf)) as Mode);
}

/** Why the workload waits, in Kueue's words. */
export function messageOf({ podSets }: Assignment): string {
  return podSets
    .filter(({ reasons }) => reasons.length > 0)
    .map(({ podSet, reasons }) => `couldn't assign flavors to pod set ${podSet.name}: ${[...reasons].sort().join(', ')}`)
    .join('; ');
}

/** What the pod sets get if the workload is admitted with it. */
export function grantsOf({ podSets }: Assignment): PodSetGrant[] {
  return podSets.map(({ podSet, count, flavors, topology }) => ({
    podSet,
    count,
    flavors: new Map([...flavors].map(([resource, { flavor }]) => [resource, flavor])),
    topology,
  }));
}

/** What is known of one flavor: whether somebody must go first, from worst to best, and how far away it borrows. */
export interface FlavorOutlook {
  readonly room: Room;
  readonly borrowing: number;
}

export const NO_ROOM = 0;
/** Others have it, and none of them may be preempted. */
export const NO_CANDIDATES = 1;
/** Somebody in its own queue must go. */
export const PREEMPTS = 2;
/** Only others, in other queues, must go. */
export const RECLAIMS = 3;
export const HAS_ROOM = 4;
export type Room = typeof NO_ROOM | typeof NO_CANDIDATES | typeof PREEMPTS | typeof RECLAIMS | typeof HAS_ROOM;

export const WORST: FlavorOutlook = { room: NO_ROOM, borrowing: Infinity };
export const BEST: FlavorOutlook = { room: HAS_ROOM, borrowing: 0 };

/** Whether one outlook is better than another. */
export function isPreferred(one: FlavorOutlook, other: FlavorOutlook, { preference }: Fungibility): boolean {
  if (one.room === NO_ROOM) return false;
  if (other.room === NO_ROOM) return true;
  if ((one.room === NO_CANDIDATES) !== (other.room === NO_CANDIDATES)) return other.room === NO_CANDIDATES;
  if (preference === 'PreemptionOverBorrowing' && one.borrowing !== other.borrowing) return one.borrowing < other.borrowing;
  return one.room === other.room ? one.borrowing < other.borrowing : one.room > other.room;
}

export function shouldTryNextFlavor({ room, borrowing }: FlavorOutlook, fungibility: Fungibility): boolean {
  if (room === NO_ROOM || room === NO_CANDIDATES) return true;
  if ((room === PREEMPTS || room === RECLAIMS) && fungibility.whenCanPreempt === 'TryNextFlavor') return true;
  return borrowing > 0 && fungibility.whenCanBorrow === 'TryNextFlavor';
}
