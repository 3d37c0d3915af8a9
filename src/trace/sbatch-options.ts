/** Options of sbatch on a command line. Source: Slurm, man page of sbatch. */
import { parseSlurmTime } from '../slurm-conf-table.ts';
import { readGres, readLicenses } from '../slurm-conf-tres.ts';
import { expandHostlist } from '../slurm-hostlist.ts';
import type { SlurmGres } from '../slurm.ts';
import type { SlurmOptions } from '../slurm-workload.ts';
import { readMemory } from './sacct-values.ts';

/** Options by their long names, as they were written. */
export type SbatchOptions = ReadonlyMap<string, string>;

const LONG: Readonly<Record<string, string>> = {
  A: 'account',
  a: 'array',
  b: 'begin',
  C: 'constraint',
  c: 'cpus-per-task',
  d: 'dependency',
  G: 'gpus',
  H: 'hold',
  J: 'job-name',
  L: 'licenses',
  N: 'nodes',
  n: 'ntasks',
  p: 'partition',
  q: 'qos',
  s: 'oversubscribe',
  t: 'time',
  w: 'nodelist',
  x: 'exclude',
};
/** Those that may stand without a value. */
const FLAGS = new Set(['contiguous', 'exclusive', 'hold', 'no-requeue', 'oversubscribe', 'requeue', 'spread-job']);

/** Takes words apart until the first one that is no option: the script. `-sim-walltime 5` of the simulator is one, too. */
export function splitSbatch(words: readonly string[]): SbatchOptions {
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const match = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(words[at]);
    if (match === null) break;
    const [word, name, value] = match;
    const short = !word.startsWith('--') && Object.hasOwn(LONG, name[0]) && !name.includes('-');
    const long = short ? LONG[name[0]] : name;
    if (value !== undefined) options.set(long, value);
    else if (short && name.length > 1) options.set(long, name.slice(1));
    else if (FLAGS.has(long)) options.set(long, '');
    else options.set(long, words[++at] ?? '');
  }
  return options;
}

/** What is asked for in all, of those options that say it. */
export interface SbatchRequest {
  readonly tasks: number;
  readonly cpusPerTask: number;
  /** Least nodes [count]. */
  readonly nodes: number;
  /** Of the whole job on that many nodes [bytes]; 0 = not said. */
  readonly memory: number;
  /** On that many nodes. */
  readonly gpus: number;
  readonly gpuModels: readonly string[];
  readonly options: SlurmOptions;
}

/** `where` is the place of the line, for mistakes; `unreadable` is called with an option that cannot be read. */
export function readSbatch(given: SbatchOptions, where: string, unreadable: (option: string) => never): SbatchRequest {
  const count = (name: string) => {
    const text = given.get(name);
    if (text === undefined) return undefined;
    return /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : unreadable(`--${name}=${text}`);
  };
  const bytes = (name: string) => {
    const text = given.get(name);
    if (text === undefined) return undefined;
    const read = readMemory(text.toUpperCase().replace(/B$/, ''));
    return read === undefined ? unreadable(`--${name}=${text}`) : read.bytes || undefined;
  };
  const [least, most] = nodesOf(given.get('nodes'), unreadable);
  const tasksPerNode = count('ntasks-per-node');
  const tasks = count('ntasks') ?? (least ?? 1) * (tasksPerNode ?? 1);
  const cpusPerTask = count('cpus-per-task') ?? 1;
  const nodes = least ?? (tasksPerNode === undefined ? 1 : Math.ceil(tasks / tasksPerNode));
  const [memoryPerNode, memoryPerCpu] = [bytes('mem'), bytes('mem-per-cpu')];
  const gres = [...gresOf(given.get('gres'), where), ...gpusOf(given.get('gpus-per-node'), where)];
  const gpus = gres.filter(({ name }) => name === 'gpu');
  const ofJob = gpusOf(given.get('gpus'), where);
  const ofTask = gpusOf(given.get('gpus-per-task'), where);
  const all = [...gpus, ...ofJob, ...ofTask];
  const gpusInAll = sumOf(gpus) * nodes + sumOf(ofJob) + sumOf(ofTask) * tasks;
  const options = {
    ...others(given, where),
    minNodes: nodes,
    maxNodes: most,
    tasksPerNode,
    tasks,
    cpusPerTask,
    memoryPerNode,
    memoryPerCpu,
    gresPerNode: countsOf(gres),
    gresPerJob: countsOf(ofJob),
    gresPerTask: countsOf(ofTask),
    gresPerSocket: countsOf(gpusOf(given.get('gpus-per-socket'), where)),
    cpusPerGpu: count('cpus-per-gpu'),
    memoryPerGpu: bytes('mem-per-gpu'),
    threadsPerCore: count('threads-per-core'),
    segment: count('segment'),
  };
  return {
    tasks,
    cpusPerTask,
    nodes,
    memory: memoryPerNode === undefined ? (memoryPerCpu ?? 0) * tasks * cpusPerTask : memoryPerNode * nodes,
    gpus: gpusInAll,
    gpuModels: all.flatMap(({ type }) => type ?? []),
    options: withoutAbsent(options),
  };
}

