/** What `scontrol show reservation` prints: blocks of Key=value, each beginning with ReservationName. */
import { usageError } from './errors.ts';
import type { ConfNodes } from './slurm-conf-nodes.ts';
import type { ConfNotes } from './slurm-conf-notes.ts';
import { readLicenses } from './slurm-conf-tres.ts';
import { expandHostlist } from './slurm-hostlist.ts';
import type { SlurmReservation } from './slurm.ts';

interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** The pairs of one reservation, each with its place. */
type Block = Map<string, { readonly value: string; readonly at: string }>;

export function readReservations({ path, text }: TextFile, nodes: ConfNodes, notes: ConfNotes): SlurmReservation[] {
  const blocks: Block[] = [];
  text.split('\n').forEach((line, index) => {
    for (const match of line.matchAll(/([A-Za-z]+)=(\S*)/g)) {
      const key = match[1].toLowerCase();
      const at = `${path}:${index + 1}:${match.index + 1}`;
      if (key === 'reservationname') blocks.push(new Map());
      const block = blocks.at(-1);
      if (block === undefined)
        throw usageError(`${match[0]} stands before a ReservationName`, at, 'give what "scontrol show reservation" prints');
      block.set(key, { value: match[2], at });
    }
  });
  if (blocks.length > 0) notes.warn(`${path}: times of reservations are taken as UTC, unless they name their offset`);
  return blocks.map((block) => readBlock(block, nodes, notes));
}

function readBlock(block: Block, nodes: ConfNodes, notes: ConfNotes): SlurmReservation {
  const text = (key: string) => {
    const value = block.get(key)?.value ?? '';
    return value === '(null)' ? '' : value;
  };
  const words = (key: string) =>
    text(key)
      .split(',')
      .filter((word) => word !== '');
  const name = text('reservationname');
  const listed = block.get('nodes');
  const numbers = text('nodes') === '' || listed === undefined ? [] : expandHostlist(listed.value, listed.at);
  const known = numbers.flatMap((node) => nodes.numberOf.get(node) ?? []);
  if (known.length < numbers.length) {
    notes.warn(
      `${listed?.at}: ${numbers.length - known.length} nodes of the reservation ${name} are not described, and left out`,
    );
  }
  const licenses = block.get('licenses');
  return {
    name,
    start: timeOf(block, 'starttime', name),
    end: timeOf(block, 'endtime', name),
    nodes: Int32Array.from(known).sort(),
    cores: Number(/^\d+$/.exec(text('corecnt'))?.[0] ?? 0),
    ...(text('partitionname') === '' ? {} : { partition: text('partitionname') }),
    licenses: licenses === undefined || text('licenses') === '' ? {} : readLicenses({ key: 'Licenses', ...licenses }),
    users: words('users'),
    accounts: words('accounts').map((account) => account.toLowerCase()),
    qos: words('qos').map((qos) => qos.toLowerCase()),
    flags: new Set(words('flags').map((flag) => flag.toUpperCase())),
  };
}

function timeOf(block: Block, key: string, name: string): number {
  const found = block.get(key);
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(Z|[+-]\d\d:?\d\d)?$/.exec(found?.value ?? '');
  if (match === null) {
    const problem = `the reservation ${name} has no ${key === 'starttime' ? 'StartTime' : 'EndTime'} that can be read: "${found?.value ?? ''}"`;
    throw usageError(problem, found?.at ?? block.get('reservationname')?.at ?? name, 'write it as 2026-03-01T08:00:00');
  }
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  const zone = match[7];
  if (zone === undefined || zone === 'Z') return local;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return local - (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
