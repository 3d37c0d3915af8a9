/** What is written of a system, and would have no effect or never be found: refused, since whoever wrote it counts on it. */
import { usageError } from '../errors.ts';
import type { WhereIs } from '../yaml-places.ts';
import type { BridgeText, LeaseText, ManagerText, SystemText } from './system-schema.ts';
import { edgeOf } from './edge.ts';

/** Of managers that have no queue: what is said of one. */
const OF_QUEUES: readonly (keyof ManagerText)[] = [
  'policy',
  'conf',
  'parameters',
  'placement',
  'start',
  'end',
  'exec',
  'on-loss',
  'walltime',
];
const OF_LEASES_FOR_JOBS: readonly (keyof LeaseText)[] = ['nodes-for', 'extra-nodes', 'margin'];

export function checkEffect(given: SystemText, where: WhereIs): void {
  const { managers = {}, leases = {}, bridges = {} } = given;
  for (const [key, named] of [['pools', given.pools ?? {}] as const, ['managers', managers] as const])
    for (const name of Object.keys(named)) checkName(name, where([key, name]));
  const ends = (edges: object, key: string) => Object.keys(edges).map((edge) => edgeOf(edge, where([key, edge])));
  const [leased, bridged] = [ends(leases, 'leases'), ends(bridges, 'bridges')];
  for (const [name, manager] of Object.entries(managers)) {
    const ways = bridged.filter(([from]) => from === name).length;
    const hasQueue = manager.owns !== undefined || leased.some(([, to]) => to === name);
    checkManager(name, manager, { ways, hasQueue, at: (key) => where(['managers', name, key]) });
  }
  for (const [edge, lease] of Object.entries(leases)) checkLease(edge, lease, (key) => where(['leases', edge, key]));
  for (const [edge, bridge] of Object.entries(bridges)) checkBridge(edge, bridge, (key) => where(['bridges', edge, key]));
}

/** Names are parts of edges, and of the paths of figures. */
function checkName(name: string, at: string): void {
  if (!/^[\w-]+$/.test(name)) throw usageError(`"${name}" is no name`, at, 'write letters, digits, - and _');
}

/** Where an entry of what is checked stands. */
type At = (key: string) => string;

function checkManager(
  name: string,
  given: ManagerText,
  { ways, hasQueue, at }: { readonly ways: number; readonly hasQueue: boolean; readonly at: At },
): void {
  const idle = hasQueue ? undefined : OF_QUEUES.find((key) => given[key] !== undefined);
  if (idle !== undefined && ways > 0)
    throw usageError(`${name} has no queue, as it hands on all work: nothing heeds its ${idle}`, at(idle), `leave out ${idle}`);
  if (given.route !== undefined && ways < 2)
    throw usageError(`${name} has no choice between bridges: nothing heeds its route`, at('route'), 'leave out route');
  if (given.policy === undefined && given.parameters !== undefined)
    throw usageError(`${name} has parameters, but no policy`, at('parameters'), 'write policy: NAME');
}

function checkLease(edge: string, given: LeaseText, at: At): void {
  const { scope, scale } = given;
  if (scope === 'job' && scale !== undefined)
    throw usageError(
      `${edge} is leased for each job: nothing scales it`,
      at('scale'),
      'leave out scale, or write scope: standing',
    );
  const idle = scope === 'standing' ? OF_LEASES_FOR_JOBS.find((key) => given[key] !== undefined) : undefined;
  if (idle !== undefined)
    throw usageError(`${edge} stands for no job: nothing heeds its ${idle}`, at(idle), `leave out ${idle}, or write scope: job`);
  const { min = 0, max = Infinity } = scale ?? {};
  if (min > max)
    throw usageError(`${edge} wants ${min} nodes at least, and ${max} at most`, at('scale'), 'let min be max at most');
}

function checkBridge(edge: string, given: BridgeText, at: At): void {
  if (given.carrier !== undefined || given['on-carrier-loss'] === undefined) return;
  const hint = 'write carrier, or leave out on-carrier-loss';
  throw usageError(`nothing stands for the work of ${edge} that could be lost`, at('on-carrier-loss'), hint);
}
