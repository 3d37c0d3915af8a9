/**
 * What each queue holds, asks for and may have; what the plugins that share the cluster between queues start from.
 * Source: pkg/scheduler/plugins/proportion/proportion.go, capacity/capacity.go (Volcano v1.15.1).
 */
import { addMissingMinimum } from './job.ts';
import type { Job } from './job.ts';
import { holdsItsMinimum } from './plugins/overcommit.ts';
import type { Queue } from './queue.ts';
import {
  add,
  addExcess,
  amountOf,
  CPU,
  excess,
  exceedingWhereRequested,
  has,
  lowerTo,
  MEMORY,
  plus,
  share,
  subtract,
} from './resource.ts';
import type { Resource, ResourceTable } from './resource.ts';
import type { Session } from './session.ts';

export interface Account {
  readonly queue: Queue;
  /** What its tasks hold. */
  readonly allocated: Resource;
  /** That, and what its pending tasks ask for. */
  readonly request: Resource;
  /** What jobs that were let in may still take. */
  readonly inqueue: Resource;
  /** What its jobs hold beyond their minima. */
  readonly elastic: Resource;
  readonly guarantee: Resource;
  /** What it may hold: not what is guaranteed to others, and not beyond its capability. */
  realCapability: Resource;
  deserved: Resource;
  /** The largest part of what it deserves that it holds. */
  share: number;
}

/** Of the queues that have jobs. */
export function openAccounts(session: Session): Map<string, Account> {
  const { table, queues, nodes } = session.setup;
  const guaranteed = table.nothing();
  for (const { guarantee } of queues.values()) if (guarantee !== undefined) add(guaranteed, table.of(guarantee));
  const accounts = new Map<string, Account>();
  for (const job of session.jobs) {
    let account = accounts.get(job.spec.queue);
    if (account === undefined) {
      account = newAccount(session.queueOf(job), table);
      account.realCapability = add(excess(nodes.total, guaranteed), account.guarantee);
      const capability = capabilityOf(account.queue, table);
      if (capability !== undefined) lowerTo(account.realCapability, capability, 'unlimited');
      accounts.set(job.spec.queue, account);
    }
    enter(account, job);
  }
  return accounts;
}

export function newAccount(queue: Queue, table: ResourceTable): Account {
  return {
    queue,
    allocated: table.nothing(),
    request: table.nothing(),
    inqueue: table.nothing(),
    elastic: table.nothing(),
    guarantee: queue.guarantee === undefined ? table.nothing() : table.of(queue.guarantee),
    realCapability: table.nothing(),
    deserved: table.nothing(),
    share: 0,
  };
}

/** Cpu and memory that it does not speak of are not limited. */
function capabilityOf({ capability }: Queue, table: ResourceTable): Resource | undefined {
  if (capability === undefined) return undefined;
  const resource = table.of(capability);
  for (const number of [CPU, MEMORY]) if (resource[number] <= 0) resource[number] = Number.MAX_VALUE;
  return resource;
}

export function enter(account: Account, job: Job): void {
  add(account.allocated, job.allocated);
  add(add(account.request, job.allocated), job.pendingRequest);
  if (job.phase === 'Inqueue' || holdsItsMinimum(job)) addMissingMinimum(account.inqueue, job);
  addExcess(account.elastic, job.allocated, job.spec.minResources);
}

/** The resources of which the queue could not hold the minimum of one more job. */
export function missingForJob({ allocated, inqueue, elastic, realCapability }: Account, job: Job): number[] {
  const { minResources } = job.spec;
  const used = subtract(add(plus(minResources, allocated), inqueue), elastic);
  return exceedingWhereRequested(used, realCapability, minResources);
}

/** In Volcano's words. */
export function insufficientQuota(table: ResourceTable, numbers: readonly number[]): string {
  return `queue resource quota insufficient: ${numbers.map((number) => `insufficient ${table.names[number]}`).join(', ')}`;
}

/** The largest part of what is deserved that is held, of any resource. */
export function dominantPart(allocated: Resource, deserved: Resource): number {
  let largest = 0;
  for (let i = 0; i < deserved.length; i++) {
    if (has(deserved, i)) largest = Math.max(largest, share(amountOf(allocated, i), deserved[i]));
  }
  return largest;
}
