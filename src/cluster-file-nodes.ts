/** The parts of a description that speak of nodes by number: outages and topology. */
import { nodeCount } from './cluster.ts';
import type { Cluster, Outage, TopologyLevel } from './cluster.ts';
import type { ClusterText } from './cluster-file-schema.ts';
import { didYouMean, usageError } from './errors.ts';
import { parseDuration } from './units.ts';

type OutageText = NonNullable<ClusterText['outages']>[number];
type TopologyText = NonNullable<ClusterText['topology']>[number];
type Place = (path: readonly PropertyKey[]) => string;

/** Consecutive nodes, first and last. */
interface Range {
  readonly first: number;
  readonly last: number;
}

/** One outage for each run of consecutive nodes. */
export function readOutage(text: OutageText, cluster: Cluster, where: (key: string) => string): Outage[] {
  const { first, count } = poolRange(text, cluster, where);
  const from = parseDuration(String(text.from), where('from'));
  const until = text.until === undefined ? Infinity : parseDuration(String(text.until), where('until'));
  if (!(until > from))
    throw usageError(`it ends at ${text.until} but begins at ${text.from}`, where('until'), 'let it end later than it begins');
  const ranges =
    text.nodes === undefined ? [{ first: 0, last: count - 1 }] : parseRanges(String(text.nodes), count, where('nodes'));
  return ranges.map((range) => ({ firstNode: first + range.first, nodes: range.last - range.first + 1, from, until }));
}

function poolRange({ pool }: OutageText, cluster: Cluster, where: (key: string) => string): { first: number; count: number } {
  if (pool === undefined) return { first: 0, count: nodeCount(cluster) };
  let first = 0;
  for (const { name, count } of cluster.pools) {
    if (name === pool) return { first, count };
    first += count;
  }
  throw usageError(
    `there is no pool "${pool}"`,
    where('pool'),
    didYouMean(
      pool,
      cluster.pools.map(({ name }) => name),
    ),
  );
}

/** The levels of the network tree; undefined if there are none. */
export function readTopology(levels: readonly TopologyText[], nodes: number, where: Place): TopologyLevel[] | undefined {
  if (levels.length === 0) return undefined;
  const topology = levels.map((text, index) => ({
    ...readLevel(text, nodes, (key) => where(['topology', index, ...key])),
    ...(text.fabric !== undefined && { fabric: text.fabric }),
  }));
  for (let index = 1; index < topology.length; index++)
    checkNested(topology[index - 1], topology[index], where(['topology', index]));
  return topology;
}

function readLevel(text: TopologyText, nodes: number, where: Place): TopologyLevel {
  const size = text['nodes-per-domain'];
  if ((size === undefined) === (text.domains === undefined)) {
    const hint = 'write nodes-per-domain: 16, or domains: { rack1: 0-15, rack2: 16-31 }';
    throw usageError(`the level "${text.name}" needs either nodes-per-domain or domains`, where(['name']), hint);
  }
  const code = new Int32Array(nodes).fill(-1);
  if (size !== undefined) {
    for (let node = 0; node < nodes; node++) code[node] = Math.floor(node / size);
    return {
      name: text.name,
      domain: { code, names: Array.from({ length: Math.ceil(nodes / size) }, (_, domain) => `${text.name}${domain}`) },
    };
  }
  const domains = Object.entries(text.domains ?? {});
  domains.forEach(([name, numbers], domain) => {
    const place = where(['domains', name]);
    for (const { first, last } of parseRanges(String(numbers), nodes, place)) {
      for (let node = first; node <= last; node++) {
        if (code[node] >= 0)
          throw usageError(`node ${node} is in "${domains[code[node]][0]}" and in "${name}"`, place, 'put it into one of them');
        code[node] = domain;
      }
    }
  });
  return { name: text.name, domain: { code, names: domains.map(([name]) => name) } };
}

/** A finer domain must not reach over two coarser ones: the levels are a tree. */
function checkNested(coarse: TopologyLevel, fine: TopologyLevel, where: string): void {
  const parent = new Map<number, number>();
  fine.domain.code.forEach((domain, node) => {
    if (domain < 0) return;
    const above = coarse.domain.code[node];
    if (!parent.has(domain)) parent.set(domain, above);
    if (parent.get(domain) === above) return;
    const problem = `the ${fine.name} "${fine.domain.names[domain]}" reaches over more than one ${coarse.name} (at node ${node})`;
    throw usageError(problem, where, 'list levels from coarse to fine, each domain within one of the level above');
  });
}

/** Node numbers such as `3`, `0-3` or `0-3,8`, all of them below `count`. */
function parseRanges(text: string, count: number, where: string): Range[] {
  return text.split(',').map((part) => {
    const match = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part);
    if (match === null) throw usageError(`"${text}" is not a list of node numbers`, where, 'write for example 3, 0-3 or 0-3,8');
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (last < first) throw usageError(`${part.trim()} runs backwards`, where, `write ${last}-${first}`);
    if (last >= count) throw usageError(`there is no node ${last}`, where, `nodes are numbered 0 to ${count - 1} here`);
    return { first, last };
  });
}
