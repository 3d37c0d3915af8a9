/** Mixes with settings of their own. The shares and run times of GPU jobs are Gavel's, the rest is round numbers. */
import { preset } from './mix.ts';

export const mixSerial = preset(
  {
    name: 'mix-serial',
    summary: 'Serial jobs of a throughput cluster: many short ones, by many users, less at night and on weekends.',
    source: 'the mix with its own settings; no log behind it',
  },
  {
    sizes: '1:1',
    runtime: 'hyperexponential',
    'runtime-mean': 1800_000,
    'runtime-cv': 3,
    cycle: 'weekly',
    users: 50,
    load: 0.9,
  },
);

export const mixBursts = preset(
  {
    name: 'mix-bursts',
    summary: 'Serial and small parallel jobs that come in arrays of equal ones, with quiet spells between.',
    source: 'the mix with its own settings; no log behind it',
  },
  {
    sizes: '1:0.6+2:0.15+4:0.15+8:0.1',
    burst: 12,
    arrivals: 'gamma',
    'arrival-shape': 0.3,
    'runtime-mean': 3600_000,
    'runtime-cv': 1.5,
    'runtime-max': 43_200_000,
    users: 20,
    capacity: 128,
    estimates: 'factor',
  },
);

export const mixGpuMl = preset(
  {
    name: 'mix-gpu-ml',
    summary: 'Deep learning jobs: 1, 2, 4 or 8 GPUs for half an hour to a week, Poisson arrivals.',
    source: 'sizes and run times: Narayanan et al., Gavel, OSDI 2020, scheduler/utils.py',
  },
  {
    unit: 'gpus',
    capacity: 64,
    sizes: '1:0.7+2:0.1+4:0.15+8:0.05',
    runtime: 'gavel',
    'runtime-max': 7 * 86_400_000,
    cycle: 'none',
    users: 12,
    estimates: 'factor',
    'estimate-factor': 3,
  },
);
