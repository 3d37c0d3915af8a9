/** Options of sbatch as they stand in a workload that a recorded run was made of. */
import { InputError } from '../errors.ts';
import { parseSlurmTime } from '../slurm-conf-table.ts';
import type { SlurmOptions } from '../slurm-workload.ts';

export interface SbatchOptions extends Pick<SlurmOptions, 'requeue' | 'nice' | 'timeMin' | 'reservation' | 'partitions'> {
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
};

const FLAGS: Readonly<Record<string, SbatchOptions>> = {
  '--requeue': { requeue: true },
  '--no-requeue': { requeue: false },
  '--exclusive': {},
};

const SHORT: Readonly<Record<string, string>> = { '-p': '--partition', '-q': '--qos', '-A': '--account' };

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
