/** Vectors of single plugins: which nodes they pass, and how they score them. */
import type { JsonField } from '../kubernetes-json.ts';
import type { KubeVersion } from '../policies/kube-default/behaviour.ts';
import type { PreFilter } from '../policies/kube-default/plugin.ts';
import { findShortages, readNodeResourcesFitArgs } from '../policies/kube-default/node-resources-fit.ts';
import { createPlugin, PLUGINS } from '../policies/kube-default/plugin-list.ts';
import { pluginScores } from '../policies/kube-default/score-run.ts';
import { SUCCESS } from '../policies/kube-default/status.ts';
import type { Status } from '../policies/kube-default/status.ts';
import { Unsupported } from './kube-vectors-comparison.ts';
import type { Comparison } from './kube-vectors-comparison.ts';
import { readCluster, readVectorPod } from './kube-vectors-cluster.ts';
import type { VectorCluster } from './kube-vectors-cluster.ts';

export function compareFilter(vector: JsonField, version: KubeVersion): Comparison {
  const cluster = readCluster(vector, version);
  const { snapshot } = cluster;
  const pod = snapshot.podInfo(readVectorPod(vector));
  const { preFilter } = pluginOf(vector, cluster);
  if (preFilter === undefined) throw new Unsupported(`plugin ${vector.at('plugin').text()} does not filter`);
  const found = preFilter(pod, snapshot);
  const expect = vector.at('expect');
  const expected: Record<string, unknown> = {};
  const actual: Record<string, unknown> = {};
  for (const [name, verdict] of expect.at('filter').entries()) {
    const row = snapshot.rowOf(name);
    if (row === undefined) throw new Unsupported(`node "${name}" is not in the cluster`);
    expected[name] = verdict.value;
    actual[name] = asExpected(statusOf(found, row), verdict);
  }
  if (!expect.at('preFilter').absent) {
    expected.preFilter = expect.at('preFilter').text();
    actual.preFilter = found.status.code;
    expected.preFilterNodes = expect.at('preFilterNodes').absent ? null : expect.at('preFilterNodes').texts().sort();
    actual.preFilterNodes = found.nodes === undefined ? null : [...found.nodes].sort();
  }
  if (!expect.at('insufficient').absent) {
    expected.insufficient = expect.at('insufficient').list().map(readShortage);
    const args = readNodeResourcesFitArgs(vector.at('pluginConfig'));
    actual.insufficient = cluster.rows.flatMap((row) => findShortages(pod.class, args, snapshot, row));
  }
  return { expected, actual };
}

/** A node that was never looked at shares the fate of the pod. */
function statusOf(found: PreFilter, row: number): Status {
  if (found.check !== undefined) return found.check.filter(row);
  return found.status.code === 'Skip' ? SUCCESS : found.status;
}

/** Reasons are compared only where the vector gives them. */
function asExpected({ code, reasons }: Status, expected: JsonField): unknown {
  return expected.at('reasons').absent ? { code } : { code, reasons };
}

function readShortage(field: JsonField): object {
  return {
    resource: field.at('resourceName').text(),
    reason: field.at('reason').text(),
    requested: field.at('requested').integer() ?? 0,
    used: field.at('used').integer() ?? 0,
    capacity: field.at('capacity').integer() ?? 0,
    tooSmall: field.at('unresolvable').flag() ?? false,
  };
}

export function compareScore(vector: JsonField, version: KubeVersion): Comparison {
  const cluster = readCluster(vector, version);
  const { snapshot, rows } = cluster;
  const { name, preScore, scoreReads } = pluginOf(vector, cluster);
  if (preScore === undefined || scoreReads === undefined) throw new Unsupported(`plugin ${name} does not score`);
  const pod = snapshot.podInfo(readVectorPod(vector));
  const scores = pluginScores({ name, scoreReads, preScore }, pod, snapshot, rows);
  const expect = vector.at('expect');
  if (expect.at('skip').flag()) return { expected: { skip: true }, actual: { skip: scores === undefined } };
  const chosen = vector.at('normalized').flag() ? scores?.normalized : scores?.raw;
  const expected: Record<string, unknown> = {};
  const actual: Record<string, unknown> = {};
  for (const [node, score] of expect.at('scores').entries()) {
    const row = snapshot.rowOf(node);
    expected[node] = score.value;
    // A plugin that is skipped counts 0 everywhere.
    actual[node] = row === undefined ? undefined : (chosen?.[rows.indexOf(row)] ?? 0);
  }
  return { expected, actual };
}

function pluginOf(vector: JsonField, { objects }: VectorCluster): ReturnType<typeof createPlugin> {
  const name = vector.at('plugin').text() ?? '';
  if (!PLUGINS.some((entry) => entry.name === name)) throw new Unsupported(`plugin ${name} is not modelled`);
  return createPlugin(name, vector.at('pluginConfig'), objects);
}
