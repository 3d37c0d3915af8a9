import type { Assignment } from './assignment.ts';
import type { Nominated } from './nomination.ts';
import type { Workload } from './workload.ts';

/** Finds domains of the topology for the pods of an assignment. */
export interface TopologyPlanner {
  /** Fills in domains; without room for the pods now, the mode becomes worse. */
  place(workload: Workload, assignment: Assignment): void;
  /** Fills in the domains for when the victims are gone, or as if nobody were there if there are none. */
  placeAfter(workload: Workload, nominated: Nominated): void;
  /** Answers whether the pods have a place as things stand; undefined if they need none. */
  trial(workload: Workload, assignment: Assignment): (() => boolean) | undefined;
}
