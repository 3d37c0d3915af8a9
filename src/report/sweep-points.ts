import type { ChartData } from './chart.ts';
import type { ReportFacts, RunFacts } from './model.ts';
import { parseDuration, SECOND } from '../units.ts';

/** Figures that the views of sweeps offer, those of them that the results have. */
const FIGURES = [
  { value: 'wait.mean', label: 'mean wait', unit: 's', better: 'lower' },
  { value: 'wait.p95', label: 'p95 wait', unit: 's', better: 'lower' },
  { value: 'bounded-slowdown.mean', label: 'mean bounded slowdown', unit: 'ratio', better: 'lower' },
  { value: 'bounded-slowdown.p95', label: 'p95 bounded slowdown', unit: 'ratio', better: 'lower' },
  { value: 'visible-stretch.geometric-mean', label: 'visible stretch (geometric mean)', unit: 'ratio', better: 'lower' },
  { value: 'wait-by-queue.interactive.mean', label: 'mean wait of interactive jobs', unit: 's', better: 'lower' },
  { value: 'wait-by-queue.interactive.p95', label: 'p95 wait of interactive jobs', unit: 's', better: 'lower' },
  { value: 'node-time.useful', label: 'useful share of node time', unit: 'share', better: 'higher' },
  { value: 'node-time.lost-core-hours', label: 'core-hours of broken-off work', unit: 'core-hours', better: 'lower' },
  { value: 'node-time.carrier-preemptions', label: 'nodes taken from Slurm', unit: 'count', better: 'lower' },
  { value: 'turnaround.mean', label: 'mean turnaround', unit: 's', better: 'lower' },
  { value: 'utilization', label: 'utilization', unit: 'share', better: 'higher' },
  { value: 'gpu-utilization', label: 'GPU utilization', unit: 'share', better: 'higher' },
  { value: 'makespan', label: 'makespan', unit: 's', better: 'lower' },
  { value: 'core-hours-lost', label: 'core-hours lost', unit: 'core-hours', better: 'lower' },
  { value: 'jain-bounded-slowdown', label: "Jain's index of bounded slowdowns", unit: '', better: 'higher' },
] as const;

export type SweepFigure = (typeof FIGURES)[number];

/** What a run had for a figure; NaN = not defined. */
export function figureOf(run: RunFacts, name: string): number {
  return run.figures[name] ?? NaN;
}

export function sweepFigures({ runs }: ReportFacts): SweepFigure[] {
  return FIGURES.filter(({ value }) => runs.some((run) => !Number.isNaN(figureOf(run, value))));
}

export function sweepFigure(facts: ReportFacts, name: string | undefined, otherwise: string): SweepFigure {
  const there = sweepFigures(facts);
  return there.find(({ value }) => value === name) ?? there.find(({ value }) => value === otherwise) ?? there[0];
}

/** What was varied over the runs beside the policy: its name and how each run had it. */
export interface Varied {
  readonly name: string;
  readonly label: string;
  of(run: RunFacts): string | undefined;
}

/** Parameters and settings with more than one value among the runs. */
export function variedIn({ runs }: ReportFacts): Varied[] {
  const parameters = [...new Set(runs.flatMap(({ parameters }) => Object.keys(parameters)))];
  const settings = [...new Set(runs.flatMap(({ settings }) => Object.keys(settings)))];
  const candidates: Varied[] = [
    ...parameters.map((name) => ({
      name: `parameter.${name}`,
      label: name,
      of: (run: RunFacts) => textOf(run.parameters[name]),
    })),
    ...settings.map((name) => ({ name: `setting.${name}`, label: name, of: (run: RunFacts) => textOf(run.settings[name]) })),
    { name: 'workload', label: 'workload', of: ({ workload }) => workload },
    { name: 'cluster', label: 'cluster', of: ({ cluster }) => cluster },
  ];
  return candidates.filter(({ name, of }) => {
    const values = new Set(runs.map(of).filter((value) => value !== undefined));
    if (values.size < 2) return false;
    // Policies have defaults of their own: only what varies within one of them is varied.
    return !name.startsWith('parameter.') || variesWithinPolicy(runs, of);
  });
}

function variesWithinPolicy(runs: readonly RunFacts[], of: Varied['of']): boolean {
  const first = new Map<string, string | undefined>();
  return runs.some((run) => {
    if (!first.has(run.policy)) first.set(run.policy, of(run));
    return first.get(run.policy) !== of(run);
  });
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

/** Whether there is a sweep at all: more than two policies, or something that was varied. */
export function isSweep({ facts }: ChartData): boolean {
  return facts.runs.length > 2;
}

/** Numbers, durations and numbers with one unit by size, then texts by their letters. */
export function byNumberOrText(a: string, b: string): number {
  const [left, right] = [sizeOf(a), sizeOf(b)];
  if (!Number.isNaN(left) && !Number.isNaN(right) && left !== right) return left - right;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Durations in milliseconds, and plain numbers as seconds beside them. */
function sizeOf(text: string): number {
  if (text.trim() !== '' && !Number.isNaN(Number(text))) return Number(text) * SECOND;
  if (/^(\d+(\.\d+)?\s*(ms|min|s|m|h|d|w)\s*)+$/.test(text)) return parseDuration(text, 'axis');
  return /^-?\d+(\.\d+)?[A-Za-z%]+$/.test(text) ? Number.parseFloat(text) * SECOND : NaN;
}

export function meanOf(values: readonly number[]): number {
  const present = values.filter((value) => !Number.isNaN(value));
  return present.reduce((sum, value) => sum + value, 0) / present.length;
}
