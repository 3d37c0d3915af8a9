/** What a scenario is about, as it says itself (`report: {figures}`). */
import type { ComparedFigure } from '../experiment/statistics/index.ts';
import type { Results, Run } from '../results/read.ts';

/** The figures, if the scenario of the first of these results names any. */
export function askedNames([{ manifest }]: readonly Results[]): readonly string[] | undefined {
  const { report } = (manifest.document.scenario ?? {}) as { readonly report?: { readonly figures?: readonly string[] } };
  return report?.figures;
}

/** Those of them that can be compared. */
export function askedFigures(sources: readonly Results[]): ComparedFigure[] {
  const runs = sources.flatMap((source) => source.runs);
  return (askedNames(sources) ?? []).flatMap((name) => comparedFigure(name, runs));
}

/** Counts of jobs and parts of breakdowns get no verdict. */
function comparedFigure(text: string, runs: readonly Run[]): ComparedFigure[] {
  const [name, figure, ...more] = text.split('.');
  const metric = runs.find(({ summary }) => name in summary.metrics)?.summary.metrics[name];
  if (metric === undefined || more.length > 0) return [];
  const { unit, better } = metric;
  return [{ name, unit, better, ...(figure !== undefined && { figure }) }];
}
