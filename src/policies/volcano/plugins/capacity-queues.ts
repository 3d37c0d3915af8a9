/**
 * The queues of the capacity plugin: side by side, or as a tree under the root in which only leaves take jobs.
 * Source: pkg/scheduler/plugins/capacity/capacity.go (Volcano v1.15.1).
 */
import { dominantPart, enter, newAccount } from '../queue-accounts.ts';
import type { Account } from '../queue-accounts.ts';
import { ROOT } from '../queue.ts';
import { add, CPU, excess, isEmpty, larger, lowerTo, MEMORY } from '../resource.ts';
import type { Resource, ResourceTable } from '../resource.ts';
import type { Session } from '../session.ts';

export interface CapacityQueues {
  /** False: the queues contradict themselves, and nothing is scheduled. */
  readonly ready: boolean;
  account(name: string): Account;
  /** The queue with what is above it, from the root down. */
  line(name: string): readonly Account[];
  /** Whether it takes jobs at all. */
  mayRun(name: string): boolean;
  /** Whose shares decide between two queues. */
  toCompare(one: string, other: string): [Account, Account];
  /** Whose tasks go first for a preemptor. */
  compareVictims(one: string, other: string, preemptor: string): number;
}

export class FlatQueues implements CapacityQueues {
  readonly ready = true;
  readonly #accounts: ReadonlyMap<string, Account>;

  constructor(accounts: ReadonlyMap<string, Account>) {
    this.#accounts = accounts;
  }

  account(name: string): Account {
    const account = this.#accounts.get(name);
    if (account === undefined) throw new Error(`queue ${name} has no jobs, and so no account`);
    return account;
  }

  line(name: string): readonly Account[] {
    return [this.account(name)];
  }

  mayRun(): boolean {
    return true;
  }

  toCompare(one: string, other: string): [Account, Account] {
    return [this.account(one), this.account(other)];
  }

  compareVictims(): number {
    return 0;
  }
}

interface TreeQueue {
  readonly account: Account;
  /** From the root down, the queue itself last. */
  readonly line: readonly TreeQueue[];
  readonly children: TreeQueue[];
  capability: Resource;
}

export class QueueTree implements CapacityQueues {
  readonly #queues = new Map<string, TreeQueue>();
  #ready = true;

  static of(session: Session): QueueTree {
    const tree = new QueueTree();
    for (const name of session.setup.queues.keys()) tree.#grow(name, session);
    for (const job of session.jobs) {
      const { line, children } = tree.#queue(job.spec.queue);
      if (children.length > 0) tree.#ready = false;
      else for (const { account } of line) enter(account, job);
    }
    tree.#limit(session);
    return tree;
  }

  get ready(): boolean {
    return this.#ready;
  }

  account(name: string): Account {
    return this.#queue(name).account;
  }

  line(name: string): readonly Account[] {
    return this.#queue(name).line.map(({ account }) => account);
  }

  mayRun(name: string): boolean {
    return this.#ready && this.#queue(name).children.length === 0;
  }

  /** Leaves before others; of two leaves, the shares just below where their lines part. */
  toCompare(one: string, other: string): [Account, Account] {
    const left = this.#queue(one);
    const right = this.#queue(other);
    if (left.children.length > 0 || right.children.length > 0) return [left.account, right.account];
    const level = lastCommon(left, right) + 1;
    const below = ({ line, account }: TreeQueue) => (level < line.length - 1 ? line[level].account : account);
    return [below(left), below(right)];
  }

  /** Those that are closer to the preemptor. */
  compareVictims(one: string, other: string, preemptor: string): number {
    const own = this.#queue(preemptor);
    return lastCommon(this.#queue(other), own) - lastCommon(this.#queue(one), own);
  }

  #queue(name: string): TreeQueue {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw new Error(`queue ${name} is not in the tree`);
    return queue;
  }

  #grow(name: string, session: Session, below: readonly string[] = []): TreeQueue {
    const there = this.#queues.get(name);
    if (there !== undefined) return there;
    const { queues, table } = session.setup;
    const queue = queues.get(name);
    if (queue === undefined || below.includes(name)) throw new Error(`queue ${name} is missing, or stands below itself`);
    const parent = name === ROOT ? undefined : this.#grow(queue.parent, session, [...below, name]);
    const account = newAccount(queue, table);
    account.deserved = queue.deserved === undefined ? table.nothing() : table.of(queue.deserved);
    const line: TreeQueue[] = [...(parent?.line ?? [])];
    const capability = queue.capability === undefined ? table.nothing() : table.of(queue.capability);
    const grown: TreeQueue = { account, line, children: [], capability };
    line.push(grown);
    parent?.children.push(grown);
    this.#queues.set(name, grown);
    return grown;
  }

  /** Hands limits and guarantees down from the root. */
  #limit({ setup: { nodes, table } }: Session): void {
    const root = this.#queue(ROOT);
    if (isEmpty(root.capability)) root.capability = unlimited(nodes.total);
    root.account.realCapability = root.capability.slice();
    limitChildren(root, table, true);
    for (const { account } of this.#queues.values())
      account.share = isEmpty(account.deserved) ? 1 : dominantPart(account.allocated, account.deserved);
  }
}

function unlimited(total: Resource): Resource {
  return total.map((amount, i) => (i <= MEMORY ? Number.MAX_VALUE : Number.isNaN(amount) ? NaN : Number.MAX_SAFE_INTEGER));
}

function limitChildren(queue: TreeQueue, table: ResourceTable, isRoot = false): void {
  const guaranteed = table.nothing();
  const deserved = table.nothing();
  for (const child of queue.children) {
    child.account.deserved = larger(child.account.deserved, child.account.guarantee);
    add(deserved, child.account.deserved);
    add(guaranteed, child.account.guarantee);
    inherit(child.capability, queue.capability);
  }
  if (isRoot) queue.account.deserved = deserved;
  for (const { account, capability } of queue.children) {
    const real = add(excess(queue.account.realCapability, guaranteed), account.guarantee);
    account.realCapability = lowerTo(real, capability, 'unlimited');
  }
  for (const child of queue.children) limitChildren(child, table);
}

/** What it does not say itself. */
function inherit(capability: Resource, above: Resource): void {
  for (let i = 0; i < capability.length; i++) {
    const says = i === CPU || i === MEMORY ? capability[i] > 0 : !Number.isNaN(capability[i]);
    if (!says) capability[i] = above[i];
  }
}

/** The step at which the lines above two queues are last the same; the root's, if they never part. */
function lastCommon(one: TreeQueue, other: TreeQueue): number {
  const depth = Math.min(one.line.length, other.line.length) - 1;
  for (let step = 0; step < depth; step++) if (one.line[step] !== other.line[step]) return Math.max(0, step - 1);
  return Math.max(0, depth - 1);
}
