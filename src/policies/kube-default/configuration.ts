/** A KubeSchedulerConfiguration, as a file for kube-scheduler's `--config` holds it. */
import { usageError } from '../../errors.ts';
import { JsonField } from '../../kubernetes-json.ts';
import { SECOND } from '../../units.ts';
import type { Behaviour } from './behaviour.ts';
import type { SpreadingObjects } from './default-selector.ts';
import { readProfile } from './profile.ts';
import type { Profile } from './profile.ts';

export interface SchedulerConfiguration {
  /** At least one. */
  readonly profiles: readonly Profile[];
  /** First and longest wait of a pod that failed [ms]. */
  readonly initialBackoff: number;
  readonly maxBackoff: number;
  /** The client's rate limit: calls a second, and how many at once. */
  readonly clientQps: number;
  readonly clientBurst: number;
}

/**
 * Reads parsed YAML or JSON; `undefined` gives the defaults. What kube-scheduler refuses to start with is refused here.
 * Source: pkg/scheduler/apis/config/validation/validation.go (Kubernetes v1.36.2).
 */
export function readSchedulerConfiguration(
  field: JsonField,
  behaviour: Behaviour,
  objects?: SpreadingObjects,
): SchedulerConfiguration {
  expectKnown(field);
  field.at('kind').word('KubeSchedulerConfiguration');
  const percentage = within(field.at('percentageOfNodesToScore'), 0, 100) ?? 0;
  within(field.at('parallelism'), 1);
  const initialBackoff = within(field.at('podInitialBackoffSeconds'), 1) ?? 1;
  const longest = field.at('podMaxBackoffSeconds');
  const maxBackoff = within(longest, initialBackoff) ?? 10;
  if (maxBackoff < initialBackoff) throw longest.wrong(`a whole number of ${initialBackoff} or more`);
  const given = field.at('profiles').list();
  const profiles = given.length > 0 ? given : [new JsonField({}, 'default profile')];
  checkProfiles(given);
  const client = field.at('clientConnection');
  return {
    profiles: profiles.map((profile) => readProfile(profile, behaviour, objects, percentage)),
    initialBackoff: initialBackoff * SECOND,
    maxBackoff: maxBackoff * SECOND,
    clientQps: client.at('qps').integer() ?? 50,
    clientBurst: client.at('burst').integer() ?? 100,
  };
}

/** Fields that say how the process runs, and nothing of what it decides. */
const OF_THE_PROCESS = ['leaderElection', 'enableProfiling', 'enableContentionProfiling', 'delayCacheUntilActive'];
/** Those that only the versions before v1 have. */
const OF_BETA = ['healthzBindAddress', 'metricsBindAddress'];
const OF_DECISIONS = [
  'apiVersion',
  'kind',
  'parallelism',
  'clientConnection',
  'percentageOfNodesToScore',
  'podInitialBackoffSeconds',
  'podMaxBackoffSeconds',
  'profiles',
  'extenders',
];

/** kube-scheduler decodes strictly: it does not start with a field that it does not know. */
function expectKnown(field: JsonField): void {
  const isBeta = field.at('apiVersion').text()?.includes('/v1beta') === true;
  field.expectOnly(...OF_DECISIONS, ...OF_THE_PROCESS, ...(isBeta ? OF_BETA : []));
  field.at('clientConnection').expectOnly('kubeconfig', 'acceptContentTypes', 'contentType', 'qps', 'burst');
  const extenders = field.at('extenders');
  if (extenders.list().length === 0) return;
  throw usageError('extenders are not modelled', extenders.path, 'take them out; nothing can say what they would answer');
}

/** A pod names the one profile that it is for. */
function checkProfiles(profiles: readonly JsonField[]): void {
  const names = new Set<string>();
  for (const profile of profiles) {
    within(profile.at('percentageOfNodesToScore'), 0, 100);
    const name = profile.at('schedulerName').text() ?? 'default-scheduler';
    if (names.has(name)) throw profile.at('schedulerName').wrong('a name that no profile before it has');
    names.add(name);
  }
}

function within(field: JsonField, least: number, most = Infinity): number | undefined {
  const number = field.integer();
  if (number === undefined || (number >= least && number <= most)) return number;
  throw field.wrong(most < Infinity ? `a whole number from ${least} to ${most}` : `a whole number of ${least} or more`);
}
