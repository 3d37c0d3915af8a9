/**
 * Whether a partition takes a job. With EnforcePartLimits it turns others away when they are submitted; without, they wait,
 * and the reason is looked at anew in each pass. Source: Slurm 22.05, src/slurmctld/job_mgr.c, _part_access_check,
 * _valid_job_part, job_limits_check; partition_mgr.c, part_policy_valid_acct, part_policy_valid_qos.
 * Departs from it in that groups of users (AllowGroups) and hosts of submission (AllocNodes) are not known.
 */
import type { SlurmPartition } from '../../../slurm.ts';
import { MINUTE } from '../../../units.ts';

/** What a partition looks at in a job. */
export interface Applicant {
  /** --nodes; absent if it says nothing of them. */
  readonly minNodes?: number;
  readonly maxNodes?: number;
  /** [count] */
  readonly cpus: number;
  /** The limit that was asked for, or that of --time-min where that counts [ms]; Infinity = none. */
  readonly limit: number;
  /** In lower case. */
  readonly account?: string;
  readonly qos?: string;
  /** Flags of its QoS: some of them lift limits of partitions. */
  readonly flags: ReadonlySet<string>;
  readonly hasReservation: boolean;
}

export interface PartitionSize {
  readonly nodes: number;
  readonly cpus: number;
}

/** Why the job is not even queued, whatever EnforcePartLimits says; undefined if it is. */
export function turnedAway({ state, rootOnly, reservationOnly, name }: SlurmPartition, job: Applicant): string | undefined {
  if (state === 'drain' || state === 'inactive') return `partition ${name} takes no jobs: it is in state ${state}`;
  if (rootOnly) return `partition ${name} is for root only`;
  return reservationOnly && !job.hasReservation ? `partition ${name} is for jobs in reservations only` : undefined;
}

/** Why it does not run in the partition, in Slurm's words; undefined if it may. */
export function partitionLimit(partition: SlurmPartition, job: Applicant, size: PartitionSize): string | undefined {
  const { minNodes, maxNodes, maxTime, state, maxCpusPerNode } = partition;
  // A partition that is down is not measured.
  if (state === 'down' || state === 'inactive') return state === 'down' ? 'PartitionDown' : 'PartitionInactive';
  if (job.cpus > Math.min(size.cpus, maxCpusPerNode * size.nodes)) return 'PartitionConfig';
  const { minNodes: least, maxNodes: most = least } = job;
  if (least !== undefined && least > size.nodes) return 'PartitionNodeLimit';
  if (least !== undefined && leastNodes(partition, job) < minNodes && !job.flags.has('partitionminnodes')) {
    return 'PartitionNodeLimit';
  }
  if (most !== undefined && most > maxNodes && !job.flags.has('partitionmaxnodes')) return 'PartitionNodeLimit';
  const tooLong = job.limit !== Infinity && Math.ceil(job.limit / MINUTE) * MINUTE > maxTime;
  return tooLong && !job.flags.has('partitiontimelimit') ? 'PartitionTimeLimit' : undefined;
}

/** Fewer nodes than the partition gives are raised to that, if the job may have so many. */
function leastNodes({ minNodes }: SlurmPartition, { minNodes: least = 1, maxNodes = Infinity }: Applicant): number {
  return least < minNodes && maxNodes >= minNodes ? minNodes : least;
}

/** Why its account or QoS keeps it out, in Slurm's words; undefined if they do not. A list of those allowed makes the other one void. */
export function notAllowed(partition: SlurmPartition, { account, qos }: Applicant): string | undefined {
  const { allowAccounts, denyAccounts, allowQos, denyQos } = partition;
  if (isKeptOut(account, allowAccounts, denyAccounts)) return 'AccountNotAllowed';
  return isKeptOut(qos, allowQos, denyQos) ? 'QOSNotAllowed' : undefined;
}

function isKeptOut(
  name: string | undefined,
  allowed: readonly string[] | undefined,
  denied: readonly string[] | undefined,
): boolean {
  if (allowed !== undefined) return name === undefined || !allowed.includes(name);
  return name !== undefined && denied?.includes(name) === true;
}
