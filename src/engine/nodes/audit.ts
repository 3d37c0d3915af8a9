import type { Requests } from '../../workload.ts';
import type { NodeBooks } from './books.ts';
import { MEMORY } from './demand.ts';
import type { NodeDemand } from './demand.ts';
import { NONE } from './parts.ts';
import type { NodeParts } from './parts.ts';

/** What a ledger of nodes keeps. */
export interface Kept {
  readonly jobs: Requests;
  readonly demand: NodeDemand;
  readonly books: NodeBooks;
  readonly parts: NodeParts;
  /** Of each group of the workload: tasks that hold resources [count]. */
  readonly held: Int32Array;
  /** Processors of nodes that are up [count]. */
  readonly up: number;
}

/** Works out every sum anew from the parts that jobs hold, and throws if the books say anything else. */
export function audit(kept: Kept): void {
  const { jobs, demand, books, parts } = kept;
  const taken = new Float64Array(demand.nodes * demand.resources.length);
  const held = new Int32Array(kept.held.length);
  parts.audit();
  for (let job = 0; job + 1 < jobs.firstGroup.length; job++) {
    if (parts.isSuspended(job) && !parts.holds(job)) throw new Error(`job ${job} is suspended, but holds nothing`);
    for (let part = parts.first(job); part !== NONE; part = parts.next(part)) {
      held[jobs.firstGroup[job] + parts.group(part)] += parts.tasks(part);
      addPart(kept, job, part, taken);
    }
  }
  books.audit(taken);
  held.forEach((tasks, group) => auditGroup(kept, group, tasks));
  let up = 0;
  for (let node = 0; node < demand.nodes; node++) if (books.isUp(node)) up += books.processorsOf(node);
  if (up !== kept.up) throw new Error(`${kept.up} processors are counted as up, but by the nodes ${up}`);
}

/** Adds up what the part takes of each resource; a suspended job has kept its memory only. */
function addPart({ demand, books, parts }: Kept, job: number, part: number, taken: Float64Array): void {
  const { perTask, resources } = demand;
  const node = parts.node(part);
  const request = demand.requestOf(job, parts.group(part));
  for (let resource = 0; resource < resources.length; resource++) {
    if (parts.isSuspended(job) && resource !== MEMORY) continue;
    taken[node * resources.length + resource] += parts.tasks(part) * perTask[request * resources.length + resource];
  }
  if (!books.isUp(node)) throw new Error(`job ${job} holds something on node ${node}, which is down`);
}

function auditGroup({ held, jobs: { groupTasks } }: Kept, group: number, tasks: number): void {
  if (tasks === held[group] && tasks <= groupTasks[group]) return;
  throw new Error(`group ${group} holds ${tasks} tasks, but ${held[group]} are counted of ${groupTasks[group]}`);
}
