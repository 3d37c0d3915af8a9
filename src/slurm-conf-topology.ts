/** topology.conf: switches or blocks. Source: Slurm 22.05, topology_tree.c; 26.05, block_record.c. */
import type { TopologyLevel } from './cluster.ts';
import { usageError } from './errors.ts';
import type { ConfLine, Setting } from './slurm-conf-lines.ts';
import type { ConfNodes } from './slurm-conf-nodes.ts';
import type { ConfNotes } from './slurm-conf-notes.ts';
import { ConfTable, wrongValue } from './slurm-conf-table.ts';
import { expandHostlist } from './slurm-hostlist.ts';
import type { SlurmSwitch } from './slurm.ts';

/** A switch as its line has it. */
interface SwitchLine {
  readonly head: Setting;
  readonly children: readonly string[];
  readonly nodes: Int32Array;
  level: number;
}

export interface ConfTopology {
  readonly kind: 'tree' | 'block';
  readonly switches: readonly SlurmSwitch[];
  /** [nodes] */
  readonly blockSizes: readonly number[];
}

export function readTopologyConf(lines: readonly ConfLine[], nodes: ConfNodes, notes: ConfNotes): ConfTopology {
  const switches = lines.filter(([head]) => /^(switchname|blockname)$/i.test(head.key));
  for (const [head] of lines) {
    if (/^(switchname|blockname|blocksizes)$/i.test(head.key)) continue;
    notes.warn(`${head.at}: ${head.key} is not known in topology.conf, and is left out`);
  }
  const kind = switches.some(([head]) => head.key.toLowerCase() === 'blockname') ? 'block' : 'tree';
  const sizes = lines.find(([head]) => head.key.toLowerCase() === 'blocksizes');
  const read = new Map<string, SwitchLine>();
  const missing = new Set<string>();
  for (const line of switches) {
    const [head] = line;
    if (read.has(head.value))
      throw usageError(`the switch ${head.value} is described twice`, head.at, 'give each a name of its own');
    read.set(head.value, readSwitch(line, nodes, missing, notes));
  }
  if (missing.size > 0) {
    const few = [...missing].slice(0, 5).join(', ') + (missing.size > 5 ? ' ...' : '');
    notes.warn(`topology.conf: ${missing.size} nodes are not described in slurm.conf, and left out: ${few}`);
  }
  setLevels(read);
  const tree = build(read, notes);
  warnOfNodes(tree, nodes, notes);
  return { kind, switches: tree, blockSizes: sizes === undefined ? [] : readBlockSizes(sizes[0]) };
}

/** The first is that of a base block; all others are powers of two of it. */
function readBlockSizes(setting: Setting): number[] {
  const sizes = setting.value.split(',').map(Number);
  const isRight = sizes.every((size) => size > 0 && Number.isInteger(Math.log2(size / sizes[0])));
  if (!isRight || sizes.some((size) => size < sizes[0])) {
    throw wrongValue(setting, 'name the nodes of a base block, then twice, four times, eight times ... as many: 18,36');
  }
  return sizes;
}

function readSwitch([head, ...settings]: ConfLine, nodes: ConfNodes, missing: Set<string>, notes: ConfNotes): SwitchLine {
  const table = new ConfTable(settings);
  const below = table.get('Switches');
  const direct = table.get('Nodes');
  table.get('LinkSpeed');
  notes.file(table.rest(), 'topology.conf ', [], {});
  if ((below === undefined) === (direct === undefined)) {
    throw wrongValue(head, below === undefined ? 'add Nodes=... or Switches=...' : 'it may have nodes or switches, not both');
  }
  const children = below === undefined ? [] : expandHostlist(below.value, below.at);
  const numbers: number[] = [];
  for (const name of direct === undefined ? [] : expandHostlist(direct.value, direct.at)) {
    const number = nodes.numberOf.get(name);
    if (number === undefined) missing.add(name);
    else numbers.push(number);
  }
  return { head, children, nodes: Int32Array.from(new Set(numbers)).sort(), level: below === undefined ? 0 : -1 };
}

/** A switch stands one above the highest of its children. */
function setLevels(switches: ReadonlyMap<string, SwitchLine>): void {
  const visiting = new Set<SwitchLine>();
  const levelOf = (one: SwitchLine): number => {
    if (one.level >= 0) return one.level;
    if (visiting.has(one)) throw usageError(`the switch ${one.head.value} stands below itself`, one.head.at, 'make it a tree');
    visiting.add(one);
    let level = 0;
    for (const name of one.children) {
      const child = switches.get(name);
      if (child === undefined) {
        throw usageError(`there is no switch ${name}, below ${one.head.value}`, one.head.at, 'describe it in a line of its own');
      }
      level = Math.max(level, levelOf(child) + 1);
    }
    one.level = level;
    return level;
  };
  for (const one of switches.values()) levelOf(one);
}

function build(read: ReadonlyMap<string, SwitchLine>, notes: ConfNotes): SlurmSwitch[] {
  const lines = [...read.values()];
  const parent = new Int32Array(lines.length).fill(-1);
  const indexOf = new Map(lines.map(({ head }, index) => [head.value, index]));
  lines.forEach(({ children, head }, index) => {
    for (const name of children) {
      const child = indexOf.get(name);
      if (child === undefined) continue;
      if (parent[child] >= 0) notes.warn(`${head.at}: the switch ${name} has two switches above it: the last one counts`);
      parent[child] = index;
    }
  });
  const below = new Map<string, ReadonlySet<number>>();
  const nodesBelow = ({ head, children, nodes }: SwitchLine): ReadonlySet<number> => {
    const known = below.get(head.value);
    if (known !== undefined) return known;
    const set = new Set<number>(nodes);
    for (const name of children) {
      const child = read.get(name);
      if (child !== undefined) for (const node of nodesBelow(child)) set.add(node);
    }
    below.set(head.value, set);
    return set;
  };
  return lines.map((line, index) => ({
    name: line.head.value,
    level: line.level,
    parent: parent[index],
    nodes: Int32Array.from(nodesBelow(line)).sort(),
  }));
}

function warnOfNodes(switches: readonly SlurmSwitch[], nodes: ConfNodes, notes: ConfNotes): void {
  const leaves = new Int32Array(nodes.names.length);
  for (const { level, nodes: numbers } of switches) if (level === 0) for (const node of numbers) leaves[node]++;
  const without = leaves.filter((count) => count === 0).length;
  const several = leaves.filter((count) => count > 1).length;
  if (without > 0) notes.warn(`topology.conf: ${without} nodes are on no switch`);
  if (several > 0) notes.warn(`topology.conf: ${several} nodes are on several switches`);
}

/** The levels of the tree from its top down to the switches of the nodes; of several on one level the first one counts. */
export function topologyLevels({ kind, switches }: ConfTopology, nodes: number): TopologyLevel[] {
  const highest = switches.reduce((level, one) => Math.max(level, one.level), 0);
  const levels: TopologyLevel[] = [];
  for (let level = highest; level >= 0; level--) {
    const own = switches.filter((one) => one.level === level);
    const code = new Int32Array(nodes).fill(-1);
    own.forEach((one, index) => {
      for (const node of one.nodes) if (code[node] < 0) code[node] = index;
    });
    const name = kind === 'block' ? 'block' : highest === 0 ? 'switch' : `switch-${level}`;
    levels.push({ name, domain: { code, names: own.map((one) => one.name) } });
  }
  return levels;
}
