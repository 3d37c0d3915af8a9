/**
 * Source: pkg/scheduler/plugins/capacity/capacity.go (Volcano v1.15.1), without devices and without
 * `ancestorReclaimLevel`.
 */
import { usageError } from '../../../errors.ts';
import type { Job } from '../job.ts';
import type { Plugin, PluginEntry } from '../plugin.ts';
import { dominantPart, insufficientQuota, missingForJob, openAccounts } from '../queue-accounts.ts';
import type { Account } from '../queue-accounts.ts';
import { add, exceedingWhereRequested, has, isEmpty, larger, lessEqual, lowerTo, PODS, plus, subtract } from '../resource.ts';
import type { Resource } from '../resource.ts';
import type { Session } from '../session.ts';
import type { Task } from '../task.ts';
import { victimQueue } from '../victims.ts';
import { FlatQueues, QueueTree } from './capacity-queues.ts';
import type { CapacityQueues } from './capacity-queues.ts';

const RECLAIM_LEVEL = 'ancestorReclaimLevel';

/** Each queue deserves what it says; what others leave it may borrow, up to its capability, until they want it back. */
export const capacity: PluginEntry = {
  name: 'capacity',
  create(given, option) {
    given.flag('capacity.DynamicResourceAllocationEnable', false);
    if (given.integer(RECLAIM_LEVEL, 0) > 0)
      throw usageError(`${RECLAIM_LEVEL} above 0 is not modelled`, given.at(RECLAIM_LEVEL).path, 'leave it out');
    return (session) => {
      const queues = option.isEnabled('enableHierarchy') ? QueueTree.of(session) : flatQueues(session);
      return { ...quotas(session, queues), ...orders(queues) };
    };
  },
};

function flatQueues(session: Session): FlatQueues {
  const accounts = openAccounts(session);
  for (const account of accounts.values()) {
    const { deserved } = account.queue;
    const own = deserved === undefined ? session.setup.table.nothing() : session.setup.table.of(deserved);
    account.deserved = larger(lowerTo(own, account.realCapability, 'unlimited'), account.guarantee);
    account.share = shareOf(account);
  }
  return new FlatQueues(accounts);
}

function orders(queues: CapacityQueues): Plugin {
  return {
    queueOrder: (one, other) => other.priority - one.priority || compareShares(...queues.toCompare(one.name, other.name)),
    victimQueueOrder: (one, other, preemptor) => queues.compareVictims(one.name, other.name, preemptor.name),
  };
}

function quotas(session: Session, queues: CapacityQueues): Plugin {
  const book = ({ job, request }: Task, change: (to: Resource, by: Resource) => Resource) => {
    for (const account of queues.line(job.spec.queue)) change(account.allocated, request);
    const own = queues.line(job.spec.queue).at(-1);
    if (own !== undefined) own.share = shareOf(own);
  };
  return {
    allocatable: (queue, task) =>
      queue.open && queues.mayRun(queue.name) && queues.line(queue.name).every((account) => hasRoom(account, task)),
    preemptive: (queue, task) => queues.ready && queue.open && deservesMore(queues.account(queue.name), task),
    reclaimable: (reclaimer, candidates) => (queues.ready ? beyondDeserved(session, queues, reclaimer, candidates) : []),
    jobEnqueueable: (job) => enqueueable(session, queues, job),
    allocated: (task) => book(task, add),
    deallocated: (task) => book(task, subtract),
  };
}

/** A queue that deserves nothing has all of it. */
export function shareOf({ allocated, deserved }: Account): number {
  return isEmpty(deserved) ? 1 : dominantPart(allocated, deserved);
}

/** Less of what it deserves comes first; of equals, one that deserves something. */
function compareShares(one: Account, other: Account): number {
  return one.share - other.share || Number(isEmpty(one.deserved)) - Number(isEmpty(other.deserved));
}

function hasRoom({ allocated, realCapability }: Account, { request }: Task): boolean {
  return exceedingWhereRequested(plus(allocated, request), realCapability, request).length === 0;
}

/** It may hold the task, and would not have more than it deserves of at least one of the resources that are asked for. */
function deservesMore(account: Account, task: Task): boolean {
  if (!hasRoom(account, task)) return false;
  const { deserved } = account;
  const used = plus(account.allocated, task.request);
  return used.some((amount, i) => {
    if (i === PODS || !(task.request[i] > 0) || (!has(used, i) && !has(deserved, i))) return false;
    const limit = has(deserved, i) ? deserved[i] : 0;
    return amount < limit || Math.abs(amount - limit) < 0.1;
  });
}

/** One after the other in the order of victims, as long as the queue of each keeps its guarantee and has too much. */
function beyondDeserved(session: Session, queues: CapacityQueues, reclaimer: Task, candidates: readonly Task[]): Task[] {
  const queue = victimQueue(session, candidates, reclaimer);
  const left = new Map<Account, Resource>();
  const victims: Task[] = [];
  for (let task = queue.pop(); task !== undefined; task = queue.pop()) {
    const { request } = task;
    if (!request.some((_, i) => i !== PODS && has(request, i) && has(reclaimer.request, i))) continue;
    const account = queues.account(task.job.spec.queue);
    const allocated = left.get(account) ?? account.allocated.slice();
    left.set(account, allocated);
    if (!lessEqual(account.guarantee, subtract(allocated.slice(), request))) continue;
    if (!hasTooMuch(allocated, account.deserved, request)) continue;
    subtract(allocated, request);
    victims.push(task);
  }
  return victims;
}

/** More than it deserves of something that the task holds, or the task holds nothing of what it deserves. */
function hasTooMuch(allocated: Resource, deserved: Resource, request: Resource): boolean {
  if (!request.some((_, i) => has(request, i) && has(deserved, i))) return true;
  return allocated.some((amount, i) => {
    const relevant = i > PODS ? !Number.isNaN(deserved[i]) : i !== PODS && has(deserved, i);
    return relevant && request[i] > 0 && amount > deserved[i];
  });
}

function enqueueable(session: Session, queues: CapacityQueues, job: Job) {
  const { queue: name, minResources } = job.spec;
  if (!queues.mayRun(name) || !session.queueOf(job).open) return 'reject';
  for (const account of queues.line(name).toReversed()) {
    const missing = missingForJob(account, job);
    if (missing.length === 0) continue;
    job.notEnqueued = insufficientQuota(session.setup.table, missing);
    return 'reject';
  }
  for (const account of queues.line(name)) add(account.inqueue, minResources);
  return 'permit';
}
