/** Jobs as they are found in objects, before gangs are joined and rows are made. */
import type { PodTemplate } from '../../kubernetes-workload.ts';
import type { AskedSpec } from './pod-specs.ts';
import type { Marks } from './marks.ts';

/** A number of pods of one kind. */
export interface PodGroupPlan {
  readonly tasks: number;
  /** Tasks without which the group is of no use; absent: as the gang says, else all [count]. */
  readonly minimum?: number;
  /** Without its spec and gang, which are settled at the end. */
  readonly template: Omit<PodTemplate, 'spec' | 'gang'>;
  readonly spec: AskedSpec;
}

/** A gang that pods say they belong to. */
export interface GangClaim {
  /** The same for all its pods. */
  readonly key: string;
  readonly name: string;
  readonly minimum?: number;
  /** [ms] */
  readonly timeout?: number;
}

/** Times are ms since 1970. */
export interface JobPlan {
  /** The object that it was read from, counted from 1. */
  readonly source: number;
  readonly id: string;
  /** Of the object; absent if nobody has created it yet. */
  readonly created?: number;
  /** Undefined: not known. Infinity: a service. */
  readonly runtime?: number;
  readonly walltime: number;
  readonly fails: boolean;
  readonly recordedStart?: number;
  readonly namespace: string;
  readonly marks: Marks;
  readonly queue?: string;
  /** Of how many jobs of its controller may be there at once: the controller's number in the workload. */
  readonly throttle?: number;
  readonly groups: readonly PodGroupPlan[];
  readonly gang?: GangClaim;
}
