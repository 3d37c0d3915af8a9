/** The tree that fair share walks: accounts and users as the file has them, and those that come with one share each. */
import type { SlurmAssociation } from '../../slurm-accounts.ts';
import { nameOf } from '../../workload.ts';
import type { Requests } from '../../workload.ts';
import { AssociationTree } from '../slurm/priority/association-tree.ts';
import type { GivenShares } from './shares-file.ts';

const NOBODY = '(none)';

/** Grows with the jobs that come: who has never been seen has no place in it. */
export class ShareTree {
  readonly #jobs: Requests;
  readonly #flat: boolean;
  readonly #associations: SlurmAssociation[] = [];
  readonly #indexOf = new Map<string, number>();
  readonly #given = new Map<string, GivenShares>();
  /** Of each pair of account and user, as codes of the workload, the user's association. */
  readonly #ofCodes = new Map<string, number>();

  /** `flat`: accounts do not count, all users are siblings. */
  constructor(jobs: Requests, given: readonly GivenShares[], flat: boolean) {
    this.#jobs = jobs;
    this.#flat = flat;
    this.#add({ account: '', parent: -1, shares: 1 }, '');
    for (const one of given) this.#given.set(keyOf(one.account, one.user), one);
    for (const { account, user } of given) {
      if (user !== undefined) this.#userOf(account, user);
      else if (!flat) this.#accountOf(account);
    }
  }

  get associations(): readonly SlurmAssociation[] {
    return this.#associations;
  }

  build(): AssociationTree {
    return new AssociationTree(this.#associations);
  }

  /** The association of a job [index]; added if it is new. */
  of(job: number): number {
    const { account, user } = this.#jobs;
    const key = `${account.code[job]} ${user.code[job]}`;
    const known = this.#ofCodes.get(key);
    if (known !== undefined) return known;
    const found = this.#userOf(nameOf(account, job)?.toLowerCase() ?? NOBODY, nameOf(user, job) ?? NOBODY);
    this.#ofCodes.set(key, found);
    return found;
  }

  #userOf(account: string, user: string): number {
    const key = keyOf(this.#flat ? '' : account, user);
    const shares = this.#given.get(keyOf(account, user))?.shares ?? 1;
    return this.#indexOf.get(key) ?? this.#add({ account, user, parent: this.#flat ? 0 : this.#accountOf(account), shares }, key);
  }

  #accountOf(account: string): number {
    const key = keyOf(account, undefined);
    const known = this.#indexOf.get(key);
    if (known !== undefined) return known;
    const { shares = 1, above } = this.#given.get(key) ?? {};
    return this.#add({ account, parent: above === undefined ? 0 : this.#accountOf(above), shares }, key);
  }

  #add(one: Pick<SlurmAssociation, 'account' | 'user' | 'parent' | 'shares'>, key: string): number {
    const index = this.#associations.push({ ...one, usage: 0, limits: {}, priority: 0 }) - 1;
    this.#indexOf.set(key, index);
    return index;
  }
}

function keyOf(account: string, user: string | undefined): string {
  return `${account}\n${user ?? ''}`;
}
