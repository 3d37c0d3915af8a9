/** What a run of KAI-Scheduler can be told. */
import { parseAllDocuments, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { InputError } from '../../errors.ts';
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
    queues: files.queues === undefined ? undefined : readQueues(readYamlList(files.queues), files.queues.path),
    configuration:
      files.config === undefined
        ? readKaiConfiguration(undefined, 'default configuration')
        : readKaiConfiguration(readConfigText(files.config), files.config.path),
    period: Number(parameters.period),
    maxConsolidationPreemptees: preemptees < 0 ? Infinity : preemptees,
    staleness: Number(parameters.staleness),
    grace: ownOr(parameters.grace, 'grace'),
    recreation: ownOr(parameters.recreate, 'recreate'),
  };
}

/** A configmap has the configuration as a text under `config.yaml`. */
function readConfigText({ path, text }: ParameterFile): unknown {
  const json: unknown = valueOf(parseDocument(text), path);
  if (typeof json !== 'object' || json === null || !('kind' in json) || json.kind !== 'ConfigMap') return json;
  const inner =
    'data' in json && typeof json.data === 'object' ? (json.data as Record<string, unknown> | null)?.['config.yaml'] : undefined;
  if (typeof inner !== 'string') {
    throw new InputError('the configmap has no data under config.yaml', path, 'add data: {config.yaml: ...}', 'usage');
  }
  return valueOf(parseDocument(inner), `${path}, config.yaml`);
}

function readYamlList({ path, text }: ParameterFile): unknown[] {
  const documents = parseAllDocuments(text);
  return Array.isArray(documents) ? documents.map((document) => valueOf(document, path)) : [];
}

function valueOf(document: Document.Parsed, path: string): unknown {
  const [error] = document.errors;
  if (error === undefined) return document.toJS();
  const [problem] = error.message.split('\n');
  const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 };
  throw new InputError(problem, `${path}:${line}:${col}`, 'the file must be YAML or JSON', 'usage');
}
