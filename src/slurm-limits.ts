/** Limits as sacctmgr names them: in its dumps, in its scripts and in the columns of its tables. */
import type { SlurmLimits, SlurmQos } from './slurm-accounts.ts';
import type { Setting } from './slurm-conf-lines.ts';
import { parseSlurmTime, wrongValue } from './slurm-conf-table.ts';
import { readTres } from './slurm-conf-tres.ts';
import type { Tres } from './slurm.ts';
import { MINUTE } from './units.ts';

/** Those that only a QoS has. */
export type QosLimits = Pick<
  SlurmQos,
  | 'maxTresPerUser'
  | 'maxTresPerAccount'
  | 'maxJobsPerAccount'
  | 'maxAccruingJobsPerAccount'
  | 'maxSubmittedJobsPerAccount'
  | 'maxTresRunTimePerUser'
  | 'maxTresRunTimePerAccount'
  | 'minTresPerJob'
  | 'minPriorityThreshold'
>;

type Kind = 'count' | 'tres' | 'tres-minutes' | 'minutes';
type Field = keyof SlurmLimits | keyof QosLimits;

/** Each limit, what it is counted in, and its names; those of columns are shorter than those of options. */
const LIMITS: readonly (readonly [Field, Kind, string])[] = [
  ['groupTres', 'tres', 'GrpTRES'],
  ['groupTresTime', 'tres-minutes', 'GrpTRESMins'],
  ['groupTresRunTime', 'tres-minutes', 'GrpTRESRunMins'],
  ['groupJobs', 'count', 'GrpJobs'],
  ['groupAccruingJobs', 'count', 'GrpJobsAccrue'],
  ['groupSubmittedJobs', 'count', 'GrpSubmitJobs GrpSubmit'],
  ['groupWall', 'minutes', 'GrpWall'],
  ['maxTresPerJob', 'tres', 'MaxTRESPerJob MaxTRES MaxTRESPJ'],
  ['maxTresPerNode', 'tres', 'MaxTRESPerNode MaxTRESPN'],
  ['maxTresTimePerJob', 'tres-minutes', 'MaxTRESMinsPerJob MaxTRESMins MaxTRESMinsPJ'],
  ['maxTresRunTime', 'tres-minutes', 'MaxTRESRunMins'],
  ['maxJobs', 'count', 'MaxJobs MaxJobsPerUser MaxJobsPU'],
  ['maxAccruingJobs', 'count', 'MaxJobsAccrue MaxJobsAccruePerUser MaxJobsAccruePU'],
  ['maxSubmittedJobs', 'count', 'MaxSubmitJobs MaxSubmit MaxSubmitJobsPerUser MaxSubmitJobsPU MaxSubmitPU'],
  ['maxWallPerJob', 'minutes', 'MaxWallDurationPerJob MaxWall MaxWallPJ'],
  ['maxTresPerUser', 'tres', 'MaxTRESPerUser MaxTRESPU'],
  ['maxTresPerAccount', 'tres', 'MaxTRESPerAccount MaxTRESPerAcct MaxTRESPA'],
  ['maxJobsPerAccount', 'count', 'MaxJobsPerAccount MaxJobsPerAcct MaxJobsPA'],
  ['maxAccruingJobsPerAccount', 'count', 'MaxJobsAccruePerAccount MaxJobsAccruePerAcct MaxJobsAccruePA'],
  ['maxSubmittedJobsPerAccount', 'count', 'MaxSubmitJobsPerAccount MaxSubmitJobsPerAcct MaxSubmitJobsPA MaxSubmitPA'],
  ['maxTresRunTimePerUser', 'tres-minutes', 'MaxTRESRunMinsPerUser MaxTRESRunMinsPU'],
  ['maxTresRunTimePerAccount', 'tres-minutes', 'MaxTRESRunMinsPerAccount MaxTRESRunMinsPerAcct MaxTRESRunMinsPA'],
  ['minTresPerJob', 'tres', 'MinTRESPerJob MinTRES'],
  ['minPriorityThreshold', 'count', 'MinPrioThreshold MinPrioThres'],
];

