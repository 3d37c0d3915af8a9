import type { PlacementSpec } from '../placement.ts';
import { fillInOrder } from './ranked.ts';

export const random: PlacementSpec = {
  name: 'random',
  summary: 'Fills nodes in an order drawn anew for each job; ties to the lowest node number.',
  source: 'the baseline Random of Weng et al., "Beware of fragmentation", USENIX ATC 2023',
  create(setup) {
    // One draw for the run: a draw for each call would give the same job other nodes in the same room.
    const salt = setup.random.integer(2 ** 32);
    return fillInOrder(setup, (node, { job }) => scatter(scatter(salt ^ job) ^ node));
  },
};

/** Mixes the bits of a 32-bit number so that neighbours fall far apart: the finalizer of MurmurHash3 (Appleby, public domain). */
function scatter(number: number): number {
  let mixed = number ^ (number >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
