/**
 * Which node a task gets: of those that can take it, now or once others have left, the one with the best score; of equal
 * ones the first by name.
 * Source: pkg/scheduler/framework/session.go (OrderedNodesByTask, FittingNode), plugins nodeavailability, resourcetype
 * and nodeplacement (KAI-Scheduler v0.13.0).
 */
import type { KaiConfiguration } from './configuration.ts';
import type { NodeTable } from './node-table.ts';
import type { Predicates } from './predicates.ts';
import { CPU, GPU } from './quantities.ts';
import type { Task } from './task.ts';

/** Scores of the plugins: see plugins/scores/scores.go. */
const MAX_DENSITY = 9;
const CPU_ONLY_NODE = 10;
const AVAILABLE = 100;

export interface NodeRules {
  readonly table: NodeTable;
  readonly predicates: Predicates;
  readonly configuration: KaiConfiguration;
}

/** The best row among these; -1 if none can take the task. */
export function chooseNode(task: Task, rows: readonly number[], { table, predicates, configuration }: NodeRules): number {
  const objection = predicates.objections(task.pod);
  const placing = placementScore(task, rows, table, configuration);
  const { plugins } = configuration;
  const prefersCpuNodes = plugins.has('resourcetype') && task.request[GPU] === 0;
  const gpus = table.allocatable(table.shared(GPU));
  let best = -1;
  let bestScore = -Infinity;
  for (const row of rows) {
    if (!table.fits(task, row) || objection(row) !== undefined) continue;
    let score = placing(row);
    if (plugins.has('nodeavailability') && table.fitsIdle(task, row)) score += AVAILABLE;
    if (prefersCpuNodes && gpus(row) === 0) score += CPU_ONLY_NODE;
    if (score <= bestScore) continue;
    best = row;
    bestScore = score;
  }
  return best;
}

/** The fuller the better, measured against the others; or the emptier the better. */
function placementScore(
  task: Task,
  rows: readonly number[],
  table: NodeTable,
  { plugins, placement }: KaiConfiguration,
): (row: number) => number {
  if (!plugins.has('nodeplacement')) return () => 0;
  const kind = task.request[GPU] > 0 ? GPU : CPU;
  const resource = table.shared(kind);
  const all = table.allocatable(resource);
  if ((kind === GPU ? placement.gpu : placement.cpu) === 'spread') {
    return (row) => (all(row) === 0 ? 0 : table.left(resource, row) / all(row));
  }
  let least = Infinity;
  let most = 0;
  for (const row of rows) {
    if (all(row) === 0) continue;
    const left = table.left(resource, row);
    least = Math.min(least, left);
    most = Math.max(most, left);
  }
  return (row) => {
    if (all(row) === 0 || most === 0) return 0;
    if (least === most) return MAX_DENSITY;
    return MAX_DENSITY * (1 - (table.left(resource, row) - least) / (most - least));
  };
}

/** Why no node takes the task, node by node, as the scheduler adds it up. */
export function fitError(task: Task, { table, predicates }: NodeRules): string {
  const objection = predicates.objections(task.pod);
  const counts = new Map<string, number>();
  const count = (reason: string) => counts.set(reason, (counts.get(reason) ?? 0) + 1);
  for (const row of table.rows) {
    const lacking = lackingOn(task, row, table);
    if (lacking.length > 0) lacking.forEach(count);
    else count(objection(row) ?? 'node(s) are waiting for pods to leave');
  }
  const reasons = [...counts].map(([reason, nodes]) => `${nodes} ${reason}`).sort();
  return `no nodes with enough resources were found${reasons.length > 0 ? `: ${reasons.join('. ')}.` : ''}`;
}

function lackingOn(task: Task, row: number, table: NodeTable): string[] {
  const lacking: string[] = [];
  for (const [resource, amount] of task.demand) {
    if (amount <= table.idle(resource, row)) continue;
    const name = NAMES[table.resourceName(resource)] ?? table.resourceName(resource);
    lacking.push(name === PODS ? 'node(s) pod number exceeded' : `node(s) didn't have enough resources: ${name}`);
  }
  return lacking;
}

const PODS = 'pods';
/** As messages call them. */
const NAMES: Readonly<Record<string, string>> = { cpu: 'CPU cores', 'nvidia.com/gpu': 'GPUs' };
