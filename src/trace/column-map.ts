/**
 * Which column of a table is what. One map is shared by the formats `csv`, `jsonl` and `parquet`. As text, made so
 * that it can stand in `csv:map=...` beside other parameters:
 *
 *     id:job_id+submit:submit_time@iso+runtime:run_time@s+walltime:limit@min+procs:cpus+zone:Europe/Berlin
 *
 * `field:column@notation`, joined by `+`; `field:=value@notation` is a constant; `zone:` says where local times are
 * local; `states:Pass=completes/Killed=cancelled/Lost=skip` says what the values of the state column mean.
 */
import { didYouMean, usageError } from '../errors.ts';

/** What kind of value a field holds: decides which notations it can have. */
export type FieldKind =
  'text' | 'instant' | 'duration' | 'amount' | 'memory' | 'number' | 'state' | 'groups' | 'after' | 'speedup';

interface FieldSpec {
  readonly kind: FieldKind;
  /** One line for help. */
  readonly summary: string;
}

/** Everything a column can be. */
export const FIELDS = {
  id: { kind: 'text', summary: 'the id of the job; the row number if no column is named' },
  submit: { kind: 'instant', summary: 'when the job entered the queue' },
  start: { kind: 'instant', summary: 'when it started' },
  end: { kind: 'instant', summary: 'when it ended' },
  wait: { kind: 'duration', summary: 'how long it waited, in place of start' },
  runtime: { kind: 'duration', summary: 'how long it ran, in place of start and end' },
  walltime: { kind: 'duration', summary: 'the limit its user asked for' },
  procs: { kind: 'amount', summary: 'processors of the whole job' },
  tasks: { kind: 'amount', summary: 'equal parts (nodes, instances, workers) that the job is split into' },
  gpus: { kind: 'amount', summary: 'GPUs of the whole job' },
  memory: { kind: 'memory', summary: 'memory of the whole job' },
  'gpu-model': { kind: 'text', summary: 'the GPU models that will do, with | between them' },
  'gpu-memory': { kind: 'memory', summary: 'least memory on each of its GPUs' },
  mig: {
    kind: 'text',
    summary: 'the profile of the MIG instance that each task needs, such as 1g.10gb; gpus counts instances then',
  },
  'min-gpus': { kind: 'amount', summary: 'fewest GPUs with which an elastic training runs; as many as it asks for if empty' },
  'max-gpus': { kind: 'amount', summary: 'most GPUs of which it can make use; likewise' },
  groups: { kind: 'groups', summary: 'task groups in the notation of our own tables, in place of the nine before' },
  speedup: {
    kind: 'speedup',
    summary:
      'of an elastic training: how fast it is with how many GPUs, as 1=1/2=1.9/4=3.5, in any unit; or the part of its work that GPUs share (Amdahl), as 0.95',
  },
  reload: { kind: 'duration', summary: 'of an elastic training: what every start and every change of its GPUs takes' },
  user: { kind: 'text', summary: 'who owns it' },
  account: { kind: 'text', summary: 'the account, project or group that is charged' },
  queue: { kind: 'text', summary: 'the queue it was sent to' },
  partition: { kind: 'text', summary: 'the part of the cluster it was sent to' },
  qos: { kind: 'text', summary: 'its quality of service' },
  priority: { kind: 'number', summary: 'priority given at submission; larger is more important' },
  state: { kind: 'state', summary: 'what became of it' },
  after: { kind: 'after', summary: 'ids of jobs it waits for, with ; between them: 12;13:ok:60' },
  restarts: { kind: 'number', summary: 'how often it was started again' },
  epoch: { kind: 'number', summary: "Unix time of the trace's zero in seconds; the first value counts" },
} as const satisfies Record<string, FieldSpec>;

export type Field = keyof typeof FIELDS;

/** What the value of a state column can mean. `timeout`: its limit ended it. `skip` leaves the job out and counts it. */
export const STATE_MEANINGS = ['completes', 'fails', 'cancelled', 'timeout', 'skip'] as const;
export type StateMeaning = (typeof STATE_MEANINGS)[number];

