import { usageError } from '../../errors.ts';
import type { Cycle, Policy, PolicySetup, PolicySpec } from '../../policy.ts';
import { readShares } from '../fair-share/shares-file.ts';
import { ShareTree } from '../fair-share/share-tree.ts';
import { Dominance } from './dominance.ts';
import { Holdings } from './holdings.ts';
import type { Amounts } from './holdings.ts';
import { WaitingLists } from './waiting-lists.ts';

/**
 * A job is what the paper calls a task: all of it starts at once. Nothing is taken back from who has more than his share.
 */
export const drf: PolicySpec = {
  name: 'drf',
  summary: 'Dominant resource fairness: the next job is one of the user with the least of whatever he has most of.',
  source:
    'Ghodsi, Zaharia, Hindman, Konwinski, Shenker, Stoica, "Dominant resource fairness", NSDI 2011; for accounts Bhattacharya et al., "Hierarchical scheduling for diverse datacenter workloads", SoCC 2013',
  parameters: {
    tree: {
      summary: 'Who shares with whom: users = all users, whatever their accounts; accounts = accounts, and users within them.',
      type: 'choice',
      choices: ['users', 'accounts'],
      default: 'users',
    },
    full: {
      summary:
        'When the next job does not fit: stop = wait until it does, as in the paper; pass = go on with the next user. His own later jobs wait.',
      type: 'choice',
      choices: ['stop', 'pass'],
      default: 'pass',
    },
    shares: {
      summary:
        'File with the weights of accounts and users: lines such as "physics 40", "theory 3 physics" (below it), "theory:ann 2". Who is not in it has 1.',
      type: 'file',
      default: '',
    },
  },
  create: (setup) => new DominantResourceFairness(setup),
};

class DominantResourceFairness implements Policy {
  readonly #holdings: Holdings;
  readonly #tree: ShareTree;
  readonly #dominance: Dominance;
  readonly #waiting = new WaitingLists();
  readonly #stops: boolean;
  /** What each running job holds. */
  readonly #running = new Map<number, Amounts>();

  constructor({ jobs, cluster, parameters, files }: PolicySetup) {
    const given = files.shares === undefined ? [] : readShares(files.shares);
    for (const { account, user, shares } of given) {
      if (shares !== 'parent' && shares > 0) continue;
      const name = user === undefined ? account : `${account}:${user}`;
      throw usageError(
        `${name} has shares ${shares}`,
        files.shares.path,
        'give each a number above 0: dominant shares are divided by it',
      );
    }
    this.#holdings = new Holdings(jobs, cluster);
    this.#tree = new ShareTree(jobs, given, parameters.tree === 'users');
    this.#dominance = new Dominance(this.#holdings.capacity);
    this.#stops = parameters.full === 'stop';
  }

  schedule(cycle: Cycle): void {
    const { ended, submitted } = cycle.changed;
    for (const job of ended) this.#give(job);
    for (const job of submitted) this.#waiting.add(this.#userOf(job), job, cycle.pending);
    const stuck = new Set<number>();
    const firstOf = (user: number) => this.#waiting.first(user, cycle.pending);
    const canServe = (user: number) => !stuck.has(user) && firstOf(user) >= 0;
    for (;;) {
      const user = this.#dominance.next(canServe, firstOf);
      if (user < 0) return;
      const job = firstOf(user);
      if (cycle.free.fits(job)) this.#start(cycle, user, job);
      else {
        cycle.explain(job, 'next by dominant share, and does not fit yet');
        if (this.#stops) return;
        stuck.add(user);
      }
    }
  }

  #start(cycle: Cycle, user: number, job: number): void {
    const amounts = this.#holdings.of(job);
    this.#running.set(job, amounts);
    this.#dominance.hold(user, amounts, 1);
    cycle.start(job);
  }

  #give(job: number): void {
    const amounts = this.#running.get(job);
    if (amounts === undefined) return;
    this.#running.delete(job);
    this.#dominance.hold(this.#userOf(job), amounts, -1);
  }

  /** Parties that have not been seen before join. */
  #userOf(job: number): number {
    const user = this.#tree.of(job);
    for (let index = this.#dominance.size; index < this.#tree.associations.length; index++) {
      const { parent, shares } = this.#tree.associations[index];
      this.#dominance.add({ parent, weight: shares === 'parent' ? 1 : shares });
    }
    return user;
  }
}
