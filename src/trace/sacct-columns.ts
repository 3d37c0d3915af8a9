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
  | 'licenses'
  | 'submitLine';

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
  submitline: 'submitLine',
};

/** Columns that hold what users wrote, and so may hold bars. */
const FREE_TEXT = new Set(['jobname', 'comment', 'admincomment', 'systemcomment', 'submitline', 'workdir', 'extra']);

const TIME = '\\d{4}-\\d\\d-\\d\\dT[^|]*|\\d{9,11}';
const NO_TIME = 'unknown|none|n/a|\\(null\\)|';
/** What fields look like by which a line is told apart that has too many. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  submit: new RegExp(`^(${TIME})$`),
  eligible: new RegExp(`^(${TIME}|${NO_TIME})$`, 'i'),
  start: new RegExp(`^(${TIME}|${NO_TIME})$`, 'i'),
  end: new RegExp(`^(${TIME}|${NO_TIME})$`, 'i'),
  elapsed: /^([\d-]*[\d:.]+|invalid|)$/i,
};

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
  /** Columns that may hold bars themselves. */
  readonly #freeText: readonly number[];
  #values: readonly string[] = [];

  constructor(names: readonly string[], where: string) {
    this.#names = names.map((name) => name.trim().toLowerCase().replace(/%.*$/, ''));
    this.count = names.length;
    this.#names.forEach((name, index) => {
      const field = Object.hasOwn(FIELD_OF, name) ? FIELD_OF[name] : undefined;
      if (field !== undefined && !this.#indexOf.has(field)) this.#indexOf.set(field, index);
    });
    this.#freeText = this.#names.flatMap((name, index) => (FREE_TEXT.has(name) ? [index] : []));
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
    const fitted = more === 0 ? values : this.#withBars(values, more);
    if (fitted === undefined) return values.length;
    this.#values = fitted;
    return undefined;
  }

  /**
   * The fields when some of so many bars stand within fields. Of the ways to deal them out to the columns that may hold any,
   * it is the first one with which times stand where they should; undefined if there is none.
   */
  #withBars(values: readonly string[], more: number, from = 0): readonly string[] | undefined {
    const column = this.#freeText[from];
    if (more < 0 || column === undefined) return undefined;
    const isLast = from === this.#freeText.length - 1;
    // What is left of the bar that ends a line of `sacct -p`, and one field too many before it.
    if (isLast && values[values.length - 1] === '' && column < this.count - 1) return undefined;
    for (let bars = isLast ? more : 0; bars <= more; bars++) {
      const text = values.slice(column, column + bars + 1).join('|');
      const joined = [...values.slice(0, column), text, ...values.slice(column + bars + 1)];
      const fitted = bars === more ? joined : this.#withBars(joined, more - bars, from + 1);
      if (fitted !== undefined && (this.#freeText.length === 1 || this.#isPlausible(fitted))) return fitted;
    }
    return undefined;
  }

  #isPlausible(values: readonly string[]): boolean {
    return this.#names.every((name, index) => !Object.hasOwn(SHAPES, name) || SHAPES[name].test(values[index].trim()));
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
