/** Options of sbatch as they stand in a workload that a recorded run was made of. */
import { InputError } from '../errors.ts';
import { parseSlurmTime } from '../slurm-conf-table.ts';
import { readLicenses } from '../slurm-conf-tres.ts';
import { expandHostlist } from '../slurm-hostlist.ts';
import type { SlurmOptions } from '../slurm-workload.ts';

export interface SbatchOptions extends SlurmOptions {
  readonly partition?: string;
  readonly qos?: string;
  readonly account?: string;
}

const READERS: Readonly<Record<string, (value: string) => SbatchOptions | undefined>> = {
  '--partition': (value) => {
    const [partition, ...others] = value.split(',');
    return others.length === 0 ? { partition } : { partition, partitions: [partition, ...others] };
  },
  '--qos': (qos) => ({ qos }),
  '--account': (account) => ({ account }),
  '--reservation': (reservation) => ({ reservation }),
  '--nice': (value) => (/^-?\d+$/.test(value) ? { nice: Number(value) } : undefined),
  '--time-min': (value) => {
    const timeMin = parseSlurmTime(value);
    return timeMin === undefined ? undefined : { timeMin };
  },
  '--constraint': (constraint) => ({ constraint }),
  '--licenses': (value) => ({ licenses: readLicenses({ key: '--licenses', value, at: '--licenses' }) }),
  '--mem': (value) => ofMemory(value, (memoryPerNode) => ({ memoryPerNode })),
  '--mem-per-cpu': (value) => ofMemory(value, (memoryPerCpu) => ({ memoryPerCpu })),
  '--nodelist': (value) => ({ nodeList: expandHostlist(value, '--nodelist') }),
  '--exclude': (value) => ({ excludedNodes: expandHostlist(value, '--exclude') }),
  '--switches': (value) => {
    const [count, wait] = value.split('@');
    const time = wait === undefined ? Infinity : parseSlurmTime(wait);
    return /^\d+$/.test(count) && time !== undefined ? { switches: { count: Number(count), wait: time } } : undefined;
  },
};

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

function ofMemory(value: string, options: (bytes: number) => SbatchOptions): SbatchOptions | undefined {
  const match = /^(\d+)([KMGT]?)$/i.exec(value);
  return match === null ? undefined : options(Number(match[1]) * UNITS[match[2].toUpperCase() || 'M']);
}

const FLAGS: Readonly<Record<string, SbatchOptions>> = {
  '--requeue': { requeue: true },
  '--no-requeue': { requeue: false },
  '--exclusive': { exclusive: 'node' },
  '--contiguous': { contiguous: true },
  '--spread-job': { spreadJob: true },
  '--oversubscribe': { overSubscribe: true },
};

const SHORT: Readonly<Record<string, string>> = {
  '-p': '--partition',
  '-q': '--qos',
  '-A': '--account',
  '-C': '--constraint',
  '-L': '--licenses',
  '-w': '--nodelist',
  '-x': '--exclude',
};

/** `where`: for errors. An option that is not known is one, as the job would be another without it. */
export function readSbatchOptions(text: string, where: string): SbatchOptions {
  const words = text.split(/\s+/).filter((word) => word !== '');
  let options: SbatchOptions = {};
  for (let next = 0; next < words.length; next++) {
    const [name, ...values] = words[next].split('=');
    const flag = FLAGS[name];
    const reader = READERS[SHORT[name] ?? name];
    if (flag === undefined && reader === undefined) {
      const known = [...Object.keys(FLAGS), ...Object.keys(READERS)].join(', ');
      throw new InputError(`the option ${name} is not known here`, where, `known are ${known}`);
    }
    const value = values.length > 0 ? values.join('=') : flag === undefined ? (words[++next] ?? '') : '';
    const read = flag ?? reader(value);
    if (read === undefined) throw new InputError(`"${value}" is no value of ${name}`, where, 'correct the workload');
    options = { ...options, ...read };
  }
  return options;
}
