/** What a run of kube-scheduler can be told, read from the parameters of a policy. */
import { JsonField, readDocuments } from '../../kubernetes-json.ts';
import type { ParameterFile, Parameters, ParameterSpecs } from '../../parameters.ts';
import type { PolicySetup } from '../../policy.ts';
import { parseDuration } from '../../units.ts';
import { tellTo } from './attempt.ts';
import { BEHAVIOURS } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';
import { readSchedulerConfiguration } from './configuration.ts';
import type { SchedulerConfiguration } from './configuration.ts';
import type { SpreadingObjects } from './default-selector.ts';
import { NO_COSTS } from './scheduler-settings.ts';
import type { SchedulerCosts, SchedulerSettings } from './scheduler-settings.ts';

/** Leaves the matter to the pods. */
const OWN = 'own';

export const KUBE_PARAMETERS = {
  version: { summary: 'The kube-scheduler that is followed.', type: 'choice', choices: ['1.26', '1.36'], default: '1.36' },
  config: {
    summary: 'A KubeSchedulerConfiguration (YAML or JSON), as for its --config; the default one if empty.',
    type: 'file',
    default: '',
  },
  costs: {
    summary: 'What attempts and API calls cost: nothing, or measured times and the client limits of the configuration.',
    type: 'choice',
    choices: ['none', 'stock'],
    default: 'none',
  },
  qps: { summary: 'API calls a second; 0 = as costs says.', type: 'number', default: 0, min: 0 },
  burst: { summary: 'API calls at once after a pause; 0 = as costs says.', type: 'integer', default: 0, min: 0 },
  attempt: { summary: 'Time of one attempt to place a pod; 0 = as costs says.', type: 'duration', default: 0, min: 0 },
  bind: { summary: 'Time of the call that binds a pod; 0 = as costs says.', type: 'duration', default: 0, min: 0 },
  call: { summary: 'Time of any other API call; 0 = as costs says.', type: 'duration', default: 0, min: 0 },
  nominate: {
    summary: 'Keep others off the nodes that preemptors are nominated to; false: as a second scheduler, which does not see it.',
    type: 'flag',
    default: true,
  },
  grace: { summary: 'How long evicted pods take to stop, or "own": as they say, 30 s by default.', type: 'text', default: OWN },
  'max-backoff': {
    summary: 'Longest wait of a pod that failed before it is tried again; 0s = as the configuration says.',
    type: 'duration',
    default: 0,
    min: 0,
  },
  workers: {
    summary: 'Jobs whose pods the controller creates side by side; 1 = job by job. Matters where jobs come at once.',
    type: 'integer',
    default: 5,
    min: 1,
  },
  recreate: { summary: 'How long controllers take to replace an evicted pod, or "own".', type: 'text', default: OWN },
} as const satisfies ParameterSpecs;

/**
 * What a kube-scheduler v1.26.5 took on an idle machine, its API server beside it, on 20 to 200 nodes: 390 pods/s without
 * a limit of its client [ms].
 */
const MEASURED = { attempt: 2, bind: 2, call: 2 };

export interface KubeParameters {
  readonly behaviour: Behaviour;
  readonly settings: SchedulerSettings;
  /** How long controllers take to replace a pod [ms]; absent: as they say. */
  readonly recreation?: number;
  /** Jobs whose pods come into being side by side [count]. */
  readonly workers: number;
}

export function readKubeParameters({ parameters, files, jobs, random, watch, warn }: PolicySetup): KubeParameters {
  const behaviour = BEHAVIOURS[parameters.version === '1.26' ? '1.26' : '1.36'];
  const { services = [], replicators = [], budgets = [] } = jobs.kubernetes ?? {};
  const read = readConfiguration(files.config, behaviour, { services, replicators });
  const configuration = withBackoff(read, Number(parameters['max-backoff'] ?? 0));
  const grace = ownOr(parameters.grace, 'grace');
  return {
    behaviour,
    recreation: ownOr(parameters.recreate, 'recreate'),
    workers: Number(parameters.workers),
    settings: {
      behaviour,
      configuration,
      budgets,
      random,
      costs: readCosts(parameters, configuration),
      nominates: parameters.nominate === true,
      grace: ({ class: { spec } }) => grace ?? spec.terminationGrace,
      onAttempt: watch && tellTo(watch),
      warn,
    },
  };
}

function withBackoff(configuration: SchedulerConfiguration, longest: number): SchedulerConfiguration {
  if (longest === 0) return configuration;
  return { ...configuration, initialBackoff: Math.min(configuration.initialBackoff, longest), maxBackoff: longest };
}

function readConfiguration(
  file: ParameterFile | undefined,
  behaviour: Behaviour,
  objects: SpreadingObjects,
): SchedulerConfiguration {
  if (file === undefined)
    return readSchedulerConfiguration(new JsonField(undefined, 'default configuration'), behaviour, objects);
  const [field = new JsonField(undefined, file.path)] = readDocuments(file);
  return readSchedulerConfiguration(field, behaviour, objects);
}

function readCosts(given: Parameters, { clientQps, clientBurst }: SchedulerConfiguration): SchedulerCosts {
  const usual = given.costs === 'stock' ? { ...MEASURED, qps: clientQps, burst: clientBurst } : NO_COSTS;
  const or = (name: keyof SchedulerCosts) => (typeof given[name] === 'number' && given[name] > 0 ? given[name] : usual[name]);
  // A limit without a burst lets one call through at a time.
  return { attempt: or('attempt'), bind: or('bind'), call: or('call'), qps: or('qps'), burst: Math.max(1, or('burst')) };
}

/** A duration that was given in place of what pods or controllers say themselves [ms]. */
export function ownOr(given: Parameters[string], name: string): number | undefined {
  if (given === OWN || given === undefined) return undefined;
  return parseDuration(String(given), `${name} (a duration, or "${OWN}")`);
}
