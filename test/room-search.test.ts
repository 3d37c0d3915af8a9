// The next node with room for a task, in books that change: against a look at each node. Books and their copies share which
// nodes are down.
//
// Planted, and seen to be caught: what is given back, or a node that comes back, is not seen; one kind of task for all; bounds of a
// full block that no gift raises.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseClusterSpec } from '../src/cluster-spec.ts';
import { NodeBooks } from '../src/engine/nodes/books.ts';
import { NodeDemand } from '../src/engine/nodes/demand.ts';
import { NO_SEAT } from '../src/engine/nodes/seats.ts';
import { requestsOf } from '../src/workload.ts';
import { WorkloadBuilder } from '../src/workload-builder.ts';

const NODES = 70;
const step = fc.record({
  what: fc.constantFrom('take', 'give', 'down', 'up', 'copy', 'fill', 'look', 'look', 'look'),
  node: fc.oneof(fc.nat(3), fc.nat(NODES - 1)),
  kind: fc.nat(2),
  from: fc.constantFrom(0, 0, 1, 65),
});

/** Two partitions, one of which has the first pool only; requests of one, two and four processors. */
function demandOf(): NodeDemand {
  const jobs = new WorkloadBuilder();
  [1, 2, 4].forEach((procs, id) => {
    const request = jobs.request({ cpu: 1000 * procs, memory: 0, gpu: 0 });
    const times = { submit: 0, runtime: 1, walltime: Infinity };
    for (const partition of ['all', 'some']) jobs.add({ id: `${id} ${partition}`, ...times, tasks: 1, request, partition });
  });
  const cluster = parseClusterSpec('name=a,nodes=66,cpus=4+name=b,nodes=4,cpus=4');
  const partitions = [{ name: 'all' }, { name: 'some', pools: ['b'] }];
  return new NodeDemand(requestsOf(jobs.finish('test')), { ...cluster, partitions });
}

test('finds the first node that has room', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 60 }), (steps) => {
      const demand = demandOf();
      const all = [new NodeBooks(demand)];
      let filled = 0;
      for (const { what, node, kind, from } of steps) {
        const books = all[(node + kind) % all.length];
        const job = 2 * kind + (node % 2);
        const request = demand.requestOf(job, 0);
        if (what === 'take') {
          // The first nodes are mostly full, as first fit leaves them.
          for (; filled < NODES && filled < 10 * kind; filled++) all[0].take(filled, demand.requestOf(4, 0), 1, NO_SEAT);
          if (books.amount(node, 0) >= demand.perTask[request * demand.resources.length]) books.take(node, request, 1, NO_SEAT);
        } else if (what === 'give') {
          if (books.amount(node, 0) + 1000 * 2 ** kind <= 4000) books.give(node, demand.requestOf(2 * kind, 0), 1, NO_SEAT);
        } else if (what === 'down' && books.isUp(node)) books.nodeDown(node);
        else if (what === 'up' && !books.isUp(node)) books.nodeUp(node);
        else if (what === 'copy') all.push(books.copy());
        else if (what === 'fill') {
          const each = demand.perTask[request * demand.resources.length];
          for (let at = 0; at < NODES; at++) while (books.amount(at, 0) >= each) books.take(at, request, 1, NO_SEAT);
        } else if (what === 'look') {
          for (const one of all) {
            const expected = Array.from({ length: NODES }, (_, at) => at).find(
              (at) => at >= from && one.tasksThatFit(at, request, job) > 0,
            );
            expect(one.nextWithRoom(from, request, job)).toBe(expected ?? -1);
          }
        }
      }
    }),
    { numRuns: 200 },
  );
});
