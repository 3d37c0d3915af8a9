/**
 * Clusters as one writes them on a command line: `procs=128`, or pools of nodes joined by `+`, as in
 * `nodes=64,cpus=8,gpus=4,gpu-model=A100,memory=512Gi+nodes=2,cpus=64`.
 */
import { gpuCount, nodeCount, processorCount, processorPool } from './cluster.ts';
import type { Cluster, NodePool } from './cluster.ts';
import { checkPoolNames, defaultPoolName, defined, PoolWords } from './cluster-spec-pool.ts';
import { usageError } from './errors.ts';
import { countOf, formatBytes } from './units.ts';

/** What can be said of a pool of interchangeable processors. */
const PROCESSOR_KEYS = ['procs', 'name', 'mtbf', 'mttr', 'mtbf-shape'];

/** The cluster that the text describes. Throws `InputError` if it describes none. */
export function parseClusterSpec(text: string): Cluster {
  const parts = text.split('+').map((part) => splitPairs(part, text));
  if (parts.some((part) => part.has('procs'))) return processorCluster(parts, text);
  const pools = parts.map((part, index) => wordsOf(part, text).pool(defaultPoolName(index, parts.length)));
  checkPoolNames(pools, () => whereIs(text));
  return { name: text, interchangeable: false, pools, partitions: [], outages: [] };
}

/** The same cluster with numbered processors, for placements that care which of them a job gets. */
export function withIdentities(cluster: Cluster): Cluster {
  return cluster.interchangeable ? { ...cluster, interchangeable: false } : cluster;
}

/** A cluster in one line: `66 nodes, 640 processors, 256 GPUs: 64 x (8 cpus, 512 GiB, 4 A100) + 2 x (64 cpus)`. */
export function describeCluster(cluster: Cluster): string {
  const extras = [
    counted(cluster.partitions.length, 'partition'),
    counted(cluster.outages.length, 'outage'),
    ...(cluster.topology ?? []).map(({ name, domain }) => counted(domain.names.length, name)),
    cluster.pools.some(({ failures }) => failures) ? 'nodes that fail' : '',
  ].filter((extra) => extra !== '');
  const tail = extras.length === 0 ? '' : `; ${extras.join(', ')}`;
  if (cluster.interchangeable) return `${counted(processorCount(cluster), 'interchangeable processor')}${tail}`;
  const all = [
    counted(nodeCount(cluster), 'node'),
    counted(processorCount(cluster), 'processor') || '0 processors',
    counted(gpuCount(cluster), 'GPU'),
  ];
  const pools = cluster.pools.map(describePool).join(' + ');
  return `${all.filter((part) => part !== '').join(', ')}: ${pools}${tail}`;
}

function describePool({ count, cpu, memory, gpus, gpuModel = 'GPUs', other = {} }: NodePool): string {
  const parts = [`${cpu / 1000} ${cpu === 1000 ? 'cpu' : 'cpus'}`];
  if (memory < Infinity) parts.push(formatBytes(memory));
  if (gpus > 0) parts.push(`${gpus} ${gpuModel}`);
  for (const [name, amount] of Object.entries(other)) parts.push(`${amount} ${name}`);
  return `${count.toLocaleString('en')} x (${parts.join(', ')})`;
}

/** `1 node`, `1,024 nodes`, or nothing at all for 0. */
function counted(count: number, noun: string): string {
  return count === 0 ? '' : countOf(count, noun);
}

function processorCluster(parts: ReadonlyMap<string, string>[], text: string): Cluster {
  if (parts.length > 1) {
    const hint = 'write its nodes as a pool too, such as nodes=128,cpus=1+nodes=4,cpus=8';
    throw usageError('procs stands alone: interchangeable processors do not mix with other pools', whereIs(text), hint);
  }
  const words = wordsOf(parts[0], text);
  if (words.has('nodes')) {
    const hint = 'write nodes=64,cpus=8 for nodes, or procs=512 alone for processors that are all alike';
    throw usageError('both procs and nodes are given', whereIs(text), hint);
  }
  words.allow(PROCESSOR_KEYS);
  const cluster = processorPool(words.count('procs', 1) ?? 0);
  const given = defined({ name: words.text('name'), failures: words.failures() });
  return { ...cluster, name: text, pools: cluster.pools.map((pool) => ({ ...pool, ...given })) };
}

function wordsOf(part: ReadonlyMap<string, string>, text: string): PoolWords {
  return new PoolWords(part, (key) => (part.has(key) ? `${whereIs(text)}, ${key}` : whereIs(text)));
}

function splitPairs(part: string, text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of part.split(',')) {
    const equals = pair.indexOf('=');
    const key = pair.slice(0, equals).trim();
    const value = pair.slice(equals + 1).trim();
    if (equals < 1 || key === '' || value === '') {
      throw usageError(
        `"${pair.trim()}" is not key=value`,
        whereIs(text),
        'write for example procs=128 or nodes=64,cpus=8,memory=512Gi',
      );
    }
    if (pairs.has(key)) throw usageError(`${key} is given twice`, whereIs(text), 'say it once, or join two pools with +');
    pairs.set(key, value);
  }
  return pairs;
}

function whereIs(text: string): string {
  return `cluster "${text}"`;
}
