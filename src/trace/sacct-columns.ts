import { didYouMean, InputError, usageError } from '../errors.ts';

/** What the reader takes from a record. */
export type Field =
  | 'id'
  | 'rawId'
  | 'cluster'
  | 'partition'
  | 'qos'
  | 'account'
  | 'group'
  | 'user'
  | 'submit'
  | 'start'
  | 'end'
  | 'elapsed'
  | 'elapsedSeconds'
  | 'state'
  | 'nodes'
  | 'requestedNodes'
  | 'cpus'
  | 'requestedCpus'
  | 'memory'
  | 'requestedTres'
  | 'allocatedTres'
  | 'requestedGres'
  | 'allocatedGres'
  | 'timelimit'
  | 'timelimitMinutes'
  | 'nodelist'
  | 'priority'
  | 'eligible'
  | 'reservation'
  | 'constraints'
  | 'licenses';

/** Columns of sacct by their names in lower case (man page of sacct, --format); several names for one are its versions. */
const FIELD_OF: Readonly<Record<string, Field>> = {
  jobid: 'id',
  jobidraw: 'rawId',
  cluster: 'cluster',
  partition: 'partition',
  qos: 'qos',
  account: 'account',
  group: 'group',
  user: 'user',
  submit: 'submit',
  start: 'start',
  end: 'end',
  elapsed: 'elapsed',
  elapsedraw: 'elapsedSeconds',
  state: 'state',
  nnodes: 'nodes',
  allocnodes: 'nodes',
  reqnodes: 'requestedNodes',
  ncpus: 'cpus',
  alloccpus: 'cpus',
  reqcpus: 'requestedCpus',
  reqmem: 'memory',
  reqtres: 'requestedTres',
  alloctres: 'allocatedTres',
  reqgres: 'requestedGres',
  allocgres: 'allocatedGres',
  timelimit: 'timelimit',
  timelimitraw: 'timelimitMinutes',
  nodelist: 'nodelist',
  priority: 'priority',
  eligible: 'eligible',
  reservation: 'reservation',
  reqreservation: 'reservation',
  constraints: 'constraints',
  licenses: 'licenses',
};

/** Columns that hold what users wrote, and so may hold bars. */
const FREE_TEXT = new Set(['jobname', 'comment', 'admincomment', 'systemcomment', 'submitline', 'workdir', 'extra']);

/** The columns of a dump without header, as XDMoD asks for them. */
export const HEADERLESS: readonly string[] = [
  ...['jobid', 'jobidraw', 'cluster', 'partition', 'qos', 'account', 'group', 'gid', 'user', 'uid', 'submit', 'eligible'],
  ...['start', 'end', 'elapsed', 'exitcode', 'state', 'nnodes', 'ncpus', 'reqcpus', 'reqmem', 'reqtres', 'alloctres'],
  ...['timelimit', 'nodelist', 'jobname'],
];

/** Where the fields stand in a line. */
export class SacctColumns {
  readonly count: number;
  readonly #names: readonly string[];
  readonly #indexOf = new Map<Field, number>();
  /** The only column that may hold bars itself; -1 = there is none, or more than one. */
  readonly #freeText: number;
  #values: readonly string[] = [];

  constructor(names: readonly string[], where: string) {
    this.#names = names.map((name) => name.trim().toLowerCase().replace(/%.*$/, ''));
    this.count = names.length;
    this.#names.forEach((name, index) => {
      const field = Object.hasOwn(FIELD_OF, name) ? FIELD_OF[name] : undefined;
      if (field !== undefined && !this.#indexOf.has(field)) this.#indexOf.set(field, index);
    });
    const free = this.#names.flatMap((name, index) => (FREE_TEXT.has(name) ? [index] : []));
    this.#freeText = free.length === 1 ? free[0] : -1;
    this.#require([['id', 'rawId']], 'JobID', where);
    this.#require([['submit']], 'Submit', where);
    this.#require([['elapsed', 'elapsedSeconds', 'end']], 'Elapsed', where);
    this.#require([['cpus', 'requestedCpus', 'allocatedTres', 'requestedTres']], 'NCPUS', where);
  }

  has(field: Field): boolean {
    return this.#indexOf.has(field);
  }

  /** Takes a line apart. Answers undefined if it fits, else how many fields it has. */
  take(line: string): number | undefined {
    const values = line.split('|');
    // `sacct -p` ends each line with a bar.
    if (values.length === this.count + 1 && values[this.count] === '') values.pop();
    const more = values.length - this.count;
    if (more > 0 && this.#freeText >= 0) {
      if (values[values.length - 1] === '' && this.#freeText < this.count - 1) return values.length;
      values.splice(this.#freeText, more + 1, values.slice(this.#freeText, this.#freeText + more + 1).join('|'));
    } else if (more !== 0) {
      return values.length;
    }
    this.#values = values;
    return undefined;
  }

  /** A field of the line taken last; empty if there is no such column. */
  get(field: Field): string {
    const index = this.#indexOf.get(field);
    return index === undefined ? '' : this.#values[index].trim();
  }

  #require(anyOf: readonly (readonly Field[])[], column: string, where: string): void {
    if (anyOf.every((fields) => fields.some((field) => this.has(field)))) return;
    throw new InputError(
      `there is no column ${column} among ${this.#names.join(', ')}`,
      where,
      'ask sacct for it: sacct -P -o JobID,User,Account,Partition,QOS,Submit,Start,End,Elapsed,State,NNodes,NCPUS,ReqMem,AllocTRES,Timelimit,NodeList',
    );
  }
}

/** The columns named by a first line, or undefined if it is a record. */
export function headerOf(line: string): readonly string[] | undefined {
  if (/^\d/.test(line)) return undefined;
  const names = line.split('|');
  if (!names.some((name) => /^jobid(raw)?$/i.test(name.trim()))) return undefined;
  if (names[names.length - 1] === '') names.pop();
  return names;
}

/** Names given by the user: separated by commas, blanks, bars, plus signs or semicolons. */
export function namedColumns(text: string): readonly string[] {
  const names = text.split(/[\s,;|+]+/).filter((name) => name !== '');
  const known = [...Object.keys(FIELD_OF), ...HEADERLESS, ...FREE_TEXT];
  if (!names.some((name) => /^jobid(raw)?$/i.test(name))) {
    throw usageError('JobID is not among the columns', 'format sacct, columns', didYouMean(names[0] ?? '', known));
  }
  return names;
}
