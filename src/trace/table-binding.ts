/** Ties the fields of a column map to the columns of one table. */
import { InputError, usageError } from '../errors.ts';
import { FIELDS, formatColumnMap } from './column-map.ts';
import type { ColumnMap, Field, FieldSource } from './column-map.ts';
import { amountReader, durationReader, instantReader, memoryReader, NOTATIONS, readNumber } from './column-map-notations.ts';
import type { Cell, NumberReader, Per } from './column-map-notations.ts';
import { zoneNamed } from './column-map-zones.ts';
import type { Zone } from './column-map-zones.ts';
import { suggestedMap } from './column-map-known.ts';

/** A field found in the table. */
export interface Slot {
  readonly field: Field;
  /** Index of the column; -1 = a constant. */
  readonly column: number;
  /** Name of the column, for messages. */
  readonly name: string;
  readonly constant?: string;
  /** For fields that are numbers. */
  readonly read: NumberReader;
  readonly notation: string;
  readonly per: Per;
  /** Whether it is an instant that counts from 1970. */
  readonly absolute: boolean;
}

export interface Binding {
  readonly slots: Readonly<Partial<Record<Field, Slot>>>;
  readonly zone: Zone;
  /** Whether the times count from 1970. */
  readonly absolute: boolean;
}

/** Binds a map to a header. Throws `InputError` if a column is not there, or if what a job needs is not mapped. */
export function bindColumns(map: ColumnMap, columns: readonly string[], where: string): Binding {
  const zone = zoneNamed(map.zone ?? 'UTC', where);
  const slots: Partial<Record<Field, Slot>> = {};
  for (const [field, source] of Object.entries(map.fields) as [Field, FieldSource][]) {
    slots[field] = bindField(field, source, columns, zone, where);
  }
  const missing = unmapped(slots);
  if (missing.length > 0) {
    throw new InputError(
      `the column map does not say which column is ${missing.join(' and ')}; the columns are ${listed(columns)}`,
      where,
      `start from map=${suggestedMap(columns)}`,
      'usage',
    );
  }
  const instants = Object.values(slots).filter(({ field }) => FIELDS[field].kind === 'instant');
  const absolute = instants.some((slot) => slot.absolute);
  if (absolute && !instants.every((slot) => slot.absolute)) {
    throw usageError(
      'some times count from 1970 and some from the trace’s own zero',
      where,
      `give ${instants.map(({ field }) => field).join(', ')} the same kind of notation in map=${formatColumnMap(map)}`,
    );
  }
  return { slots, zone, absolute };
}

function bindField(field: Field, source: FieldSource, columns: readonly string[], zone: Zone, where: string): Slot {
  const place = `${where}, ${field}`;
  const column = source.column === undefined ? -1 : columnNamed(source.column, columns, place);
  const bound = { field, column, name: source.column ?? field, constant: source.constant };
  const { kind } = FIELDS[field];
  const notation = source.notation ?? defaultNotation(field, place);
  const plain = { ...bound, notation, per: 'job', absolute: false } as const;
  if (kind === 'instant') return { ...plain, ...instantReader(notation, zone, place) };
  if (kind === 'duration') return { ...plain, read: durationReader(notation, place) };
  if (kind === 'amount') return { ...plain, ...amountReader(notation, place) };
  const memory = kind === 'memory' ? memoryReader(notation, place) : undefined;
  if (memory !== undefined && field === 'gpu-memory' && memory.per !== 'job') {
    throw usageError(
      'gpu-memory is that of each GPU, but its notation counts it otherwise',
      place,
      'leave out the / and what follows',
    );
  }
  if (memory !== undefined) return { ...plain, ...memory };
  if (source.notation !== undefined) {
    throw usageError(`${field} has no notations, but "${source.notation}" is given`, place, 'leave out the @ and what follows');
  }
  return { ...plain, read: readNumber };
}

/** Seconds read as milliseconds would go unnoticed, so times have no default. */
function defaultNotation(field: Field, where: string): string {
  const { kind } = FIELDS[field];
  if (kind === 'instant' || kind === 'duration') {
    const notations = NOTATIONS[kind] ?? [];
    throw usageError(`the map does not say how ${field} is written`, where, `put @ and one of ${notations.join(', ')} behind it`);
  }
  return kind === 'amount' ? 'count' : kind === 'memory' ? 'quantity' : '';
}

function columnNamed(name: string, columns: readonly string[], where: string): number {
  const column = columns.indexOf(name);
  if (column < 0) {
    throw usageError(`the table has no column "${name}"`, where, `its columns are ${listed(columns)}`);
  }
  if (columns.includes(name, column + 1)) {
    throw usageError(
      `the table has more than one column "${name}"`,
      where,
      'rename one of them, or use header=false and numbers',
    );
  }
  return column;
}

/** What a job cannot be replayed without. */
function unmapped(slots: Partial<Record<Field, unknown>>): string[] {
  const missing: string[] = [];
  if (!slots.submit) missing.push('submit');
  if (!slots.runtime && !(slots.end && (slots.start || slots.wait))) missing.push('runtime (or start and end)');
  if (!slots.procs && !slots.gpus && !slots.tasks && !slots.groups) missing.push('procs (or gpus, tasks)');
  return missing;
}

/** Column names for a message; a corrupt file can have thousands. */
export function listed(columns: readonly string[]): string {
  const shown = columns.slice(0, 40).map((name) => (name.length > 60 ? `${name.slice(0, 60)}…` : name));
  return shown.join(', ') + (columns.length > 40 ? `, and ${columns.length - 40} more` : '');
}

/** A cell that is not in the notation of its column. */
export function unreadable({ field, name, notation }: Slot, cell: Cell, place: string): InputError {
  const found = String(cell);
  const shown = found.length > 80 ? `${found.slice(0, 80)}…` : found;
  const correct = 'correct the column map or the row, or leave such rows out with unreadable=skip';
  const hints: Partial<Record<Field, string>> = {
    state: `say what it means with states:${shown}=completes (or fails, cancelled, timeout, skip) in the column map`,
    speedup: `write 1=1/2=1.9/4=3.5 (GPUs=speed, ascending, all above 0), or a part from 0 to 1, as 0.95; ${correct}`,
  };
  const written = notation === '' ? '' : ` in the notation "${notation}"`;
  return new InputError(`"${shown}" in column ${name} is no ${field}${written}`, place, hints[field] ?? correct);
}

/** The cell of a slot in a row. */
export function cellOf(slot: Slot, cells: ArrayLike<Cell>): Cell {
  return slot.column < 0 ? slot.constant : cells[slot.column];
}
