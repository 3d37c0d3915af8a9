/**
 * SubmitLine of sacct (21.08 and later): the command line that a job was submitted with. Of it is taken what no other column
 * says. Options in the script itself are not in it. Source: Slurm, man pages of sacct and sbatch.
 */
import { InputError } from '../errors.ts';
import type { SlurmOptions } from '../slurm-workload.ts';
import type { Complaints } from './sacct-resources.ts';
import { readSbatch, splitSbatch } from './sbatch-options.ts';

/** Options that no other column has. */
const OWN = [
  ...['contiguous', 'exclude', 'exclusive', 'no-requeue', 'nodelist', 'oversubscribe', 'prefer', 'requeue', 'segment'],
  ...['spread-job', 'switches', 'time-min'],
];

export function optionsOfSubmitLine(line: string, complaints: Complaints): SlurmOptions {
  if (line === '') return {};
  const [, ...words] = line.split(/\s+/);
  const given = splitSbatch(words);
  if (given.has('dependency')) {
    complaints.repair('--dependency in SubmitLine: it was eligible when it was in the record, whenever the others end');
  }
  const own = new Map([...given].filter(([name]) => OWN.includes(name)));
  if (own.size === 0) return {};
  try {
    const { options } = readSbatch(own, 'SubmitLine', (option) => {
      throw new InputError(`${option} cannot be read`, 'SubmitLine', 'leave the column out');
    });
    const { minNodes: _, maxNodes: __, tasks: ___, cpusPerTask: ____, tasksPerNode: _____, ...known } = options;
    return known;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    complaints.repair('options in SubmitLine that cannot be read: left out');
    return {};
  }
}
