/**
 * Partial admission: the largest numbers of pods, between all and the minimum of each pod set, that can be had.
 * Source: pkg/scheduler/flavorassigner/podset_reducer.go (Kueue v0.19.2).
 */
import type { PodSet } from './workload.ts';

/** The answer of `attempt` for the first counts, going down, that it answers for. All pod sets shrink in proportion. */
export function largestThatFits<Answer>(
  podSets: readonly PodSet[],
  attempt: (counts: readonly number[]) => Answer | undefined,
): Answer | undefined {
  const spare = podSets.map(({ count, minimum }) => count - minimum);
  const total = spare.reduce((sum, one) => sum + one, 0);
  if (total === 0) return undefined;
  let last: { step: number; answer: Answer } | undefined;
  let low = 0;
  let high = total + 1;
  // As a binary search does, it takes for granted that fewer pods fit wherever more do.
  while (low < high) {
    const step = (low + high) >> 1;
    const answer = attempt(podSets.map(({ count }, index) => count - Math.trunc((spare[index] * step) / total)));
    if (answer === undefined) low = step + 1;
    else {
      last = { step, answer };
      high = step;
    }
  }
  return last?.step === low ? last.answer : undefined;
}
