/** What a run of KAI-Scheduler can be told. */
import { InputError } from '../../errors.ts';
import { JsonField, readDocuments } from '../../kubernetes-json.ts';
import type { ParameterFile, ParameterSpecs } from '../../parameters.ts';
import type { PolicySetup } from '../../policy.ts';
import { MINUTE, SECOND } from '../../units.ts';
import { ownOr } from '../kube-default/kube-parameters.ts';
import { readKaiConfiguration } from './configuration.ts';
import type { KaiConfiguration } from './configuration.ts';
import { readQueues } from './queue-object.ts';
import type { QueueObject } from './queue-object.ts';

/** Leaves the matter to the pods. */
const OWN = 'own';

export const KAI_PARAMETERS = {
  queues: {
    summary: 'Queue objects (scheduling.run.ai/v2, YAML or JSON); without: a queue for each name, with nothing but one share.',
    type: 'file',
    default: '',
  },
  config: {
    summary: "The scheduler's configuration, or the configmap that holds it; the default one if empty.",
    type: 'file',
    default: '',
  },
  period: { summary: 'From session to session.', type: 'duration', default: SECOND, min: 1 },
  'consolidation-preemptees': {
    summary: 'How many jobs a consolidation may look at; 0 = there is none, -1 = all.',
    type: 'integer',
    default: 16,
    min: -1,
  },
  staleness: { summary: 'How long a job may hold less than its minimum.', type: 'duration', default: MINUTE, min: 0 },
  grace: { summary: 'How long evicted pods take to stop, or "own": as they say, 30 s by default.', type: 'text', default: OWN },
  recreate: { summary: 'How long controllers take to replace an evicted pod, or "own".', type: 'text', default: OWN },
} as const satisfies ParameterSpecs;

export interface KaiSettings {
  /** Absent: queues come into being as jobs name them. */
  readonly queues?: readonly QueueObject[];
  readonly configuration: KaiConfiguration;
  /** From session to session [ms]. */
  readonly period: number;
  readonly maxConsolidationPreemptees: number;
  /** How long a job may be stale [ms]. */
  readonly staleness: number;
  /** How long evicted pods take to stop [ms]; absent: as they say. */
  readonly grace?: number;
  /** How long controllers take to replace a pod [ms]; absent: as they say. */
  readonly recreation?: number;
}

export function readKaiSettings({ parameters, files }: Pick<PolicySetup, 'parameters' | 'files'>): KaiSettings {
  const preemptees = Number(parameters['consolidation-preemptees']);
  return {
    queues: files.queues === undefined ? undefined : readQueues(files.queues),
    configuration:
      files.config === undefined
        ? readKaiConfiguration(new JsonField(undefined, 'default configuration'))
        : readKaiConfiguration(readConfigText(files.config)),
    period: Number(parameters.period),
    maxConsolidationPreemptees: preemptees < 0 ? Infinity : preemptees,
    staleness: Number(parameters.staleness),
    grace: ownOr(parameters.grace, 'grace'),
    recreation: ownOr(parameters.recreate, 'recreate'),
  };
}

/** A configmap has the configuration as a text under `config.yaml`. */
function readConfigText(file: ParameterFile): JsonField {
  const [field = new JsonField(undefined, file.path)] = readDocuments(file);
  const isMap = typeof field.value === 'object' && !Array.isArray(field.value) && field.at('kind').value === 'ConfigMap';
  if (!isMap) return field;
  const inner = field.at('data').at('config.yaml').text();
  if (inner === undefined) {
    throw new InputError('the configmap has no data under config.yaml', file.path, 'add data: {config.yaml: ...}', 'usage');
  }
  const path = `${file.path}, config.yaml`;
  return readDocuments({ path, text: inner })[0] ?? new JsonField(undefined, path);
}
