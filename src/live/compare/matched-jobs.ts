/** The jobs that two runs have in common, side by side. */
import type { JobTable, NodePlacements } from '../../results/job-table.ts';
import { InputError } from '../../errors.ts';

export interface MatchedJobs {
  readonly ids: readonly string[];
  /** Row in each table. */
  readonly rowA: Int32Array;
  readonly rowB: Int32Array;
  /** Jobs that only one of them has [count]. */
  readonly onlyA: number;
  readonly onlyB: number;
}

export function matchJobs(a: JobTable, b: JobTable): MatchedJobs {
  const rowOf = new Map(Array.from({ length: b.count }, (_, row) => [String(b.ids[row]), row]));
  const ids: string[] = [];
  const [rowA, rowB]: [number[], number[]] = [[], []];
  for (let row = 0; row < a.count; row++) {
    const id = String(a.ids[row]);
    const other = rowOf.get(id);
    if (other === undefined) continue;
    ids.push(id);
    rowA.push(row);
    rowB.push(other);
  }
  if (ids.length === 0) {
    throw new InputError('they have no job in common', 'live compare', 'compare runs of one scenario');
  }
  return {
    ids,
    rowA: Int32Array.from(rowA),
    rowB: Int32Array.from(rowB),
    onlyA: a.count - ids.length,
    onlyB: b.count - ids.length,
  };
}

/** Tasks of a job by the name of their node; `as` may put nodes together. */
export function tasksByNode(placements: NodePlacements, row: number, as: (node: string) => string): Map<string, number> {
  const tasks = new Map<string, number>();
  for (let entry = placements.first[row]; entry < placements.first[row + 1]; entry++) {
    const key = as(placements.nodes[placements.node[entry]]);
    tasks.set(key, (tasks.get(key) ?? 0) + placements.tasks[entry]);
  }
  return tasks;
}