/** Names from before there were TRES: a number of one resource. */
const OLD: readonly (readonly [string, string, string])[] = [
  ['GrpTRES', 'cpu', 'GrpCPUs'],
  ['GrpTRES', 'node', 'GrpNodes'],
  ['GrpTRES', 'mem', 'GrpMemory'],
  ['GrpTRESMins', 'cpu', 'GrpCPUMins'],
  ['GrpTRESRunMins', 'cpu', 'GrpCPURunMins'],
  ['MaxTRESPerJob', 'cpu', 'MaxCPUsPerJob MaxCPUs'],
  ['MaxTRESPerJob', 'node', 'MaxNodesPerJob MaxNodes'],
  ['MaxTRESMinsPerJob', 'cpu', 'MaxCPUMinsPerJob MaxCPUMins'],
  ['MaxTRESPerUser', 'cpu', 'MaxCPUsPerUser MaxCPUsPU'],
  ['MaxTRESPerUser', 'node', 'MaxNodesPerUser MaxNodesPU'],
  ['MinTRESPerJob', 'cpu', 'MinCPUsPerJob MinCPUs'],
];

interface Limit {
  readonly field: Field;
  readonly kind: Kind;
  /** The resource that the number is of, for old names. */
  readonly resource?: string;
}

const BY_NAME: ReadonlyMap<string, Limit> = new Map(
  [
    ...LIMITS.flatMap(([field, kind, names]) => names.split(' ').map((name) => [name, { field, kind }] as const)),
    ...OLD.flatMap(([now, resource, names]) => {
      const [field, kind] = LIMITS.find(([, , known]) => known.split(' ').includes(now)) ?? LIMITS[0];
      return names.split(' ').map((name) => [name, { field, kind, resource }] as const);
    }),
  ].map(([name, limit]) => [name.toLowerCase(), limit]),
);

export function isLimit(name: string): boolean {
  return BY_NAME.has(name.toLowerCase());
}

/** The limits among the settings; the last one of a name counts, and an empty one or -1 takes it away. */
export function readLimits(settings: readonly Setting[]): { limits: SlurmLimits; ofQos: QosLimits; rest: Setting[] } {
  const all: Partial<Record<Field, number | Tres>> = {};
  const rest: Setting[] = [];
  for (const setting of settings) {
    const limit = BY_NAME.get(setting.key.toLowerCase());
    if (limit === undefined) rest.push(setting);
    else if (/^(-1(\.0+)?|none|unset|infinite|unlimited)?$/i.test(setting.value)) delete all[limit.field];
    else all[limit.field] = readLimit(setting, limit, all[limit.field]);
  }
  const ofQos: QosLimits = {};
  const limits: SlurmLimits = {};
  const qosFields = new Set<string>(LIMITS.slice(15).map(([field]) => field));
  for (const [field, value] of Object.entries(all)) Object.assign(qosFields.has(field) ? ofQos : limits, { [field]: value });
  return { limits, ofQos, rest };
}

function readLimit(setting: Setting, { kind, resource }: Limit, before: number | Tres | undefined): number | Tres {
  if (kind === 'minutes') {
    const time = parseSlurmTime(setting.value);
    if (time === undefined) throw wrongValue(setting, 'write minutes, HH:MM:SS or D-HH:MM:SS');
    return time;
  }
  if (kind === 'count') {
    if (!/^\d+(\.0+)?$/.test(setting.value)) throw wrongValue(setting, 'write a whole number, or -1 for no limit');
    return Number(setting.value);
  }
  const tres = readTres(resource === undefined ? setting : { ...setting, value: `${resource}=${setting.value}` });
  const scaled = kind === 'tres' ? tres : Object.fromEntries(Object.entries(tres).map(([name, count]) => [name, count * MINUTE]));
  return typeof before === 'object' && resource !== undefined ? { ...before, ...scaled } : scaled;
}