/** Where the value of a field comes from. */
export interface FieldSource {
  /** Name in the header, or number from 1 where there is no header; absent for a constant. */
  readonly column?: string;
  /** The same for every job. */
  readonly constant?: string;
  /** How the value is written: a unit, `iso`, `slurm`, `count/task` ...; each kind has its own list. */
  readonly notation?: string;
}

export interface ColumnMap {
  readonly fields: Readonly<Partial<Record<Field, FieldSource>>>;
  /** Time zone of date-times without one: a name of the tz database or `+02:00`. */
  readonly zone?: string;
  /** Meaning of state names beyond the common ones; compared without regard to case. */
  readonly states?: Readonly<Record<string, StateMeaning>>;
}

/** Takes the text form apart. `where` names the flag or file for errors. */
export function parseColumnMap(text: string, where: string): ColumnMap {
  const fields: Partial<Record<Field, FieldSource>> = {};
  let zone: string | undefined;
  let states: Record<string, StateMeaning> | undefined;
  // A plus sign inside a column name or zone is not followed by a word and a colon.
  for (const item of text.split(/\+(?=[a-z-]+:)/)) {
    const colon = item.indexOf(':');
    const name = item.slice(0, Math.max(0, colon));
    const value = item.slice(colon + 1);
    if (colon < 1 || value === '') {
      throw usageError(`"${item}" is no part of a column map`, where, 'write field:column@notation, joined by +');
    }
    if (name === 'zone') zone = value;
    else if (name === 'states') states = parseStates(value, where);
    else fields[fieldNamed(name, where)] = parseSource(value);
  }
  return { fields, zone, states };
}

/** The field of this name, or an error with near misses. */
export function fieldNamed(name: string, where: string): Field {
  if (!Object.hasOwn(FIELDS, name)) {
    const known = [...Object.keys(FIELDS), 'zone', 'states'];
    throw usageError(`a column map has no field "${name}"`, where, didYouMean(name, known));
  }
  return name as Field;
}

/** `column@notation`, `column`, `=constant@notation`. */
export function parseSource(text: string): FieldSource {
  const at = text.lastIndexOf('@');
  const name = at > 0 ? text.slice(0, at) : text;
  const notation = at > 0 ? text.slice(at + 1) : undefined;
  return name.startsWith('=') ? { constant: name.slice(1), notation } : { column: name, notation };
}

function parseStates(text: string, where: string): Record<string, StateMeaning> {
  const states: Record<string, StateMeaning> = {};
  for (const pair of text.split('/')) {
    const equals = pair.lastIndexOf('=');
    if (equals < 1) {
      throw usageError(`"${pair}" does not say what a state means`, where, 'write states:Pass=completes/Killed=cancelled');
    }
    states[pair.slice(0, equals)] = stateMeaning(pair.slice(equals + 1), where);
  }
  return states;
}

/** Checks that a word is one of the four meanings. */
export function stateMeaning(word: string, where: string): StateMeaning {
  const meaning = STATE_MEANINGS.find((known) => known === word);
  if (meaning === undefined) throw usageError(`a state cannot mean "${word}"`, where, `one of: ${STATE_MEANINGS.join(', ')}`);
  return meaning;
}

/** The text form of a map: what `parseColumnMap` reads. */
export function formatColumnMap({ fields, zone, states }: ColumnMap): string {
  const items = Object.entries(fields).map(([field, { column, constant, notation }]) => {
    const source = column ?? `=${constant ?? ''}`;
    return `${field}:${source}${notation === undefined ? '' : `@${notation}`}`;
  });
  if (zone !== undefined) items.push(`zone:${zone}`);
  if (states !== undefined) {
    const pairs = Object.entries(states).map(([name, meaning]) => `${name}=${meaning}`);
    items.push(`states:${pairs.join('/')}`);
  }
  return items.join('+');
}
