import { Int32Column } from '../columns.ts';
import type { Category } from '../workload.ts';
import type { NodePlacements } from './job-table.ts';

/** Takes cells such as `node0*8 node3*4` apart. Jobs with the same cell share the work. */
export function placementsOf({ code, names: cells }: Category): NodePlacements {
  const entries = cells.map((cell) => cell.split(' ').map(entryOf));
  const nodes = [...new Set(entries.flatMap((list) => list.map(({ node }) => node)))].sort(byNumbersInIt);
  const indexOf = new Map(nodes.map((name, index) => [name, index]));
  const first = new Int32Array(code.length + 1);
  const node = new Int32Column();
  const tasks = new Int32Column();
  for (let job = 0; job < code.length; job++) {
    for (const entry of entries[code[job]] ?? []) {
      node.push(indexOf.get(entry.node)!);
      tasks.push(entry.tasks);
    }
    first[job + 1] = node.length;
  }
  return { nodes, first, node: node.done(), tasks: tasks.done() };
}

function entryOf(text: string): { node: string; tasks: number } {
  const star = text.lastIndexOf('*');
  return star < 0 ? { node: text, tasks: 1 } : { node: text.slice(0, star), tasks: Number(text.slice(star + 1)) };
}

/** node2 before node10, in every locale the same. */
function byNumbersInIt(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => name.split(/(\d+)/));
  for (let part = 0; part < Math.min(left.length, right.length); part++) {
    if (left[part] === right[part]) continue;
    // Parts with odd numbers are digits.
    if (part % 2 === 1 && Number(left[part]) !== Number(right[part])) return Number(left[part]) - Number(right[part]);
    return left[part] < right[part] ? -1 : 1;
  }
  return left.length - right.length;
}
