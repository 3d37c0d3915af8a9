/**
 * The nodes of a run: those that were there when the driver began, and room for more of the same kinds. Policies know from
 * the beginning how many nodes there may be; those that have not come are nodes that are down.
 */
import { clusterOfNodes } from '../../cluster-kubernetes.ts';
import type { ListedNode } from '../../cluster-kubernetes.ts';
import type { Cluster } from '../../cluster.ts';
import type { Node } from '../../kubernetes.ts';
import { isOpen, unlike } from './node-state.ts';
import type { Session } from './session.ts';

const HOST = 'kubernetes.io/hostname';
/** What tells where a node is: of one that has not come nobody knows it. */
const PLACE = /^(topology|failure-domain\.beta)\.kubernetes\.io\//;
const GPU = 'nvidia.com/gpu';
const GPU_MODEL = 'nvidia.com/gpu.product';

interface Slot {
  /** The node as it was when the driver began, or what those are like that may come. Policies know it by this name. */
  readonly pattern: ListedNode;
  /** As the API server calls it; undefined if none has come. */
  name: string | undefined;
}

export class RunNodes {
  readonly #run: string;
  readonly #slots: Slot[];

  /** `spare`: room for so many more nodes of each kind [count]. */
  constructor(run: string, listed: readonly ListedNode[], spare: number) {
    this.#run = run;
    const kinds = new Map(listed.map(({ node }) => [kindOf(node), node]));
    const like = [...kinds.values()].flatMap((node) => Array.from({ length: spare }, () => node));
    this.#slots = [
      ...listed.map((pattern) => ({ pattern, name: pattern.node.name })),
      ...like.map((node, number) => ({ pattern: { node: spareNode(node, number), ready: false }, name: undefined })),
    ];
  }

  /** With all nodes that have come, by their own names, and all that may. */
  cluster(): Cluster {
    const named = this.#slots.map(({ pattern: { node, ready }, name = node.name }) => ({ node: { ...node, name }, ready }));
    return clusterOfNodes(named, this.#run);
  }

  /** Tells a session how they were, before its first step. */
  tell(session: Session): void {
    for (const [number, { pattern, name }] of this.#slots.entries()) {
      session.nodeSeen(number, pattern.node, isOpen(pattern), unlike);
      if (name === undefined) session.nodeAway(number);
    }
  }

  /** `come`: it has got its place just now; `same`: nothing that schedulers look at has changed. */
  seen(session: Session, listed: ListedNode): 'come' | 'changed' | 'same' | 'no room' {
    const { node } = listed;
    const known = session.occupancy.nodeOf(node.name);
    const number = known ?? this.#slots.findIndex(({ name, pattern }) => name === undefined && isAlike(pattern.node, node));
    if (number < 0) return 'no room';
    const slot = this.#slots[number];
    const { name } = slot.pattern.node;
    if (known === undefined) {
      slot.name = node.name;
      session.nameNode(number, name, node.name);
    }
    if (!session.nodeSeen(number, { ...node, name }, isOpen(listed), unlike)) return 'same';
    session.occupancy.shrink(number, slot.pattern.node, node);
    return known === undefined ? 'come' : 'changed';
  }
}

/** Nodes of one kind may have a little more or less memory than each other. */
function kindOf({ allocatable, labels }: Node): string {
  return JSON.stringify([allocatable.get('cpu'), allocatable.get(GPU), labels.get(GPU_MODEL)]);
}

function isAlike(one: Node, other: Node): boolean {
  return kindOf(one) === kindOf(other);
}

function spareNode(node: Node, number: number): Node {
  const name = `spare-${number}.yardmaster.dev`;
  const labels = new Map([...node.labels].filter(([key]) => !PLACE.test(key)));
  if (labels.has(HOST)) labels.set(HOST, name);
  return { ...node, name, labels, unschedulable: false };
}
