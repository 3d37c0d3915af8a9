/** What lies behind the word for a limit: whose it is, how much it lets one have, and how much of that is gone. */
import { formatBytes } from '../../../units.ts';
import type { Standing, JobStanding, QosStanding } from './job-standing.ts';
import type { Amounts, LimitSet } from './limit-set.ts';
import { tresReason } from './reasons.ts';
import type { LimitOwner, TresLimitKind } from './reasons.ts';
import type { Usage } from './usage.ts';

export interface LimitQuestion {
  /** As in squeue. */
  readonly word: string;
  readonly standing: JobStanding;
  /** Names of the trackable resources. */
  readonly resources: readonly string[];
  /** What the job asks for. */
  readonly asked: Amounts;
  /** Its limit [min]. */
  readonly minutes: number;
}

/** Limits of counts and of wall time, by their words. */
const COUNTS: Readonly<Record<string, readonly [LimitOwner, keyof LimitSet, 'jobs' | 'wall' | 'limit']>> = {
  QOSGrpJobsLimit: ['qos', 'groupJobs', 'jobs'],
  QOSMaxJobsPerUserLimit: ['qos', 'maxJobs', 'jobs'],
  MaxJobsPerAccount: ['qos', 'maxJobsPerAccount', 'jobs'],
  QOSGrpWallLimit: ['qos', 'groupWall', 'wall'],
  QOSMaxWallDurationPerJobLimit: ['qos', 'maxWallPerJob', 'limit'],
  AssocGrpJobsLimit: ['association', 'groupJobs', 'jobs'],
  AssocMaxJobsLimit: ['association', 'maxJobs', 'jobs'],
  AssocGrpWallLimit: ['association', 'groupWall', 'wall'],
  AssocMaxWallDurationPerJobLimit: ['association', 'maxWallPerJob', 'limit'],
};

const KINDS: readonly TresLimitKind[] = [
  ...(['groupTres', 'maxTresPerUser', 'maxTresPerAccount', 'groupTresRunTime', 'groupTresTime'] as const),
  ...(['maxTresPerJob', 'maxTresPerNode', 'maxTresTimePerJob', 'minTresPerJob'] as const),
];

/** Undefined if nothing more is known than the word. */
export function limitDetail(question: LimitQuestion): string | undefined {
  const { standing } = question;
  return (
    standing.qos.map((qos) => detailOf('qos', qos, question)).find((detail) => detail !== undefined) ??
    standing.associations.map((one) => detailOf('association', one, question)).find((detail) => detail !== undefined)
  );
}

/** The QoS whose limit a word speaks of; undefined if it is not that of a whole QoS. */
export function blockingQos(question: LimitQuestion): string | undefined {
  if (!question.word.startsWith('QOSGrp')) return undefined;
  return question.standing.qos.find((qos) => detailOf('qos', qos, question) !== undefined)?.name;
}

function detailOf(owner: LimitOwner, standing: Standing, question: LimitQuestion): string | undefined {
  return ofCount(owner, standing, question) ?? ofResource(owner, standing, question);
}

function ofCount(owner: LimitOwner, standing: Standing, { word, minutes }: LimitQuestion): string | undefined {
  const [of, field, kind] = COUNTS[word] ?? [];
  const limit = field === undefined ? undefined : standing.limits[field];
  if (of !== owner || typeof limit !== 'number' || limit === Infinity) return undefined;
  if (kind === 'limit') return `${standing.name}: ${limit} min at most, it asks for ${minutes}`;
  if (kind === 'wall') return `${standing.name}: ${limit} min, ${Math.floor((standing.spent?.wall ?? 0) / 60)} are used`;
  const running = counterOf(field === 'maxJobs' ? 'maxTresPerUser' : 'groupTres', standing).jobs;
  const counted = field === 'maxJobsPerAccount' ? (isOfQos(standing) ? standing.ofAccount.jobs : running) : running;
  return counted < limit ? undefined : `${standing.name}: ${limit} jobs at most, ${counted} run`;
}

function ofResource(owner: LimitOwner, standing: Standing, { word, resources, asked, minutes }: LimitQuestion) {
  for (const kind of KINDS) {
    for (const [tres, resource] of resources.entries()) {
      const limit = standing.limits[kind][tres];
      if (limit === Infinity || tresReason(owner, kind, resource) !== word) continue;
      const isTime = kind === 'groupTresTime' || kind === 'groupTresRunTime' || kind === 'maxTresTimePerJob';
      const wanted = isTime ? asked[tres] * minutes : asked[tres];
      const gone = goneOf(kind, standing, tres);
      if (kind === 'minTresPerJob' ? wanted >= limit : wanted + gone <= limit && gone < limit) continue;
      const say = (amount: number) => amountText(resource, amount, isTime);
      const side = kind === 'minTresPerJob' ? 'at least' : 'at most';
      const held = gone > 0 ? `, ${say(gone)} ${kind === 'groupTresTime' ? 'used' : 'held'}` : '';
      return `${standing.name}: ${side} ${say(limit)}${held}, it asks for ${say(wanted)}`;
    }
  }
  return undefined;
}

function goneOf(kind: TresLimitKind, standing: Standing, tres: number): number {
  if (kind === 'groupTresTime') return Math.floor((standing.spent?.tres[tres] ?? 0) / 60);
  if (kind === 'groupTresRunTime') return Math.floor(standing.usage.promised[tres] / 60);
  if (kind === 'groupTres' || kind === 'maxTresPerUser' || kind === 'maxTresPerAccount')
    return counterOf(kind, standing).held[tres];
  return 0;
}

function counterOf(kind: 'groupTres' | 'maxTresPerUser' | 'maxTresPerAccount', standing: Standing): Usage {
  if (!isOfQos(standing) || kind === 'groupTres') return standing.usage;
  return kind === 'maxTresPerUser' ? standing.ofUser : standing.ofAccount;
}

function isOfQos(standing: Standing): standing is QosStanding {
  return 'ofUser' in standing;
}

function amountText(resource: string, amount: number, isTime: boolean): string {
  const unit = isTime ? ' min' : '';
  return resource === 'mem' && !isTime ? formatBytes(amount) : `${amount} ${resource}${unit}`;
}
