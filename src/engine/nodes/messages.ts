import type { NodeBooks } from './books.ts';

/** What is free on a node, for messages. */
export function describeFree(books: NodeBooks, node: number): string {
  const amounts = books.demand.resources.map((name, resource) => `${name} ${books.amount(node, resource)}`);
  return `node ${node} has ${amounts.join(', ')} free${books.isUp(node) ? '' : ' but is down'}`;
}

/** What is free over all nodes that are up, for messages. */
export function describeAllFree(books: NodeBooks): string {
  const totals = books.demand.resources.map((name, resource) => {
    let total = 0;
    for (let node = 0; node < books.nodes; node++) if (books.isUp(node)) total += books.amount(node, resource);
    return `${name} ${total}`;
  });
  return `free in all: ${totals.join(', ')}`;
}
