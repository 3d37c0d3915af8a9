import type { Round } from './elastic-rounds.ts';

/** The nodes of one model of GPUs. */
export interface SiaType {
  readonly model: string;
  readonly nodes: readonly number[];
  /** On all of them, and on the largest [count]. */
  readonly gpus: number;
  readonly perNode: number;
}

/** So many GPUs of one type, on as few nodes as hold them. */
export interface Configuration {
  /** Index of the type. */
  readonly type: number;
  readonly gpus: number;
  readonly nodes: number;
}

/** In the order of the nodes. */
export function typesOf({ jobs, capacity }: Round): SiaType[] {
  const nodesOf = new Map<string, number[]>();
  capacity.forEach((gpus, node) => {
    if (gpus === 0) return;
    const model = jobs.modelOf(node);
    nodesOf.set(model, [...(nodesOf.get(model) ?? []), node]);
  });
  return [...nodesOf].map(([model, nodes]) => {
    const sizes = nodes.map((node) => capacity[node]);
    return { model, nodes, gpus: sizes.reduce((sum, size) => sum + size, 0), perNode: Math.max(...sizes) };
  });
}

/** Powers of two on one node, then whole nodes. */
export function configurationsOf({ nodes, gpus, perNode }: SiaType, type: number): Configuration[] {
  const configurations: Configuration[] = [];
  for (let size = 1; size < perNode; size *= 2) configurations.push({ type, gpus: size, nodes: 1 });
  for (let count = 1; count <= nodes.length && count * perNode <= gpus; count++)
    configurations.push({ type, gpus: count * perNode, nodes: count });
  return configurations;
}
