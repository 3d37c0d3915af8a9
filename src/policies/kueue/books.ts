/** What is in use: quota in the tree of queues, and room in the topology. */
import type { ClusterQueue } from './cluster-queue.ts';
import type { Usage } from './flavor-resources.ts';
import type { PodSetGrant, Workload } from './workload.ts';

/** Room that is taken in a topology beside the quota. */
export interface RoomBooks {
  take(grants: readonly PodSetGrant[]): void;
  give(grants: readonly PodSetGrant[]): void;
}

/** Something that is held, or would be. */
export interface Holding {
  readonly queue: ClusterQueue;
  readonly usage: Usage;
  readonly grants: readonly PodSetGrant[];
}

export class Books {
  readonly #rooms: RoomBooks | undefined;

  constructor(rooms?: RoomBooks) {
    this.#rooms = rooms;
  }

  add({ queue, usage, grants }: Holding): void {
    queue.node.add(usage);
    this.#rooms?.take(grants);
  }

  remove({ queue, usage, grants }: Holding): void {
    queue.node.remove(usage);
    this.#rooms?.give(grants);
  }

  /** Does something as if these were gone. */
  without<Result>(workloads: readonly Workload[], attempt: () => Result): Result {
    for (const workload of workloads) this.remove(holdingOf(workload));
    const result = attempt();
    for (const workload of workloads) this.add(holdingOf(workload));
    return result;
  }
}

/** What an admitted workload holds. */
export function holdingOf({ queue, usage, grants, name }: Workload): Holding {
  if (usage === undefined) throw new Error(`${name} holds no quota`);
  return { queue, usage, grants };
}
