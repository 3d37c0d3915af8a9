import { basename } from 'node:path';
import { isMap, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
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

type Path = readonly PropertyKey[];
/** The place of an entry: file, line and column. */
export type WhereIs = (path: Path) => string;

/** Reads a description in YAML or JSON. */
export function readDescription(text: string, file: string): Cluster {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error !== undefined) throw usageError(firstLine(error.message), at(error.pos[0]), 'the file must be YAML or JSON');
  const where: WhereIs = (path) => at(offsetOf(document, path));
  const checked = clusterSchema.safeParse(plainValue(document, file), { reportInput: true });
  if (!checked.success) throw explain(checked.error.issues[0], where);
  return build(checked.data, file, where);
}

function build(given: ClusterText, file: string, where: WhereIs): Cluster {
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
  return { ...bare, partitions, outages, ...defined({ topology }) };
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

/** The content without its places. An alias may refer to nothing, or to far too much. */
function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw usageError(firstLine(error.message), file, 'an alias must name an anchor that stands before it');
  }
}

/** Where an entry stands in the text; where the nearest thing around it stands, if it is not there. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === last)
      : undefined;
    if (pair !== undefined && isScalar(pair.key) && pair.key.range) return pair.key.range[0];
    const value: unknown = document.getIn(path.slice(0, length), true);
    const range = rangeOf(value);
    if (range !== undefined) return range;
  }
  return rangeOf(document.contents) ?? 0;
}

function rangeOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const [start]: unknown[] = node.range;
  return typeof start === 'number' ? start : undefined;
}

function firstLine(message: string): string {
  return message.split('\n')[0].replace(/ at line \d+, column \d+:?$/, '');
}
