import type { ElasticJob } from './elastic-jobs.ts';
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
  /** Only there for jobs that need exactly so many. */
  readonly isOdd?: true;
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

/** So many as jobs need at least, where that is none of the others: there, where jobs need powers of two, they would never start. */
export function oddConfigurations(
  { gpus, perNode }: SiaType,
  type: number,
  usual: readonly Configuration[],
  jobs: readonly Pick<ElasticJob, 'fewest'>[],
): Configuration[] {
  const sizes = new Set<number>();
  for (const { fewest } of jobs) {
    if (fewest <= gpus && !usual.some((one) => one.type === type && one.gpus === fewest)) sizes.add(fewest);
  }
  return [...sizes].sort((a, b) => a - b).map((size) => ({ type, gpus: size, nodes: Math.ceil(size / perNode), isOdd: true }));
}
