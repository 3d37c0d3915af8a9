/** Which QoS a job is in, and which one has the last word. Source: Slurm 22.05, acct_policy.c, acct_policy_set_qos_order. */
import type { SlurmAccounts, SlurmQos } from '../../../slurm-accounts.ts';
import type { SlurmConfig } from '../../../slurm.ts';
import type { Requests } from '../../../workload.ts';
import type { PreemptParty } from './preempt-rules.ts';

/** The QoS of a job that names none, if nothing else is said. */
const USUAL = 'normal';

export class JobQos {
  readonly #jobs: Requests;
  readonly #accounts: SlurmAccounts | undefined;
  readonly #partitions: SlurmConfig['partitions'];
  readonly #byName: ReadonlyMap<string, SlurmQos>;
  readonly #defaults = new Map<string, string>();

  constructor(jobs: Requests, { accounts, partitions }: Pick<SlurmConfig, 'accounts' | 'partitions'>) {
    this.#jobs = jobs;
    this.#accounts = accounts;
    this.#partitions = partitions;
    this.#byName = new Map(accounts?.qos.map((qos) => [qos.name, qos]));
  }

  /** Undefined if the cluster has no accounts, or not this QoS. */
  of(job: number): SlurmQos | undefined {
    const { qos } = this.#jobs;
    const code = qos.code[job];
    return this.#byName.get(code >= 0 ? qos.names[code].toLowerCase() : this.#defaultOf(job));
  }

  /** That of its partition, then its own: the first one that says something holds. */
  orderOf({ job, partition }: PreemptParty): SlurmQos[] {
    const own = this.of(job);
    const above = this.#byName.get(this.#partitions[partition].qos?.toLowerCase() ?? '');
    const order = own?.flags.has('overpartqos') === true ? [own, above] : [above, own];
    return order.filter((qos) => qos !== undefined);
  }

  /** DefaultQOS of the association of the user, or of the nearest account above it that has one. */
  #defaultOf(job: number): string {
    const { user, account } = this.#jobs;
    const [userName, accountName] = [user, account].map(({ code, names }) => (code[job] >= 0 ? names[code[job]] : ''));
    const key = `${accountName} ${userName}`;
    const known = this.#defaults.get(key);
    if (known !== undefined) return known;
    const found = this.#searchDefault(userName, accountName.toLowerCase());
    this.#defaults.set(key, found);
    return found;
  }

  #searchDefault(user: string, account: string): string {
    const { associations = [], defaultAccounts } = this.#accounts ?? {};
    const owner = account === '' ? defaultAccounts?.get(user) : account;
    const among = associations.filter((association) => association.account === owner);
    let nearest = among.find((association) => association.user === user) ?? among.find(({ user: of }) => of === undefined);
    while (nearest !== undefined && nearest.defaultQos === undefined) nearest = associations[nearest.parent];
    return nearest?.defaultQos?.toLowerCase() ?? USUAL;
  }
}
