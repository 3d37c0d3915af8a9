/** Source: pkg/scheduler/plugins/proportion/proportion.go (Volcano v1.15.1). */
import type { PluginEntry } from '../plugin.ts';
import { dominantPart, insufficientQuota, missingForJob, openAccounts } from '../queue-accounts.ts';
import type { Account } from '../queue-accounts.ts';
import type { Queue } from '../queue.ts';
import {
  add,
  excess,
  exceedingWhereRequested,
  isEmpty,
  larger,
  lessEqual,
  lowerTo,
  multiply,
  plus,
  same,
  subtract,
} from '../resource.ts';
import type { Resource } from '../resource.ts';
import type { Session } from '../session.ts';
import type { Task } from '../task.ts';

/** Shares the cluster between the queues by their weights, as far as they ask for it. */
export const proportion: PluginEntry = {
  name: 'proportion',
  create: () => (session) => {
    const accounts = openAccounts(session);
    shareByWeight(session.setup.nodes.total, [...accounts.values()]);
    const accountOf = (queue: string) => {
      const account = accounts.get(queue);
      if (account === undefined) throw new Error(`queue ${queue} has no jobs, and so no account`);
      return account;
    };
    const hasRoom = (queue: Queue, { request }: Task) => {
      const { allocated, deserved } = accountOf(queue.name);
      return queue.open && exceedingWhereRequested(plus(allocated, request), deserved, request).length === 0;
    };
    const book = ({ job, request }: Task, change: (to: Resource, by: Resource) => Resource) => {
      const account = accountOf(job.spec.queue);
      change(account.allocated, request);
      account.share = dominantPart(account.allocated, account.deserved);
    };
    return {
      queueOrder: (one, other) => other.priority - one.priority || accountOf(one.name).share - accountOf(other.name).share,
      reclaimable: (_, candidates) => beyondDeserved(candidates, accounts),
      overused: ({ name }) => lessEqual(accountOf(name).deserved, accountOf(name).allocated),
      allocatable: hasRoom,
      preemptive: hasRoom,
      jobEnqueueable: (job) => enqueueable(session, accountOf(job.spec.queue), job),
      allocated: (task) => book(task, add),
      deallocated: (task) => book(task, subtract),
    };
  },
};

/**
 * Deals out what is there in rounds: each queue that wants more gets by its weight, but no more than it may have and
 * asks for, and no less than its guarantee; what that leaves is dealt out in the next round.
 */
export function shareByWeight(total: Resource, accounts: readonly Account[]): void {
  let remaining = total.slice();
  const met = new Set<Account>();
  for (;;) {
    const wanting = accounts.filter((account) => !met.has(account));
    const weights = wanting.reduce((sum, { queue }) => sum + queue.weight, 0);
    if (weights === 0) return;
    const before = remaining;
    const increased = multiply(remaining.slice(), 0);
    const decreased = multiply(remaining.slice(), 0);
    for (const account of wanting) {
      const old = account.deserved;
      const more = multiply(remaining.slice(), account.queue.weight / weights);
      const deserved = lowerTo(plus(old, more), account.realCapability, 'unlimited');
      account.deserved = larger(lowerTo(deserved, account.request, 'nothing'), account.guarantee);
      account.share = dominantPart(account.allocated, account.deserved);
      if (lessEqual(account.request, account.deserved) || same(account.deserved, old)) met.add(account);
      add(increased, excess(account.deserved, old));
      add(decreased, excess(old, account.deserved));
    }
    remaining = excess(plus(remaining, decreased), increased);
    if (isEmpty(remaining) || same(remaining, before)) return;
  }
}

/** In their order, as long as their queue holds more than it deserves of anything. */
function beyondDeserved(candidates: readonly Task[], accounts: ReadonlyMap<string, Account>): Task[] {
  const left = new Map<string, Resource>();
  return candidates.filter(({ job, request }) => {
    const name = job.spec.queue;
    const account = accounts.get(name);
    if (account === undefined) return false;
    const allocated = left.get(name) ?? account.allocated.slice();
    left.set(name, allocated);
    if (lessEqual(allocated, account.deserved)) return false;
    subtract(allocated, request);
    return true;
  });
}

function enqueueable(session: Session, account: Account, job: Parameters<typeof missingForJob>[1]) {
  if (!account.queue.open) return 'reject';
  const missing = missingForJob(account, job);
  if (missing.length > 0) {
    job.notEnqueued = insufficientQuota(session.setup.table, missing);
    return 'reject';
  }
  add(account.inqueue, job.spec.minResources);
  return 'permit';
}
