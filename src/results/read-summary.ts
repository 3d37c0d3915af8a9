import { InputError } from '../errors.ts';
import type { Rejection } from '../schedule.ts';

/** What summary.json says of a run. */
export interface Summary {
  /** Jobs in each state [count]. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Why jobs were rejected; absent if none was, or results are older. */
  readonly rejections?: readonly Rejection[];
  /** The policy was told true run times. */
  readonly oracle: boolean;
  readonly digest: string;
  /** By name, in the order of the file. */
  readonly metrics: Readonly<Record<string, MetricSummary>>;
}

export interface MetricSummary {
  readonly unit: string;
  readonly better: 'lower' | 'higher' | 'neither';
  /** Over which jobs, or over which time, it was taken. */
  readonly window: string;
  /** The figure that stands for the metric; NaN = not defined for this run; absent from a pure breakdown. */
  readonly value?: number;
  readonly figures: Readonly<Record<string, FigureSummary>>;
  readonly groups?: readonly GroupSummary[];
  /** Jobs that have a value, and that have none [count]. */
  readonly jobs?: number;
  readonly jobsWithout?: number;
}

export interface FigureSummary {
  readonly value: number;
  readonly unit: string;
  /** Where it is not the metric's. */
  readonly better?: MetricSummary['better'];
}

export interface GroupSummary {
  readonly name: string;
  readonly jobs: number;
  readonly figures: Readonly<Record<string, FigureSummary>>;
}

type Json = Record<string, unknown>;

/** Checks and takes over what a summary.json holds. */
export function readSummary(document: unknown, file: string): Summary {
  const { jobs, rejections, oracle, digest, metrics } = objectOf(document, file, 'the document');
  return {
    jobs: objectOf(jobs, file, 'jobs') as Record<string, number>,
    ...(Array.isArray(rejections) && { rejections: rejections.map((one) => rejectionOf(objectOf(one, file, 'rejections'))) }),
    oracle: oracle === true,
    digest: String(digest ?? ''),
    metrics: Object.fromEntries(
      Object.entries(objectOf(metrics, file, 'metrics')).map(([name, metric]) => [
        name,
        metricOf(objectOf(metric, file, `metrics.${name}`)),
      ]),
    ),
  };
}

function rejectionOf({ reason, jobs }: Json): Rejection {
  return { reason: String(reason), jobs: numberOf(jobs) };
}

function metricOf(metric: Json): MetricSummary {
  const groups = metric.groups as Json[] | undefined;
  return {
    unit: String(metric.unit ?? ''),
    better: metric.better as MetricSummary['better'],
    window: String(metric.window ?? ''),
    value: metric.value === undefined ? undefined : numberOf(metric.value),
    figures: figuresOf(metric.figures),
    groups: groups?.map((group) => ({
      name: String(group.name),
      jobs: numberOf(group.jobs),
      figures: figuresOf(group.figures),
    })),
    jobs: metric.jobs as number | undefined,
    jobsWithout: metric.jobsWithout as number | undefined,
  };
}

function figuresOf(figures: unknown): Record<string, FigureSummary> {
  const entries = Object.entries((figures ?? {}) as Record<string, Json>);
  return Object.fromEntries(
    entries.map(([name, { value, unit, better }]) => [
      name,
      {
        value: numberOf(value),
        unit: String(unit ?? ''),
        ...(better !== undefined && { better: better as MetricSummary['better'] }),
      },
    ]),
  );
}

/** JSON knows no NaN: what is not defined is null there. */
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : NaN;
}

function objectOf(value: unknown, file: string, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new InputError(`${what} is not an object`, file, 'is this a summary.json of yardmaster? write the results anew');
}
