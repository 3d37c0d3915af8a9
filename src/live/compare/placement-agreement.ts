/** How far two runs put the same tasks at the same places. */
import type { JobTable } from '../../results/job-table.ts';
import type { PoolFacts } from '../../results/pool-facts.ts';
import { tasksByNode } from './matched-jobs.ts';
import type { MatchedJobs } from './matched-jobs.ts';

export interface PlacementAgreement {
  /** Tasks of jobs that ran in both [count]. */
  readonly tasks: number;
  /** Share of them on the same node, on a node of the same kind, and in the same rack [0..1]; NaN = not known. */
  readonly node: number;
  readonly nodeClass: number;
  readonly rack: number;
  /** Share of jobs of several tasks that are spread alike: so many on one node, so many on another [0..1]. */
  readonly gang: number;
}

export interface Places {
  /** Kind of a node: what it has. */
  readonly classOf: ReadonlyMap<string, string>;
  /** Undefined if nothing is known of racks. */
  readonly rackOf?: ReadonlyMap<string, string>;
}

export function classesOf(pools: readonly PoolFacts[]): Map<string, string> {
  const classes = new Map<string, string>();
  for (const { name, nodes, node_names: names, cpus, gpus } of pools) {
    for (let node = 0; node < nodes; node++) classes.set(names?.[node] ?? `${name}${node}`, `${cpus} CPUs, ${gpus} GPUs`);
  }
  return classes;
}

export function placementAgreement(a: JobTable, b: JobTable, jobs: MatchedJobs, places: Places): PlacementAgreement {
  const [ofA, ofB] = [a.placements(), b.placements()];
  if (ofA === undefined || ofB === undefined) return { tasks: 0, node: NaN, nodeClass: NaN, rack: NaN, gang: NaN };
  const total = { tasks: 0, node: 0, nodeClass: 0, rack: 0, gangs: 0, alike: 0 };
  const { classOf, rackOf } = places;
  jobs.ids.forEach((_, index) => {
    const at = (as: (node: string) => string) =>
      [tasksByNode(ofA, jobs.rowA[index], as), tasksByNode(ofB, jobs.rowB[index], as)] as const;
    const [left, right] = at((node) => node);
    const tasks = Math.min(countOf(left), countOf(right));
    if (tasks === 0) return;
    total.tasks += tasks;
    total.node += common(left, right);
    total.nodeClass += common(...at((node) => classOf.get(node) ?? node));
    total.rack += common(...at((node) => rackOf?.get(node) ?? node));
    if (tasks < 2) return;
    total.gangs++;
    if (shape(left) === shape(right)) total.alike++;
  });
  return {
    tasks: total.tasks,
    node: total.node / total.tasks,
    nodeClass: total.nodeClass / total.tasks,
    rack: rackOf === undefined ? NaN : total.rack / total.tasks,
    gang: total.alike / total.gangs,
  };
}

function countOf(tasks: ReadonlyMap<string, number>): number {
  return [...tasks.values()].reduce((sum, count) => sum + count, 0);
}

function common(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  return [...a].reduce((sum, [place, count]) => sum + Math.min(count, b.get(place) ?? 0), 0);
}

/** How many tasks its nodes have, whichever they are. */
function shape(tasks: ReadonlyMap<string, number>): string {
  return [...tasks.values()].sort((a, b) => a - b).join(' ');
}
