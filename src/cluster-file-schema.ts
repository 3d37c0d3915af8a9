/** What a description of a cluster may hold. Loaded only when a file is read: zod takes its time to start. */
import { z } from 'zod';
import { MOST, POOL_KEYS } from './cluster-spec-pool.ts';

const word = z.string().min(1);
const count = z.int().min(1).max(MOST);
/** A number, or a number with a unit. */
const amount = z.union([z.number(), word]);
const names = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const failures = {
  mtbf: amount.describe(POOL_KEYS.mtbf).optional(),
  mttr: amount.describe(POOL_KEYS.mttr).optional(),
  'mtbf-shape': z.number().describe(POOL_KEYS['mtbf-shape']).optional(),
};

export const poolSchema = z
  .strictObject({
    name: word.describe(POOL_KEYS.name).optional(),
    nodes: count.describe(POOL_KEYS.nodes),
    cpus: amount.describe(POOL_KEYS.cpus).optional(),
    memory: amount.describe(POOL_KEYS.memory).optional(),
    gpus: z.int().min(0).describe(POOL_KEYS.gpus).optional(),
    'gpu-model': word.describe(POOL_KEYS['gpu-model']).optional(),
    'gpu-memory': amount.describe(POOL_KEYS['gpu-memory']).optional(),
    mig: word.describe(POOL_KEYS.mig).optional(),
    'price-per-hour': z.number().describe(POOL_KEYS['price-per-hour']).optional(),
    watts: z.number().describe(POOL_KEYS.watts).optional(),
    ...failures,
    other: z.record(z.string(), z.int().min(0)).describe('other countable resources of a node, such as licences: 4').optional(),
    labels: names.describe('labels of each node').optional(),
    taints: z.array(word).describe('taints of each node, as Kubernetes writes them: key=value:Effect').optional(),
  })
  .describe('a number of equal nodes');

export const partitionSchema = z
  .strictObject({
    name: word.describe('the name jobs use'),
    pools: z.array(word).min(1).describe('names of its pools; all if absent').optional(),
    'max-walltime': amount.describe('longest walltime a job may ask for, such as 2d; unlimited if absent').optional(),
    default: z.boolean().describe('takes the jobs that name no partition, or one that is not listed').optional(),
  })
  .describe('a named part of the cluster that jobs are sent to');

export const outageSchema = z
  .strictObject({
    pool: word.describe('the pool whose nodes are meant; those of the whole cluster if absent').optional(),
    nodes: z
      .union([z.int().min(0), word])
      .describe('numbers from 0, such as 3 or 0-3,8; all of them if absent')
      .optional(),
    from: amount.describe('since the first submission of the workload, such as 1d'),
    until: amount.describe('since the first submission of the workload; for good if absent').optional(),
  })
  .describe('a time during which nodes are not there');

export const topologySchema = z
  .strictObject({
    name: word.describe('such as zone, rack or switch'),
    'nodes-per-domain': count.describe('every so many consecutive nodes are one domain').optional(),
    domains: z
      .record(z.string(), z.union([z.int().min(0), word]))
      .describe('the nodes of each domain by number, such as rack1: 0-15')
      .optional(),
    fabric: z.number().min(0).describe('the same between nodes of different domains, where it is slower there').optional(),
  })
  .describe('one level of the network tree');

export const clusterSchema = z
  .strictObject({
    name: word.describe('for people; the name of the file if absent').optional(),
    processors: count.describe('a cluster of this many processors, in place of pools').optional(),
    identities: z
      .boolean()
      .describe('whether these processors are numbered; false if absent: they are interchangeable')
      .optional(),
    ...failures,
    pools: z.array(poolSchema).min(1).describe('its nodes, numbered from 0 over the pools in their order').optional(),
    partitions: z.array(partitionSchema).optional(),
    outages: z.array(outageSchema).optional(),
    topology: z.array(topologySchema).describe('levels of the network tree, from coarse to fine').optional(),
    fabric: z
      .number()
      .min(0)
      .describe(
        'how long nodes take to tell each other something, against the network that speeds of jobs were measured on; 1 if absent',
      )
      .optional(),
  })
  .describe('A cluster for yardmaster');

export type ClusterText = z.infer<typeof clusterSchema>;

/** The keys that are known at a place of the description, for near misses. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  const lists: Record<string, z.ZodObject> = {
    pools: poolSchema,
    partitions: partitionSchema,
    outages: outageSchema,
    topology: topologySchema,
  };
  const list = lists[String(path[0])];
  return Object.keys((list ?? clusterSchema).shape);
}

/** The same as JSON Schema, for editors. */
export function clusterJsonSchema(): object {
  return z.toJSONSchema(clusterSchema, { io: 'input' });
}
