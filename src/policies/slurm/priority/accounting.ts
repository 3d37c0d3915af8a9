/**
 * Which association and which QoS a job belongs to. Where no accounts were given, those that the jobs name are taken, with
 * one share for each account and each user, below a root that has a user of its own, as sacctmgr makes it: they were set up
 * before the run, so this looks at jobs that are yet to come.
 * Source: Slurm 22.05, src/common/assoc_mgr.c, assoc_mgr_fill_in_assoc, assoc_mgr_get_default_qos_info.
 */
import type { SlurmAccounts, SlurmAssociation, SlurmQos } from '../../../slurm-accounts.ts';
import { nameOf } from '../../../workload.ts';
import type { Requests } from '../../../workload.ts';
import { AssociationTree } from './association-tree.ts';

const ROOT = 'root';

export class Accounting {
  readonly tree: AssociationTree;
  readonly qos: readonly SlurmQos[];
  readonly #jobs: Requests;
  readonly #accounts: SlurmAccounts;
  readonly #strict: boolean;
  /** By account, user and partition. */
  readonly #byName = new Map<string, number>();
  /** The first user of each account: for jobs of which is not known whose they are. */
  readonly #firstUser = new Map<string, number>();
  readonly #qosByName: ReadonlyMap<string, number>;
  /** Of each partition that was named, by account and user of the job. */
  readonly #known = new Map<string, Map<number, number>>();
  /** By association, and QoS of the job. */
  readonly #knownQos = new Map<number, number>();

  /** `strict`: jobs need an association (AccountingStorageEnforce=associations). */
  constructor(jobs: Requests, accounts: SlurmAccounts | undefined, strict = true) {
    this.#jobs = jobs;
    this.#strict = strict;
    this.#accounts = accounts === undefined || accounts.associations.length === 0 ? accountsOfJobs(jobs, accounts) : accounts;
    this.tree = new AssociationTree(this.#accounts.associations);
    this.qos = this.#accounts.qos;
    this.#accounts.associations.forEach(({ account, user, partition }, index) => {
      this.#byName.set(keyOf(account, user, partition), index);
      if (user !== undefined && !this.#firstUser.has(account)) this.#firstUser.set(account, index);
    });
    this.#qosByName = new Map(this.qos.map(({ name }, index) => [name, index]));
  }

  /** The association of a job in a partition of this name [index into the tree]; -1 if there is none. */
  associationOf(job: number, partition = ''): number {
    const { user, account } = this.#jobs;
    let known = this.#known.get(partition);
    if (known === undefined) this.#known.set(partition, (known = new Map<number, number>()));
    // -1 stands for one that is not known.
    const key = (account.code[job] + 1) * (user.names.length + 1) + user.code[job] + 1;
    let found = known.get(key);
    if (found === undefined) {
      found = this.#find(nameOf(user, job), nameOf(account, job)?.toLowerCase(), partition);
      known.set(key, found);
    }
    return found;
  }

  /** The QoS of a job with that association [index into `qos`]; -1 if it has none that is known. */
  qosOf(job: number, association: number): number {
    const { qos } = this.#jobs;
    const key = (association + 1) * (qos.names.length + 1) + qos.code[job] + 1;
    let found = this.#knownQos.get(key);
    if (found === undefined) {
      found = this.qosNamed(nameOf(qos, job)?.toLowerCase() ?? this.#defaultQos(association));
      this.#knownQos.set(key, found);
    }
    return found;
  }

  /** The QoS of that name [index into `qos`]; -1 if none is known by it. */
  qosNamed(name: string | undefined): number {
    return (name === undefined ? undefined : this.#qosByName.get(name.toLowerCase())) ?? -1;
  }

  #defaultQos(association: number): string {
    const { defaultQos, qos } = this.#accounts.associations[association] ?? {};
    if (defaultQos !== undefined) return defaultQos;
    if (qos?.length === 1) return qos[0];
    return this.#accounts.associations[0]?.defaultQos ?? 'normal';
  }

  #find(user: string | undefined, named: string | undefined, partition: string): number {
    const usual = this.#accounts.defaultAccounts.get(user ?? ROOT) ?? '';
    const account = named ?? usual;
    if (user === undefined) return this.#firstUser.get(account) ?? -1;
    const found = this.#byName.get(keyOf(account, user, partition)) ?? this.#byName.get(keyOf(account, user, undefined));
    // Where nobody needs an association, a job of an account that is not its user's is one of his default account.
    if (found === undefined && !this.#strict && account !== usual) return this.#find(user, usual, partition);
    return found ?? -1;
  }
}

function keyOf(account: string, user: string | undefined, partition: string | undefined): string {
  return `${account}\n${user ?? ''}\n${partition ?? ''}`;
}

/** A tree of the accounts and users that jobs name; jobs that name neither are those of root. */
function accountsOfJobs(jobs: Requests, given: SlurmAccounts | undefined): SlurmAccounts {
  const associations: SlurmAssociation[] = [];
  const add = (account: string, user: string | undefined, parent: number) => {
    const named = user === undefined ? {} : { user };
    return associations.push({ account, ...named, parent, shares: 1, usage: 0, limits: {}, priority: 0 }) - 1;
  };
  const defaultAccounts = new Map([[ROOT, ROOT]]);
  const accounts = new Map([[ROOT, add(ROOT, undefined, -1)]]);
  const users = new Set([keyOf(ROOT, ROOT, undefined)]);
  add(ROOT, ROOT, 0);
  for (let job = 0; job < jobs.user.code.length; job++) {
    const user = nameOf(jobs.user, job) ?? ROOT;
    const account = nameOf(jobs.account, job)?.toLowerCase() ?? defaultAccounts.get(user) ?? 'users';
    const above = accounts.get(account) ?? add(account, undefined, 0);
    accounts.set(account, above);
    if (!defaultAccounts.has(user)) defaultAccounts.set(user, account);
    const key = keyOf(account, user, undefined);
    if (!users.has(key)) add(account, user, above);
    users.add(key);
  }
  return { associations, qos: given?.qos ?? [], defaultAccounts };
}
