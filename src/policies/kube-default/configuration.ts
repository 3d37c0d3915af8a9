/** A KubeSchedulerConfiguration, as a file for kube-scheduler's `--config` holds it. */
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

/** Reads parsed YAML or JSON; `undefined` gives the defaults. */
export function readSchedulerConfiguration(
  json: unknown,
  where: string,
  behaviour: Behaviour,
  objects?: SpreadingObjects,
): SchedulerConfiguration {
  const field = new JsonField(json, where);
  const percentage = field.at('percentageOfNodesToScore').integer() ?? 0;
  const given = field.at('profiles').list();
  const profiles = given.length > 0 ? given : [new JsonField({}, where)];
  const client = field.at('clientConnection');
  return {
    profiles: profiles.map((profile) => readProfile(profile, behaviour, objects, percentage)),
    initialBackoff: (field.at('podInitialBackoffSeconds').integer() ?? 1) * SECOND,
    maxBackoff: (field.at('podMaxBackoffSeconds').integer() ?? 10) * SECOND,
    clientQps: client.at('qps').integer() ?? 50,
    clientBurst: client.at('burst').integer() ?? 100,
  };
}
