import type { Cluster, NodePool } from '../cluster.ts';

/** Nodes that are alike, as manifest.json and point.json hold them: what free nodes could have been used for. */
export interface PoolFacts {
  /** Nodes are called by it and a number from 0, where `node_names` does not say otherwise. */
  readonly name: string;
  readonly nodes: number;
  readonly node_names?: readonly string[];
  /** Of each node [count]. */
  readonly cpus: number;
  readonly gpus: number;
}

/** The pools of a cluster; undefined where processors have no identity, so that there are no nodes to fill. */
export function poolFacts({ interchangeable, pools }: Cluster): PoolFacts[] | undefined {
  if (interchangeable) return undefined;
  const facts: PoolFacts[] = [];
  for (const pool of pools) {
    const last = facts[facts.length - 1];
    const own = factsOf(pool);
    // Each node of Kubernetes is a pool of its own: thousands that are alike stand in one.
    if (isJoinable(last, own)) facts[facts.length - 1] = joined(last, own);
    else facts.push(own);
  }
  return facts;
}

function factsOf({ name, count, nodeNames, cpu, gpus }: NodePool): PoolFacts {
  const names = nodeNames ?? (count === 1 ? [name] : undefined);
  return { name, nodes: count, node_names: names, cpus: cpu / 1000, gpus };
}

function isJoinable(a: PoolFacts | undefined, b: PoolFacts): a is PoolFacts {
  return a?.node_names !== undefined && b.node_names !== undefined && a.cpus === b.cpus && a.gpus === b.gpus;
}

function joined(a: PoolFacts, b: PoolFacts): PoolFacts {
  return { ...a, nodes: a.nodes + b.nodes, node_names: [...(a.node_names ?? []), ...(b.node_names ?? [])] };
}

/** What a document holds for pools; undefined if it is nothing of the kind, as in results of an older version. */
export function readPoolFacts(value: unknown): readonly PoolFacts[] | undefined {
  return Array.isArray(value) && value.every(isPoolFacts) ? value : undefined;
}

function isPoolFacts(value: unknown): value is PoolFacts {
  if (typeof value !== 'object' || value === null) return false;
  const { name, nodes, cpus, gpus, node_names: names } = value as Record<string, unknown>;
  const counts = [nodes, cpus, gpus].every((one) => typeof one === 'number' && one >= 0);
  return typeof name === 'string' && counts && (names === undefined || Array.isArray(names));
}
