/**
 * Decisions of kube-scheduler's plugins, compared with what the unit tests of Kubernetes expect of them. A vector is
 * one case: a cluster, a pod, a plugin with its arguments, and the verdicts (format `kube-sched-vector/1`).
 */
import type { KubeVersion } from '../policies/kube-default/behaviour.ts';
import { JsonField } from '../kubernetes-json.ts';
import { Unsupported } from './kube-vectors-comparison.ts';
import type { Comparison } from './kube-vectors-comparison.ts';
import { compareFilter, compareScore } from './kube-vectors-plugins.ts';
import { compareDryRun, compareEligibility, comparePick, comparePostFilter } from './kube-vectors-preemption.ts';
import { compareMath } from './kube-vectors-math.ts';

export interface VectorResult {
  readonly id: string;
  /** File, test and case that it comes from. */
  readonly source: string;
  readonly verdict: 'agree' | 'disagree' | 'unsupported';
  /** For those that disagree. */
  readonly expected?: unknown;
  readonly actual?: unknown;
  /** Why it is not supported. */
  readonly reason?: string;
}

type Compare = (vector: JsonField, version: KubeVersion) => Comparison;

const KINDS: Readonly<Record<string, Compare>> = {
  filter: compareFilter,
  score: compareScore,
  math: compareMath,
  'preempt.dryrun': compareDryRun,
  'preempt.pick': comparePick,
  'preempt.postfilter': comparePostFilter,
  'preempt.eligible': compareEligibility,
};

/** Judges each vector of a file; `where` names the file in errors. */
export function verifyKubeVectors(vectors: unknown, version: KubeVersion, where = 'vectors'): VectorResult[] {
  return new JsonField(vectors, where).list().map((vector) => verifyOne(vector, version));
}

function verifyOne(vector: JsonField, version: KubeVersion): VectorResult {
  const id = vector.at('id').text() ?? '';
  const source = sourceOf(vector.at('source'));
  const kind = vector.at('kind').text() ?? '';
  const compare = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (compare === undefined) return { id, source, verdict: 'unsupported', reason: `vectors of kind "${kind}" are not known` };
  try {
    const { expected, actual } = compare(vector, version);
    if (JSON.stringify(expected) === JSON.stringify(actual)) return { id, source, verdict: 'agree' };
    return { id, source, verdict: 'disagree', expected, actual };
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    return { id, source, verdict: 'unsupported', reason: error.message };
  }
}

function sourceOf(field: JsonField): string {
  const file = field.at('file').text() ?? '';
  return `${file.slice(file.lastIndexOf('/') + 1)} ${field.at('test').text() ?? ''}: ${field.at('case').text() ?? ''}`;
}
