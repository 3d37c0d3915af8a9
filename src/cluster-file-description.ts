import { basename } from 'node:path';
import type { z } from 'zod';
import { nodeCount, processorPool } from './cluster.ts';
import type { Cluster, NodePool, Partition } from './cluster.ts';
import { clusterSchema, keysAt } from './cluster-file-schema.ts';
import type { ClusterText } from './cluster-file-schema.ts';
import { readOutage, readTopology } from './cluster-file-nodes.ts';
import { checkPoolNames, defaultPoolName, defined, POOL_KEYS, PoolWords } from './cluster-spec-pool.ts';
import { didYouMean, usageError } from './errors.ts';
import type { InputError } from './errors.ts';
import { parseDuration } from './units.ts';
import { readYaml } from './yaml-places.ts';
import type { Path, WhereIs } from './yaml-places.ts';

/** Reads a description in YAML or JSON. */
export function readDescription(text: string, file: string): Cluster {
  const { value, where } = readYaml(text, file);
  const checked = clusterSchema.safeParse(value, { reportInput: true });
  if (!checked.success) throw explain(checked.error.issues[0], where);
  return describedCluster(checked.data, file, where);
}

/** The cluster that a description, checked against its schema, speaks of. `where` tells the places of its entries. */
export function describedCluster(given: ClusterText, file: string, where: WhereIs): Cluster {
  const name = given.name ?? basename(file).replace(/\.(ya?ml|json)$/, '');
  const pools = given.pools === undefined ? processors(given, where) : nodePools(given, where);
  const interchangeable = given.pools === undefined && given.identities !== true;
  const bare: Cluster = { name, interchangeable, pools, partitions: [], outages: [] };
  const partitions = readPartitions(given, pools, where);
  const outages = (given.outages ?? []).flatMap((outage, index) =>
    readOutage(outage, bare, (key) => where(['outages', index, key])),
  );
  const topology = readTopology(given.topology ?? [], nodeCount(bare), where);
  if (interchangeable && topology) {
    throw usageError(
      'interchangeable processors have no place in a topology',
      where(['topology']),
      'number them with identities: true',
    );
  }
  return { ...bare, partitions, outages, ...defined({ topology, fabric: given.fabric }) };
}

function processors(given: ClusterText, where: WhereIs): NodePool[] {
  if (given.processors === undefined) {
    throw usageError('it has neither pools nor processors', where([]), 'add pools: [...], or for example processors: 128');
  }
  const failures = wordsOf(given, ['mtbf', 'mttr', 'mtbf-shape'], (key) => where([key])).failures();
  return processorPool(given.processors).pools.map((pool) => ({ ...pool, ...defined({ failures }) }));
}

function nodePools(given: ClusterText, where: WhereIs): NodePool[] {
  for (const key of ['processors', 'identities', 'mtbf', 'mttr', 'mtbf-shape'] as const) {
    if (given[key] === undefined) continue;
    const hint = key.startsWith('m') ? 'say it of each pool' : 'leave out one of the two';
    throw usageError(`${key} is said of the cluster as a whole beside pools`, where([key]), hint);
  }
  const texts = given.pools ?? [];
  const pools = texts.map((text, index) => {
    const words = wordsOf(text, Object.keys(POOL_KEYS), (key) => where(['pools', index, key]));
    const labels = text.labels && Object.fromEntries(Object.entries(text.labels).map(([key, value]) => [key, String(value)]));
    return {
      ...words.pool(defaultPoolName(index, texts.length)),
      ...defined({ other: text.other, labels, taints: text.taints }),
    };
  });
  checkPoolNames(pools, (index) => where(['pools', index, 'name']));
  return pools;
}

/** The entries with these keys as words, for the reader that the command line uses too. */
function wordsOf(entries: object, keys: readonly string[], where: (key: string) => string): PoolWords {
  const words = Object.entries(entries).filter(([key]) => keys.includes(key));
  return new PoolWords(new Map(words.map(([key, value]) => [key, String(value)])), where);
}

function readPartitions(given: ClusterText, pools: readonly NodePool[], where: WhereIs): Partition[] {
  const texts = given.partitions ?? [];
  const names = pools.map((pool) => pool.name);
  const defaults = texts.flatMap((text, index) => (text.default === true ? [index] : []));
  if (defaults.length > 1) {
    throw usageError('there are two default partitions', where(['partitions', defaults[1], 'default']), 'keep one of them');
  }
  return texts.map((text, index) => {
    const place = (...rest: Path) => where(['partitions', index, ...rest]);
    if (texts.findIndex((other) => other.name === text.name) < index) {
      throw usageError(`there are two partitions "${text.name}"`, place('name'), 'give each partition a name of its own');
    }
    text.pools?.forEach((pool, position) => {
      if (!names.includes(pool))
        throw usageError(`there is no pool "${pool}"`, place('pools', position), didYouMean(pool, names));
    });
    const limit = text['max-walltime'];
    const maxWalltime = limit === undefined ? undefined : parseDuration(String(limit), place('max-walltime'));
    return { name: text.name, ...defined({ pools: text.pools, maxWalltime, default: text.default }) };
  });
}

/** The first thing that the schema finds wrong, with the value that was found and what would be right. */
function explain(issue: z.core.$ZodIssue, where: WhereIs): InputError {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    return usageError(`there is no "${key}"`, where([...path, key]), didYouMean(key, keysAt(path)));
  }
  const name = path.length === 0 ? 'the description' : path.join('.').replace(/\.(\d+)/g, '[$1]');
  const found = typeof issue.input === 'object' ? '' : ` (found: ${JSON.stringify(issue.input) ?? 'nothing'})`;
  const word = String(path.at(-1));
  const hint =
    path[0] === 'pools' && Object.hasOwn(POOL_KEYS, word)
      ? `${word}: ${POOL_KEYS[word]}`
      : '"yardmaster schema" prints what is allowed';
  return usageError(`${name}: ${issue.message}${found}`, where(path), hint);
}
