/** What a scenario is about, as it says itself (`report: {figures}`). */
import type { ComparedFigure } from '../experiment/statistics/index.ts';
import type { Results, Run } from '../results/read.ts';

/** The figures, if the scenario of the first of these results names any. */
export function askedFigures([{ manifest }]: readonly Results[]): readonly string[] | undefined {
  const { report } = (manifest.document.scenario ?? {}) as { readonly report?: { readonly figures?: readonly string[] } };
  return report?.figures;
}

/** A figure as tables name it, `wait.mean` or `makespan`; none for counts of jobs and parts of breakdowns, which get no verdict. */
export function comparedFigure(text: string, runs: readonly Run[]): ComparedFigure[] {
  const [name, figure, ...more] = text.split('.');
  const metric = runs.find(({ summary }) => name in summary.metrics)?.summary.metrics[name];
  if (metric === undefined || more.length > 0) return [];
  const { unit, better } = { better: metric.better, ...(figure === undefined ? metric : metric.figures[figure]) };
  return [{ name, unit, better, ...(figure !== undefined && { figure }) }];
}
