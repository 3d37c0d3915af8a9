/** Of many policies, those that charts show at first: whoever opens a page sees the best and the worst, not those named first. */
import { figureWords } from '../experiment/statistics/sentence.ts';
import type { ReportFacts, VerdictFacts } from './model.ts';

/** Lines that one chart can hold. */
export const MOST_SHOWN = 7;
const FEW = 4;

export interface FirstShown {
  readonly labels: readonly string[];
  /** What they are; empty if they are all. */
  readonly why: string;
}

export function firstShown({ labels, verdicts }: Pick<ReportFacts, 'labels' | 'verdicts'>): FirstShown {
  if (labels.length <= MOST_SHOWN) return { labels, why: '' };
  const ranked = rankedBy(verdicts).filter((label) => labels.includes(label));
  if (ranked.length < FEW - 1) return { labels: labels.slice(0, FEW), why: 'those named first' };
  const [{ metric, figure }] = verdicts;
  const chosen = new Set([labels[0], ...ranked.slice(0, FEW - 2), ranked[ranked.length - 1]]);
  const words = figureWords({ name: metric, ...(figure !== '' && { figure }) });
  return { labels: labels.filter((label) => chosen.has(label)), why: `the baseline, and the two best and the worst by ${words}` };
}

/** Those that were compared on the most telling figure, the best first. */
function rankedBy(verdicts: readonly VerdictFacts[]): string[] {
  if (verdicts.length === 0) return [];
  const [{ metric, figure, better }] = verdicts;
  const worse = (value: number) => (better === 'higher' ? -value : value);
  return verdicts
    .filter((one) => one.metric === metric && one.figure === figure)
    .flatMap(({ label, change: { value } }) => (value === null ? [] : [{ label, worse: worse(value) }]))
    .sort((a, b) => a.worse - b.worse)
    .map(({ label }) => label);
}
