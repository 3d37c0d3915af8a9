/**
 * A broken line from utilization [%] to a score, in whole numbers.
 * Source: plugins/helper/shape_score.go and noderesources/requested_to_capacity_ratio.go (Kubernetes v1.36.2).
 */
import type { JsonField } from '../../kubernetes-json.ts';

export interface ShapePoint {
  /** 0 to 100. */
  readonly utilization: number;
  /** 0 to 100; in configurations it is written as 0 to 10. */
  readonly score: number;
}

/** Configurations score from 0 to this. */
const MAX_CUSTOM_SCORE = 10;

export function readShape(field: JsonField): ShapePoint[] {
  const points = field.list().map((point) => ({
    utilization: point.at('utilization').integer() ?? 0,
    score: ((point.at('score').integer() ?? 0) * 100) / MAX_CUSTOM_SCORE,
  }));
  if (points.length === 0) throw field.wrong('a list of points, each with utilization and score');
  return points;
}

export function scoreAt(shape: readonly ShapePoint[], utilization: number): number {
  const next = shape.findIndex((point) => utilization <= point.utilization);
  if (next < 0) return shape[shape.length - 1].score;
  if (next === 0) return shape[0].score;
  const [from, to] = [shape[next - 1], shape[next]];
  const rise = ((to.score - from.score) * (utilization - from.utilization)) / (to.utilization - from.utilization);
  return from.score + Math.trunc(rise);
}
