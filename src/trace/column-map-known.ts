/**
 * Tables that are recognised by their header. Nothing is guessed beyond these: any other table needs a map.
 */
import { FIELDS, parseColumnMap } from './column-map.ts';
import type { ColumnMap, Field, FieldSource } from './column-map.ts';

interface KnownTable {
  readonly name: string;
  /** Columns it must have; together they tell it from all others. */
  readonly header: readonly string[];
  /** Whether it must have no others. */
  readonly exact?: true;
  /** Text form of its map; fields whose column is absent are left out. */
  readonly map: string;
  /** What its reader has to assume, told to the user. */
  readonly assumes?: string;
}

/** What `write` makes: every field of a workload. */
export const NATIVE_MAP =
  'id:job+submit:submit_s@s+runtime:runtime_s@s+walltime:walltime_s@s+start:start_s@s+procs:procs+gpus:gpus+groups:groups+' +
  'speedup:speedup+reload:reload_s@s+' +
  'state:outcome+user:user+account:account+queue:queue+partition:partition+qos:qos+priority:priority+after:after+epoch:epoch_s';

const KNOWN: readonly KnownTable[] = [
  {
    name: 'the table that convert writes',
    header: ['job', 'submit_s', 'runtime_s', 'walltime_s', 'procs', 'groups', 'outcome'],
    map: NATIVE_MAP,
  },
  {
    name: 'a schedule (jobs.csv)',
    header: ['job', 'submit_s', 'start_s', 'end_s', 'state', 'cpus'],
    map:
      'id:job+submit:submit_s@s+start:start_s@s+end:end_s@s+state:state+procs:cpus+gpus:gpus+user:user+queue:queue+' +
      'restarts:restarts+account:account+partition:partition+qos:qos',
    assumes: 'a schedule does not hold the limits that users asked for',
  },
  {
    name: 'a bare schedule',
    header: ['id', 'submit', 'start', 'end'],
    exact: true,
    map: 'id:id+submit:submit@s+start:start@s+end:end@s+procs:=1',
    assumes: 'it holds no sizes, so each job is taken as one processor',
  },
  {
    // Columns and units: the repository NREL/eagle-jobs. The unit of mem_req is not stated there, so it is not read.
    name: 'jobs of NREL Eagle',
    header: [
      'job_id',
      'wallclock_req',
      'processors_req',
      'gpus_req',
      'submit_time',
      'start_time',
      'end_time',
      'run_time',
      'state',
    ],
    map:
      'id:job_id+submit:submit_time@iso+start:start_time@iso+end:end_time@iso+runtime:run_time@s+walltime:wallclock_req@s+' +
      'procs:processors_req+gpus:gpus_req+user:user+account:account+partition:partition+qos:qos+state:state',
    assumes: 'mem_req is not read because its unit is not stated',
  },
  {
    // The task table of OpenDC; mem_capacity in MB.
    name: 'tasks of OpenDC',
    header: ['id', 'submission_time', 'duration', 'cpu_count', 'cpu_capacity', 'mem_capacity'],
    map: 'id:id+submit:submission_time@unix-ms+runtime:duration@ms+procs:cpu_count+tasks:=1+memory:mem_capacity@M',
    assumes: 'each row is taken as one task on one node',
  },
  {
    // Microsoft Philly as reduced by Pollux. The clock times are local Pacific time with daylight saving.
    name: 'Microsoft Philly as reduced by Pollux',
    header: ['timestamp', 'duration', 'num_gpus', 'gpu_time', 'cluster'],
    map: 'submit:timestamp@iso+runtime:duration@s+gpus:num_gpus+queue:cluster+zone:America/Los_Angeles',
    assumes: 'it holds no processors, so each GPU is taken with one',
  },
];

/** The known table with this header; of several the one that asks for most columns. */
export function knownTable(columns: readonly string[]): { map: ColumnMap; name: string; assumes?: string } | undefined {
  const found = new Set(columns);
  let best: KnownTable | undefined;
  for (const table of KNOWN) {
    const matches = table.header.every((name) => found.has(name)) && (!table.exact || columns.length === table.header.length);
    if (matches && table.header.length > (best?.header.length ?? 0)) best = table;
  }
  if (best === undefined) return undefined;
  const map = parseColumnMap(best.map, best.name);
  const present = Object.entries(map.fields).filter(([, { column }]) => column === undefined || found.has(column));
  return { map: { ...map, fields: Object.fromEntries(present) }, name: best.name, assumes: best.assumes };
}

/** Usual names of columns, only for the map that an error proposes. */
const USUAL_NAMES: readonly (readonly [Field, RegExp])[] = [
  ['id', /^(job_?)?(id|name)$|^job$/],
  ['submit', /subm|arriv|creat|^timestamp$|^time$/],
  ['start', /start|begin/],
  ['end', /^end|_end|finish|complet/],
  ['runtime', /run_?time|duration|elapsed|^run$/],
  ['walltime', /wall|limit|req(uested)?_?time/],
  ['gpu-model', /gpu_?(model|type|spec)/],
  ['gpu-memory', /gpu_?mem/],
  ['min-gpus', /(min|least|fewest).*gpu|gpu.*min/],
  ['max-gpus', /(max|most).*gpu|gpu.*max/],
  ['speedup', /speed_?up|scal/],
  ['reload', /reload/],
  ['mig', /^mig/],
  ['memory', /mem|^ram/],
  ['procs', /proc|cpus?$|^(num_|n)?cpu|cores?$/],
  ['gpus', /gpu/],
  ['tasks', /tasks|instances|replicas|nodes$/],
  ['user', /^user/],
  ['account', /account|project|^group/],
  ['queue', /^queue|^vc$/],
  ['partition', /partition/],
  ['qos', /qos/],
  ['priority', /prio/],
  ['state', /state|status/],
  ['after', /^after$|depend/],
];

/** A map to start from, in the text form, with what the names of the columns suggest. To be checked by a person. */
export function suggestedMap(columns: readonly string[]): string {
  const items: string[] = [];
  const taken = new Set<string>();
  for (const [field, usual] of USUAL_NAMES) {
    const column = columns.find((name) => !taken.has(name) && usual.test(name.toLowerCase()) && name.length <= 60);
    if (column !== undefined) taken.add(column);
    if (column !== undefined) items.push(`${field}:${column}${suggestedNotation(field, column)}`);
    else if (field === 'submit') items.push('submit:COLUMN@s');
  }
  const has = (field: Field) => items.some((item) => item.startsWith(`${field}:`));
  if (!has('runtime') && !(has('start') && has('end'))) items.push('runtime:COLUMN@s');
  if (!has('procs') && !has('gpus')) items.push('procs:COLUMN');
  return items.join('+');
}

function suggestedNotation(field: Field, column: string): string {
  const { kind } = FIELDS[field];
  if (kind !== 'instant' && kind !== 'duration') return '';
  const unit = /_(ms|us|ns|s|min|h)$/.exec(column.toLowerCase());
  return `@${unit ? unit[1] : 's'}`;
}

/** The columns that a map names. */
export function columnsOf(map: ColumnMap): string[] {
  return Object.values(map.fields).flatMap(({ column }: FieldSource) => (column === undefined ? [] : [column]));
}
