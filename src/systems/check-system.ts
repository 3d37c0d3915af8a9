/** What no schema can say of a system: that everything it names is there, and that orders arrive somewhere. */
import { didYouMean, usageError } from '../errors.ts';
import type { WhereIs } from '../yaml-places.ts';
import type { System } from './system.ts';

interface Edge {
  readonly from: string;
  readonly to: string;
}

export function checkSystem(system: System, where: WhereIs): void {
  const names = system.managers.map(({ name }) => name);
  const known = (name: string, at: string) => {
    if (!names.includes(name)) throw usageError(`there is no manager "${name}"`, at, didYouMean(name, names));
  };
  if (names.length === 0) throw usageError('there is no manager', where(['managers']), 'name at least one under managers');
  if (system.entry.size === 0) throw usageError('no manager takes jobs', where(['entry']), 'write entry: {default: NAME}');
  for (const [queue, name] of system.entry) known(name, where(['entry', queue]));
  for (const [kind, edges] of [['leases', system.leases] as const, ['bridges', system.bridges] as const]) {
    for (const { from, to } of edges) for (const name of [from, to]) known(name, where([kind, `${from}->${to}`]));
    checkTwice(kind, edges, where);
  }
  for (const { name } of system.managers) checkManager(system, name, where);
  for (const pool of system.pools.keys()) {
    if (system.managers.some(({ owns }) => owns === pool)) continue;
    throw usageError(`no manager owns pool ${pool}`, where(['pools', pool]), `write owns: ${pool}, or leave the pool out`);
  }
  checkLoops(system, where);
}

/** One edge may be written in more than one way. */
function checkTwice(kind: string, edges: readonly Edge[], where: WhereIs): void {
  const seen = new Set<string>();
  for (const { from, to } of edges) {
    const edge = `${from}->${to}`;
    if (seen.has(edge)) throw usageError(`${edge} is described twice`, where([kind, edge]), 'write it once');
    seen.add(edge);
  }
}

function checkManager(system: System, name: string, where: WhereIs): void {
  const at = where(['managers', name]);
  const { owns, policy } = system.managers.find((one) => one.name === name)!;
  if (owns !== undefined && !system.pools.has(owns))
    throw usageError(`there is no pool "${owns}"`, at, didYouMean(owns, system.pools.keys()));
  const leased = system.leases.filter(({ to }) => to === name);
  const bridges = system.bridges.filter(({ from }) => from === name);
  if (leased.length + (owns === undefined ? 0 : 1) > 1)
    throw usageError(`${name} gets nodes from more than one side`, at, 'let it own a pool, or lease from one manager');
  const other = system.managers.find((one) => one.name !== name && owns !== undefined && one.owns === owns);
  if (other !== undefined)
    throw usageError(`pool ${owns} is owned by ${name} and ${other.name}`, at, 'give each a pool of its own');
  if (leased[0]?.scope === 'standing') checkStanding(system, leased[0].from, at);
  if (leased[0]?.scope === 'job' && bridges.length > 0)
    throw usageError(`${name} leases nodes for its jobs, and hands them all on`, at, 'leave out the lease, or the bridges');
  const hasNodes = owns !== undefined || leased.length === 1;
  if (!hasNodes && bridges.length === 0) throw usageError(`${name} has no nodes, and hands on no work`, at, 'write owns: POOL');
  if (hasNodes && policy === undefined) throw usageError(`${name} has nodes, but no policy`, at, 'write policy: NAME');
  if (bridges.some(({ carrier }) => carrier !== undefined) && owns === undefined && leased[0]?.scope !== 'standing')
    throw usageError(`${name} has no nodes for carriers`, at, 'leave out the carrier, or let the manager own a pool');
}

/** A standing lease waits in the queue of a manager that is there from the beginning. */
function checkStanding({ leases, managers }: System, from: string, at: string): void {
  const hint = 'let it lease from a manager that stays';
  if (leases.some(({ to, scope }) => to === from && scope === 'job'))
    throw usageError('a standing lease stands on nodes that come and go with jobs', at, hint);
  if (managers.some(({ name, owns }) => name === from && owns !== undefined) || leases.some(({ to }) => to === from)) return;
  throw usageError(`a standing lease waits in the queue of ${from}, which has no nodes`, at, hint);
}

/** Orders that go round and round arrive nowhere. */
function checkLoops({ managers, leases, bridges }: System, where: WhereIs): void {
  const ways = (name: string) => {
    const over = bridges.filter(({ from }) => from === name).map(({ to }) => to);
    return over.length > 0 ? over : leases.filter(({ to }) => to === name).map(({ from }) => from);
  };
  // Managers whose orders are known to arrive.
  const arrives = new Set<string>();
  const follow = (name: string, before: readonly string[]): void => {
    if (before.includes(name))
      throw usageError(`what is given to ${name} goes round in a circle`, where(['managers', name]), 'let one of them own nodes');
    if (arrives.has(name)) return;
    for (const next of ways(name)) follow(next, [...before, name]);
    arrives.add(name);
  };
  for (const { name } of managers) follow(name, []);
}
