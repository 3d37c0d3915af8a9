/** Which generic resources a job takes on each of its nodes. Source: Slurm 22.05, gres_select_filter.c, select_and_set. */
import type { GresAsk, GroupAsk } from './ask.ts';
import type { Room } from './room.ts';

export interface HeldGres {
  /** Of each node and entry; undefined = none. */
  readonly slots: readonly (readonly number[] | undefined)[];
  /** Of each node [count]. */
  readonly gpus: readonly number[];
}

/** Takes from the entries of each node in their order. */
export function heldGres({ gres }: GroupAsk, room: Room, nodes: readonly number[], tasks: ArrayLike<number>): HeldGres {
  if (gres.length === 0) return { slots: nodes.map(() => undefined), gpus: nodes.map(() => 0) };
  const { machine } = room;
  const slots = nodes.map(() => Array.from({ length: machine.gresSlots }, () => 0));
  const gpus = nodes.map(() => 0);
  for (const want of gres) {
    const counts = countsOf(want, room, nodes, tasks);
    nodes.forEach((node, index) => {
      let left = counts[index];
      const { gres: entries } = machine.hardware[machine.poolOf[node]];
      entries.forEach(({ name, type = '' }, slot) => {
        if (left === 0 || name !== want.name || want.types?.includes(type) === false) return;
        const here = Math.min(left, room.books.gres[node * machine.gresSlots + slot] - slots[index][slot]);
        slots[index][slot] += here;
        left -= here;
        if (name === 'gpu') gpus[index] += here;
      });
    });
  }
  return { slots, gpus };
}

function countsOf(want: GresAsk, room: Room, nodes: readonly number[], tasks: ArrayLike<number>): number[] {
  if (want.per === 'node') return nodes.map(() => want.count);
  if (want.per === 'socket') return nodes.map(() => want.count);
  if (want.per === 'task') return nodes.map((_, index) => want.count * tasks[index]);
  // One for each node that must still come, all else to the first ones.
  let left = want.count;
  return nodes.map((node, index) => {
    const here = Math.min(room.freeGres(node, want), Math.max(1, left - (nodes.length - index - 1)), left);
    left -= here;
    return here;
  });
}
