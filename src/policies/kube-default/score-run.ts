/**
 * The scores of a profile for one pod on the nodes that passed: raw from each plugin, normalised, weighted, added up.
 * Source: pkg/scheduler/framework/runtime/framework.go, RunScorePlugins (Kubernetes v1.36.2).
 */
import { MAX_SCORE } from './plugin.ts';
import type { NodeScorer, ScorePlugin } from './plugin.ts';
import type { PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';

export interface WeightedPlugin {
  readonly plugin: ScorePlugin;
  readonly weight: number;
}

/** What one plugin said, node by node in the order of the rows. */
export interface PluginScores {
  readonly plugin: string;
  readonly weight: number;
  /** As the plugin counted; absent if it had nothing to say. */
  readonly raw?: Float64Array;
  /** 0 to 100. */
  readonly normalized?: Float64Array;
}

/** The total of each node, in the order of `rows`, worked out anew. A cycle keeps most of it: see cycle-memory.ts. */
export function totalScores(
  plugins: readonly WeightedPlugin[],
  pod: PodInfo,
  snapshot: Snapshot,
  rows: ArrayLike<number>,
): Float64Array {
  const totals = new Float64Array(rows.length);
  for (const { plugin, weight } of plugins) {
    const scores = pluginScores(plugin, pod, snapshot, rows);
    if (scores === undefined) continue;
    for (let i = 0; i < totals.length; i++) totals[i] += weight * scores.normalized[i];
  }
  return totals;
}

/** The same with every plugin's part, for explanations. */
export function explainScores(
  plugins: readonly WeightedPlugin[],
  pod: PodInfo,
  snapshot: Snapshot,
  rows: ArrayLike<number>,
): PluginScores[] {
  return plugins.map(({ plugin, weight }) => ({
    plugin: plugin.name,
    weight,
    ...pluginScores(plugin, pod, snapshot, rows),
  }));
}

/** Raw and normalised scores of one plugin; undefined if it is skipped for this pod. */
export function pluginScores(
  plugin: ScorePlugin,
  pod: PodInfo,
  snapshot: Snapshot,
  rows: ArrayLike<number>,
): { readonly raw: Float64Array; readonly normalized: Float64Array } | undefined {
  const scorer = plugin.preScore(pod, snapshot, rows);
  if (scorer === undefined) return undefined;
  const raw = new Float64Array(rows.length);
  for (let i = 0; i < raw.length; i++) raw[i] = scorer.score(rows[i]);
  if (scorer.normalize === undefined) return { raw, normalized: raw };
  const normalized = raw.slice();
  normalize(plugin.name, scorer, normalized, rows);
  return { raw, normalized };
}

/** Turns raw scores into those from 0 to 100, in place. */
export function normalize(plugin: string, scorer: NodeScorer, scores: Float64Array, rows: ArrayLike<number>): void {
  if (scorer.normalize === undefined) return;
  scorer.normalize(scores, rows);
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] >= 0 && scores[i] <= MAX_SCORE) continue;
    throw new Error(`${plugin} gave a node ${scores[i]}, out of 0 to ${MAX_SCORE}`);
  }
}

/** Normalises raw scores in place, and adds them, weighted, to the totals. */
export function addNormalized(
  plugin: string,
  scorer: NodeScorer,
  weight: number,
  scores: Float64Array,
  rows: ArrayLike<number>,
  totals: Float64Array,
): void {
  normalize(plugin, scorer, scores, rows);
  for (let i = 0; i < scores.length; i++) totals[i] += weight * scores[i];
}
