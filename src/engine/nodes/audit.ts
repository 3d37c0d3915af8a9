import { mostTasks } from '../../workload.ts';
import type { Requests } from '../../workload.ts';
import type { NodeBooks } from './books.ts';
import { MEMORY } from './demand.ts';
import { DeviceBooks } from './device-books.ts';
import type { NodeDemand } from './demand.ts';
import { describeFree } from './messages.ts';
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
  const gpus = demand.tellsDevices ? new DeviceBooks(demand) : undefined;
  parts.audit();
  for (let job = 0; job + 1 < jobs.firstGroup.length; job++) {
    if (parts.isSuspended(job) && !parts.holds(job)) throw new Error(`job ${job} is suspended, but holds nothing`);
    for (let part = parts.first(job); part !== NONE; part = parts.next(part)) {
      held[jobs.firstGroup[job] + parts.group(part)] += parts.tasks(part);
      addPart(kept, job, part, taken);
      if (parts.isSuspended(job)) continue;
      const request = demand.requestOf(job, parts.group(part));
      if (gpus?.canTake(parts.node(part), request, parts.seat(part), parts.tasks(part)) === false)
        throw new Error(`job ${job} holds GPUs of node ${parts.node(part)} that another one holds`);
      gpus?.take(parts.node(part), request, parts.seat(part), parts.tasks(part));
    }
  }
  auditBooks(books, taken);
  if (gpus) books.gpus?.audit(gpus);
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

/** Exactly this much must be taken of each node and resource, and every sum agree with it. */
function auditBooks(books: NodeBooks, taken: Float64Array): void {
  const { resources } = books.demand;
  const total = new Float64Array(resources.length);
  for (let node = 0; node < books.nodes; node++) {
    for (let resource = 0; resource < resources.length; resource++) {
      const free = books.amount(node, resource);
      const expected = books.has(node, resource) - taken[node * resources.length + resource];
      if (free !== expected || free < 0)
        throw new Error(`${describeFree(books, node)}, but by what is held it has ${resources[resource]} ${expected}`);
      books.auditBound(node, resource);
      if (books.isUp(node)) total[resource] += free;
    }
  }
  resources.forEach((name, resource) => {
    if (books.totals[resource] === Infinity || total[resource] === books.totals[resource]) return;
    throw new Error(`${name} ${books.totals[resource]} is free in all, but by the nodes ${total[resource]}`);
  });
}

function auditGroup({ held, jobs }: Kept, group: number, tasks: number): void {
  const most = mostTasks(jobs, group);
  if (tasks === held[group] && tasks <= most) return;
  throw new Error(`group ${group} holds ${tasks} tasks, but ${held[group]} are counted of ${most}`);
}