function nodesOf(text: string | undefined, unreadable: (option: string) => never): [number | undefined, number | undefined] {
  if (text === undefined) return [undefined, undefined];
  const match = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(text);
  if (match === null) return unreadable(`--nodes=${text}`);
  return [Number(match[1]), Number(match[2] ?? match[1])];
}

function gresOf(text: string | undefined, where: string) {
  return text === undefined
    ? []
    : readGres({ key: '--gres', value: text.replaceAll('gres/', '').replaceAll('gres:', ''), at: where });
}

/** `2`, `a100:2` or `a100:2,v100:1` */
function gpusOf(text: string | undefined, where: string) {
  return text === undefined
    ? []
    : gresOf(
        text
          .split(',')
          .map((part) => `gpu:${part}`)
          .join(','),
        where,
      );
}

function sumOf(gres: readonly SlurmGres[]): number {
  return gres.reduce((sum, { count }) => sum + count, 0);
}

function countsOf(gres: readonly SlurmGres[]): Record<string, number> | undefined {
  if (gres.length === 0) return undefined;
  return Object.fromEntries(gres.map(({ name, type, count }) => [type === undefined ? name : `${name}:${type}`, count]));
}

function others(given: SbatchOptions, where: string) {
  const hosts = (name: string) => {
    const text = given.get(name);
    return text === undefined ? undefined : expandHostlist(text, where);
  };
  const exclusive = given.get('exclusive');
  const partitions = (given.get('partition') ?? '').split(',');
  const licenses = given.get('licenses');
  const timeMin = given.get('time-min');
  const switches = /^(\d+)(?:@(.+))?$/.exec(given.get('switches') ?? '');
  return {
    exclusive: exclusive === undefined ? undefined : exclusive === 'user' ? ('user' as const) : ('node' as const),
    overSubscribe: given.has('oversubscribe') || undefined,
    contiguous: given.has('contiguous') || undefined,
    spreadJob: given.has('spread-job') || undefined,
    held: given.has('hold') || undefined,
    requeue: given.has('requeue') ? true : given.has('no-requeue') ? false : undefined,
    constraint: given.get('constraint'),
    prefer: given.get('prefer'),
    reservation: given.get('reservation'),
    nice: given.has('nice') ? Number(given.get('nice')) || 100 : undefined,
    timeMin: timeMin === undefined ? undefined : parseSlurmTime(timeMin),
    nodeList: hosts('nodelist'),
    excludedNodes: hosts('exclude'),
    licenses: licenses === undefined ? undefined : readLicenses({ key: '--licenses', value: licenses, at: where }),
    partitions: partitions.length > 1 ? partitions : undefined,
    switches: switches === null ? undefined : { count: Number(switches[1]), wait: parseSlurmTime(switches[2] ?? '') ?? Infinity },
  };
}

function withoutAbsent(options: SlurmOptions): SlurmOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Options that `readSbatch` and its callers know; others are not heeded. */
export const KNOWN_SBATCH: ReadonlySet<string> = new Set([
  ...[
    'account',
    'constraint',
    'contiguous',
    'cpus-per-gpu',
    'cpus-per-task',
    'exclude',
    'exclusive',
    'gpus',
    'gpus-per-node',
    'gpus-per-socket',
    'gpus-per-task',
    'gres',
    'hold',
    'job-name',
    'licenses',
  ],
  ...[
    'mem',
    'mem-per-cpu',
    'mem-per-gpu',
    'nice',
    'no-requeue',
    'nodelist',
    'nodes',
    'ntasks',
    'ntasks-per-node',
    'oversubscribe',
  ],
  ...[
    'partition',
    'prefer',
    'qos',
    'requeue',
    'reservation',
    'segment',
    'spread-job',
    'switches',
    'threads-per-core',
    'time',
    'time-min',
    'uid',
  ],
]);
