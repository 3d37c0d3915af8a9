/** Which QoS a job is in, and which one has the last word. Source: Slurm 22.05, acct_policy.c, acct_policy_set_qos_order. */
import type { SlurmQos } from '../../../slurm-accounts.ts';
import type { SlurmConfig } from '../../../slurm.ts';
import type { Accounting } from '../priority/accounting.ts';
import type { PreemptParty } from './preempt-rules.ts';

export class JobQos {
  readonly #accounting: Accounting;
  readonly #partitions: SlurmConfig['partitions'];
  /** That of each partition. */
  readonly #ofPartition: readonly (SlurmQos | undefined)[];

  constructor(accounting: Accounting, partitions: SlurmConfig['partitions']) {
    this.#accounting = accounting;
    this.#partitions = partitions;
    this.#ofPartition = partitions.map(({ qos }) => accounting.qos[accounting.qosNamed(qos)]);
  }

  /** Undefined if the cluster has no accounts, or not this QoS. */
  of({ job, partition }: PreemptParty): SlurmQos | undefined {
    const association = this.#accounting.associationOf(job, this.#partitions[partition].name);
    return this.#accounting.qos[this.#accounting.qosOf(job, association)];
  }

  /** That of its partition, then its own: the first one that says something holds. */
  orderOf(party: PreemptParty): SlurmQos[] {
    const own = this.of(party);
    const above = this.#ofPartition[party.partition];
    const order = own?.flags.has('overpartqos') === true ? [own, above] : [above, own];
    return order.filter((qos) => qos !== undefined);
  }
}
