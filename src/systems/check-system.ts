/** What no schema can say of a system: that everything it names is there, and that orders arrive somewhere. */
import { didYouMean, usageError } from '../errors.ts';
import type { WhereIs } from '../yaml-places.ts';
import type { System } from './system.ts';

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
  }
  for (const { name } of system.managers) checkManager(system, name, where);
  for (const pool of system.pools.keys()) {
    if (system.managers.some(({ owns }) => owns === pool)) continue;
    throw usageError(`no manager owns pool ${pool}`, where(['pools', pool]), `write owns: ${pool}, or leave the pool out`);
  }
  checkLoops(system, where);
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
  if (leased[0]?.scope === 'standing' && isInsideJobs(system, leased[0].from))
    throw usageError(`a standing lease stands on nodes that come and go with jobs`, at, 'let it lease from a manager that stays');
  const hasNodes = owns !== undefined || leased.length === 1;
  if (!hasNodes && bridges.length === 0) throw usageError(`${name} has no nodes, and hands on no work`, at, 'write owns: POOL');
  if (hasNodes && policy === undefined) throw usageError(`${name} has nodes, but no policy`, at, 'write policy: NAME');
  if (bridges.some(({ carrier }) => carrier !== undefined) && owns === undefined && leased[0]?.scope !== 'standing')
    throw usageError(`${name} has no nodes for carriers`, at, 'leave out the carrier, or let the manager own a pool');
}

/** Whether there is one such manager for each job. */
function isInsideJobs({ leases }: System, name: string): boolean {
  return leases.some(({ to, scope }) => to === name && scope === 'job');
}

/** Orders that go round and round arrive nowhere. */
function checkLoops({ managers, leases, bridges }: System, where: WhereIs): void {
  const next = (name: string) => bridges.find(({ from }) => from === name)?.to ?? leases.find(({ to }) => to === name)?.from;
  for (const { name } of managers) {
    let at: string | undefined = name;
    for (let steps = 0; at !== undefined; steps++, at = next(at)) {
      if (steps <= managers.length) continue;
      throw usageError(`what is given to ${name} goes round in a circle`, where(['managers', name]), 'let one of them own nodes');
    }
  }
}
