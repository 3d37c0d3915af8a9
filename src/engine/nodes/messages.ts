import { amountText } from './amount-text.ts';
import type { NodeBooks } from './books.ts';
import { NONE } from './parts.ts';
import type { NodeParts } from './parts.ts';

/** What is free on a node, for messages. */
export function describeFree(books: NodeBooks, node: number): string {
  const amounts = books.demand.resources.map((name, resource) => amountText(name, books.amount(node, resource)));
  const each = Array.from({ length: books.gpus?.count(node) ?? 0 }, (_, device) => (books.gpus?.free(node, device) ?? 0) / 1000);
  const gpus = each.length === 0 ? '' : ` (${each.join(' ')} of its GPUs)`;
  return `node ${node} has ${amounts.join(', ')}${gpus} free${books.isUp(node) ? '' : ' but is down'}`;
}

/** What is free over all nodes that are up, for messages. */
export function describeAllFree(books: NodeBooks): string {
  const totals = books.demand.resources.map((name, resource) => {
    let total = 0;
    for (let node = 0; node < books.nodes; node++) if (books.isUp(node)) total += books.amount(node, resource);
    return amountText(name, total);
  });
  return `free in all: ${totals.join(', ')}`;
}

/** What a job holds, for messages. */
export function describeHeld(parts: NodeParts, job: number): string {
  const held: string[] = [];
  for (let part = parts.first(job); part !== NONE; part = parts.next(part)) {
    held.push(`${parts.tasks(part)} tasks of group ${parts.group(part)} on node ${parts.node(part)}`);
  }
  return held.join(', ') || 'nothing';
}

/** What tasks that do not fit on a node need, and what there is. */
export function describeShort(books: NodeBooks, job: number, group: number, node: number, tasks: number): string {
  const request = books.demand.requestOf(job, group);
  const closed = books.isOpen(node, request, job) ? '' : ', and the node is not open to the job';
  const need = books.demand.describeTasks(request, tasks);
  return `job ${job}, group ${group} there: it needs ${need}, ${describeFree(books, node)}${closed}`;
}

/** `held`: how many of how many it has. */
export function describeTooMany(job: number, group: number, node: number, tasks: number, held: string): string {
  return `job ${job} cannot put ${tasks} more tasks of group ${group} on node ${node}: ${held} tasks hold resources already`;
}
