/** The tree of switches as the select plugin uses it. Source: Slurm 22.05, src/plugins/topology/tree/topology_tree.c. */
import { nodeSetOf } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';
import type { SlurmSwitch } from '../../../slurm.ts';

export interface Switch {
  /** 0 = its nodes hang on it directly. */
  readonly level: number;
  /** [index]; itself if none is above it. */
  readonly parent: number;
  readonly nodes: NodeSet;
  /** Links to each of the others; Infinity if there is no way. */
  readonly distance: readonly number[];
}

export function switchTree(switches: readonly SlurmSwitch[], nodes: number): Switch[] {
  const distance = distances(switches);
  return switches.map(({ level, parent, nodes: below }, index) => ({
    level,
    parent: parent < 0 ? index : parent,
    nodes: nodeSetOf(nodes, below),
    distance: distance[index],
  }));
}

function distances(switches: readonly SlurmSwitch[]): number[][] {
  const above = switches.map((_, index) => pathUp(switches, index));
  return switches.map((_, from) =>
    switches.map((__, to) => {
      const meets = above[from].findIndex((one) => above[to].includes(one));
      return meets < 0 ? Infinity : meets + above[to].indexOf(above[from][meets]);
    }),
  );
}

/** A switch, and those above it up to the top. */
function pathUp(switches: readonly SlurmSwitch[], index: number): number[] {
  const path = [index];
  for (let parent = switches[index].parent; parent >= 0; parent = switches[parent].parent) path.push(parent);
  return path;
}
