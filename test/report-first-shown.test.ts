// Of many policies a page opens with those worth seeing, and says which they are.
import { expect, test } from 'vitest';
import { firstShown } from '../src/report/first-shown.ts';
import type { VerdictFacts } from '../src/report/model.ts';

const LABELS = ['base', 'a', 'b', 'c', 'd', 'e', 'f', 'g'];

function verdict(label: string, value: number | null, figure = 'mean', better: 'lower' | 'higher' = 'lower'): VerdictFacts {
  return { metric: 'wait', figure, label, better, change: { value } } as unknown as VerdictFacts;
}

test('a few are all shown', () => {
  expect(firstShown({ labels: LABELS.slice(0, 7), verdicts: [] })).toEqual({ labels: LABELS.slice(0, 7), why: '' });
});

test('of many the baseline, the two best and the worst, in their own order', () => {
  const changes = [5, 1, 9, 3, -2, 4, 8];
  const verdicts = changes.flatMap((change, at) => [verdict(LABELS[at + 1], change), verdict(LABELS[at + 1], -change, 'p95')]);
  const { labels, why } = firstShown({ labels: LABELS, verdicts });
  expect(labels).toEqual(['base', 'b', 'c', 'e']);
  expect(why).toBe('the baseline, and the two best and the worst by mean wait');
  const higher = verdicts.map((one) => ({ ...one, better: 'higher' as const }));
  expect(firstShown({ labels: LABELS, verdicts: higher }).labels).toEqual(['base', 'c', 'e', 'g']);
});

test('where too few can be compared, those named first', () => {
  const verdicts = [verdict('a', 1), verdict('b', null), verdict('elsewhere', 2)];
  expect(firstShown({ labels: LABELS, verdicts })).toEqual({ labels: LABELS.slice(0, 4), why: 'those named first' });
});
