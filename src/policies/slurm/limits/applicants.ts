/** Jobs as partitions look at them. */
import type { SlurmConfig } from '../../../slurm.ts';
import type { SlurmOptions } from '../../../slurm-workload.ts';
import { nameOf } from '../../../workload.ts';
import type { Requests } from '../../../workload.ts';
import type { Partitions } from '../partitions.ts';
import type { Accounting } from '../priority/accounting.ts';
import { CPU } from '../priority/trackable.ts';
import type { Trackables } from '../priority/trackable.ts';
import type { Applicant } from './partition-access.ts';

const NO_FLAGS: ReadonlySet<string> = new Set();

export interface ApplicantParts {
  readonly jobs: Requests;
  readonly slurm: SlurmConfig;
  readonly accounting: Accounting;
  readonly partitions: Partitions;
  readonly trackables: Trackables;
}

export class Applicants {
  readonly #parts: ApplicantParts;

  constructor(parts: ApplicantParts) {
    this.#parts = parts;
  }

  of(job: number): Applicant {
    const { jobs, partitions, accounting, trackables } = this.#parts;
    const { minNodes, maxNodes, reservation } = this.optionsOf(job);
    const association = this.associationOf(job);
    const qos = accounting.qos[accounting.qosOf(job, association)]?.name ?? nameOf(jobs.qos, job)?.toLowerCase();
    const account = accounting.tree.associations[association]?.account ?? nameOf(jobs.account, job)?.toLowerCase();
    return {
      ...(minNodes === undefined ? {} : { minNodes }),
      ...(maxNodes === undefined ? {} : { maxNodes }),
      cpus: trackables.requested(job, 1, partitions.of(job))[CPU],
      limit: partitions.askedOf(job),
      ...(account === undefined ? {} : { account }),
      ...(qos === undefined ? {} : { qos }),
      flags: this.flagsOf(job),
      hasReservation: reservation !== undefined,
    };
  }

  /** Of its QoS. */
  flagsOf(job: number): ReadonlySet<string> {
    const { accounting } = this.#parts;
    return accounting.qos[accounting.qosOf(job, this.associationOf(job))]?.flags ?? NO_FLAGS;
  }

  /** In the partition that it is looked at in [index]; -1 if it has none. */
  associationOf(job: number): number {
    const { slurm, partitions, accounting } = this.#parts;
    return accounting.associationOf(job, slurm.partitions[partitions.of(job)]?.name);
  }

  optionsOf(job: number): SlurmOptions {
    const { slurm, firstGroup } = this.#parts.jobs;
    const option = slurm?.optionsOfGroup[firstGroup[job]] ?? -1;
    return option < 0 ? {} : slurm!.options[option];
  }
}
