/** A Queue of scheduling.volcano.sh/v1beta1. Source: pkg/scheduler/api/queue_info.go (Volcano v1.15.1). */
import type { Resources } from '../../kubernetes.ts';

export interface Queue {
  readonly name: string;
  readonly weight: number;
  /** Absent: no limit of its own. */
  readonly capability?: Resources;
  readonly guarantee?: Resources;
  readonly deserved?: Resources;
  /** Other queues may take back what it has beyond its share. */
  readonly reclaimable: boolean;
  readonly priority: number;
  readonly open: boolean;
  /** `root` if it does not say. */
  readonly parent: string;
  /** From the root down, for drf with hierarchy; both have as many steps. */
  readonly path: readonly string[];
  readonly pathWeights: readonly number[];
  /** [s] */
  readonly created: number;
}

export const ROOT = 'root';
/** Where jobs go that name no queue. */
export const DEFAULT_QUEUE = 'default';

/** As the scheduler makes those that must be there. */
export function plainQueue(name: string, reclaimable = true): Queue {
  return {
    name,
    weight: 1,
    reclaimable,
    priority: 0,
    open: true,
    parent: ROOT,
    path: [''],
    pathWeights: [1],
    created: 0,
  };
}
