/** The configuration that a cluster's own kube-scheduler gets: the user's, with what must be ours put in. */
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { InputError, usageError } from '../../errors.ts';

const API_GROUP = 'kubescheduler.config.k8s.io/';

/** A KubeSchedulerConfiguration, as far as it matters here. */
export type SchedulerConfiguration = Record<string, unknown> & { readonly apiVersion: string };

/** Of kube-scheduler itself, if the user brings none. */
const DEFAULTS: SchedulerConfiguration = { apiVersion: `${API_GROUP}v1`, kind: 'KubeSchedulerConfiguration' };

/** Reads the user's file. Throws `InputError` for what is no configuration of kube-scheduler; the rest is for it to judge. */
export function readSchedulerConfig(file: string | undefined): SchedulerConfiguration {
  return file === undefined ? DEFAULTS : parseSchedulerConfig(readFileSync(file, 'utf8'), file);
}

export function parseSchedulerConfig(text: string, file: string): SchedulerConfiguration {
  let found: unknown;
  try {
    found = parse(text);
  } catch (error) {
    throw new InputError((error as Error).message, file, 'write it as YAML or JSON');
  }
  if (isConfiguration(found)) return found;
  const hint = `begin it with "apiVersion: ${DEFAULTS.apiVersion}" and "kind: KubeSchedulerConfiguration"`;
  throw usageError('it is no configuration of kube-scheduler', file, hint);
}

/** The text for `--config`. There is one scheduler, so that it need not be elected; it reaches the API as we say. */
export function schedulerConfig(configuration: SchedulerConfiguration, kubeconfig: string): string {
  const { clientConnection, leaderElection } = configuration;
  return stringify({
    ...configuration,
    clientConnection: { ...asRecord(clientConnection), kubeconfig },
    leaderElection: { ...asRecord(leaderElection), leaderElect: false },
  });
}

function isConfiguration(value: unknown): value is SchedulerConfiguration {
  const { apiVersion, kind } = asRecord(value);
  return typeof apiVersion === 'string' && apiVersion.startsWith(API_GROUP) && kind === DEFAULTS.kind;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
