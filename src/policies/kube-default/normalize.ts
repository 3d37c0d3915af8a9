import { MAX_SCORE } from './plugin.ts';

/**
 * Scales scores so that the largest becomes 100, in whole numbers; `reversed`: the largest becomes 0.
 * Source: plugins/helper/normalize_score.go (Kubernetes v1.36.2).
 */
export function scaleToLargest(scores: Float64Array, order: 'straight' | 'reversed'): void {
  let largest = 0;
  for (const score of scores) if (score > largest) largest = score;
  for (let i = 0; i < scores.length; i++) {
    const scaled = largest === 0 ? 0 : Math.trunc((MAX_SCORE * scores[i]) / largest);
    scores[i] = order === 'reversed' ? MAX_SCORE - scaled : scaled;
  }
}
