/** Whose limits a job is under, and what they are. */
import type { SlurmAccounts, SlurmQos } from '../../../slurm-accounts.ts';
import type { SlurmPartition } from '../../../slurm.ts';
import { nameOf } from '../../../workload.ts';
import type { Requests } from '../../../workload.ts';
import type { Accounting } from '../priority/accounting.ts';
import { inheritedLimits, limitSet, withFactor } from './limit-set.ts';
import type { Amounts, LimitSet } from './limit-set.ts';
import { QosUsage, Usage } from './usage.ts';

/** What has been used up for good, as it has decayed. */
export interface Spent {
  /** [count × s] */
  readonly tres: Amounts;
  /** [s] */
  readonly wall: number;
}

/** Of each association and each QoS; nobody counts that for priority/basic. */
export interface SpentOfAll {
  readonly associations: readonly Spent[];
  readonly qos: readonly Spent[];
}

export interface Standing {
  /** Whose limits they are, for people. */
  readonly name: string;
  readonly limits: LimitSet;
  readonly usage: Usage;
  readonly spent?: Spent;
}

export type AssociationStanding = Standing;

export interface QosStanding extends Standing {
  readonly flags: SlurmQos['flags'];
  /** MinPrioThreshold; 0 = none. */
  readonly priorityThreshold: number;
  readonly usage: QosUsage;
  /** Of the job's user and account within the QoS. */
  readonly ofUser: Usage;
  readonly ofAccount: Usage;
}

export interface JobStanding {
  /** The QoS whose limits come first: that of the partition, unless the job's own overrides it; then the other one. */
  readonly qos: readonly QosStanding[];
  /** The job's own QoS. */
  readonly own?: QosStanding | undefined;
  /** Its association, and all above it up to the root; none if it has no association. */
  readonly associations: readonly AssociationStanding[];
  /** UsageFactor of its own QoS. */
  readonly usageFactor: number;
  /** Whether its limit counts times the usage factor (UsageFactorSafe). */
  readonly factorIsSafe: boolean;
  /** Whether any of all these limits is one of resources. */
  readonly hasTres: boolean;
  /** Whether any of them is one of running jobs or of time. */
  readonly hasCounts: boolean;
}

export class Standings {
  readonly #jobs: Pick<Requests, 'user' | 'account'>;
  readonly #accounting: Accounting;
  readonly #associations: readonly Standing[];
  readonly #parents: SlurmAccounts['associations'];
  readonly #qos: readonly (Standing & { readonly usage: QosUsage })[];
  /** Of each QoS of a partition, and each association, QoS and user of jobs. */
  readonly #known = new Map<string, Map<number, JobStanding>>();

  /** Of each job that was asked for: the last answer. */
  readonly #last: ({ readonly partition: SlurmPartition | undefined; readonly standing: JobStanding } | undefined)[] = [];

  /** `resources`: names of the trackable ones. */
  constructor(
    jobs: Pick<Requests, 'user' | 'account'>,
    accounting: Accounting,
    resources: readonly string[],
    spent: SpentOfAll | undefined,
  ) {
    const { associations } = accounting.tree;
    const withSpent = (account: Spent | undefined) => (account === undefined ? {} : { spent: account });
    this.#jobs = jobs;
    this.#accounting = accounting;
    this.#parents = associations;
    this.#associations = inheritedLimits(associations).map((limits, index) => ({
      name: nameOfAssociation(associations[index]),
      limits: limitSet(resources, limits),
      usage: new Usage(resources.length),
      ...withSpent(spent?.associations[index]),
    }));
    this.#qos = accounting.qos.map((qos, index) => ({
      name: `QoS ${qos.name}`,
      limits: limitSet(resources, qos.limits, qos),
      usage: new QosUsage(resources.length),
      ...withSpent(spent?.qos[index]),
    }));
  }

  /** The limits of all associations and all QoS. */
  all(): LimitSet[] {
    return [...this.#associations, ...this.#qos].map(({ limits }) => limits);
  }

  of(job: number, partition: SlurmPartition | undefined): JobStanding {
    const last = this.#last[job];
    if (last !== undefined && last.partition === partition) return last.standing;
    const standing = this.#find(job, partition);
    this.#last[job] = { partition, standing };
    return standing;
  }

  #find(job: number, partition: SlurmPartition | undefined): JobStanding {
    const association = this.#accounting.associationOf(job, partition?.name);
    const own = this.#accounting.qosOf(job, association);
    const ofPartition = partition?.qos ?? '';
    let known = this.#known.get(ofPartition);
    if (known === undefined) this.#known.set(ofPartition, (known = new Map<number, JobStanding>()));
    // Of an association, a QoS and a user; -1 stands for one that is not known.
    const key =
      ((association + 1) * (this.#qos.length + 1) + own + 1) * (this.#jobs.user.names.length + 1) + this.#jobs.user.code[job] + 1;
    let standing = known.get(key);
    if (standing === undefined) {
      standing = this.#make(job, association, own, partition?.qos);
      known.set(key, standing);
    }
    return standing;
  }

  #make(job: number, association: number, own: number, partitionQos: string | undefined): JobStanding {
    const { qos } = this.#accounting;
    const ofPartition = qos.findIndex(({ name }) => name === partitionQos?.toLowerCase());
    const order = qos[own]?.flags.has('overpartqos') === true ? [own, ofPartition] : [ofPartition, own];
    const inOrder = [...new Set(order.filter((index) => index >= 0))];
    const factor = inOrder.map((index) => qos[index].limitFactor).find((each) => each > 0) ?? 0;
    const standings = new Map(inOrder.map((index) => [index, this.#qosStanding(job, index, association)]));
    const mine = standings.get(own);
    const chain = this.#chain(association);
    return {
      qos: inOrder.map((index) => standings.get(index)).filter((each) => each !== undefined),
      ...(mine === undefined ? {} : { own: mine }),
      associations: chain.map((each) => ({ ...each, limits: withFactor(each.limits, factor) })),
      usageFactor: qos[own]?.usageFactor ?? 1,
      factorIsSafe: qos[own]?.flags.has('usagefactorsafe') === true,
      hasTres: [...standings.values(), ...chain].some(({ limits }) => limits.hasTres),
      hasCounts: [...standings.values(), ...chain].some(({ limits }) => limits.hasCounts),
    };
  }

  #qosStanding(job: number, index: number, association: number): QosStanding {
    const qos = this.#qos[index];
    const user = nameOf(this.#jobs.user, job) ?? '';
    const account = this.#parents[association]?.account ?? '';
    return {
      ...qos,
      flags: this.#accounting.qos[index].flags,
      priorityThreshold: this.#accounting.qos[index].minPriorityThreshold ?? 0,
      ofUser: qos.usage.ofUser(user),
      ofAccount: qos.usage.ofAccount(account),
    };
  }

  #chain(association: number): Standing[] {
    const chain: Standing[] = [];
    for (let index = association; index >= 0; index = this.#parents[index].parent) chain.push(this.#associations[index]);
    return chain;
  }
}

function nameOfAssociation({ user, account, partition }: SlurmAccounts['associations'][number]): string {
  const there = partition === undefined ? '' : ` in partition ${partition}`;
  return user === undefined ? `account ${account}` : `user ${user} of account ${account}${there}`;
}
