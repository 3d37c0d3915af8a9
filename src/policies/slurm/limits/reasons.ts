/**
 * The words in which Slurm says which limit holds a job back. They follow no rule: memory is `Mem` for associations and
 * `Memory` for QoS, and only limits that are older than TRES end in `Limit`.
 * Source: Slurm 22.05, src/common/slurm_protocol_defs.c, job_reason_string; src/slurmctld/acct_policy.c, _get_tres_state_reason.
 */

/** Which kind of limit of resources; `mins` and `runMins` of a group, or `mins` of one job. */
export type TresLimitKind =
  | 'groupTres'
  | 'groupTresTime'
  | 'groupTresRunTime'
  | 'maxTresPerJob'
  | 'maxTresPerNode'
  | 'maxTresTimePerJob'
  | 'maxTresPerUser'
  | 'maxTresPerAccount'
  | 'minTresPerJob';

export type LimitOwner = 'association' | 'qos';

/** `*` stands for the resource. */
const PATTERNS: Readonly<Record<TresLimitKind, string>> = {
  groupTres: 'Grp*',
  groupTresTime: 'Grp*Minutes',
  groupTresRunTime: 'Grp*RunMinutes',
  maxTresPerJob: 'Max*PerJob',
  maxTresPerNode: 'Max*PerNode',
  maxTresTimePerJob: 'Max*MinutesPerJob',
  maxTresPerUser: 'Max*PerUser',
  maxTresPerAccount: 'Max*PerAccount',
  minTresPerJob: 'Min*',
};

/** What does not follow the patterns, without the owner in front. */
const OLD: Readonly<Record<string, string>> = {
  GrpCpu: 'GrpCpuLimit',
  GrpCpuMinutes: 'GrpCPUMinutesLimit',
  GrpCpuRunMinutes: 'GrpCPURunMinutesLimit',
  MaxCpuPerJob: 'MaxCpuPerJobLimit',
  MaxCpuMinutesPerJob: 'MaxCpuMinutesPerJobLimit',
  MaxCpuPerUser: 'MaxCpuPerUserLimit',
  MinCpu: 'MinCpuNotSatisfied',
  GrpNode: 'GrpNodeLimit',
  MaxNodePerJob: 'MaxNodePerJobLimit',
  MaxNodePerUser: 'MaxNodePerUserLimit',
  GrpMem: 'GrpMemLimit',
  GrpMemory: 'GrpMemLimit',
};

export function tresReason(owner: LimitOwner, kind: TresLimitKind, resource: string): string {
  const word = PATTERNS[kind].replace('*', resourceWord(owner, resource));
  // Limits of an account within a QoS are said without their owner.
  if (kind === 'maxTresPerAccount') return word;
  return (owner === 'qos' ? 'QOS' : 'Assoc') + (OLD[word] ?? word);
}

function resourceWord(owner: LimitOwner, resource: string): string {
  if (resource === 'cpu') return 'Cpu';
  if (resource === 'mem') return owner === 'qos' ? 'Memory' : 'Mem';
  if (resource === 'node') return 'Node';
  if (resource === 'billing') return 'Billing';
  if (resource === 'energy') return 'Energy';
  if (resource.startsWith('gres/')) return 'GRES';
  if (resource.startsWith('license/')) return 'License';
  return resource.startsWith('bb/') ? 'BB' : 'Unknown';
}

/** Whether a reason says that limits of an association or a QoS hold a job back. */
export function isLimitReason(reason: string | undefined): boolean {
  return reason !== undefined && /^(QOS(?!Usage|Not)|Assoc|Max.*Per(Account|Acct)$)/.test(reason);
}
