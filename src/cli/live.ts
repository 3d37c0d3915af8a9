import type { CommandEntry } from './command.ts';

/** The commands of live mode, in the order of the help. One line for each, and one file. */
export const liveCommands: readonly CommandEntry[] = [
  {
    name: 'up',
    summary: 'start a test cluster: a real control plane, and nodes that only seem to be there',
    load: async () => (await import('./live-up.ts')).declareLiveUp,
  },
  {
    name: 'run',
    summary: 'replay a scenario on a real cluster, under one policy after the other',
    load: async () => (await import('./live-run.ts')).declareLiveRun,
  },
  {
    name: 'compare',
    summary: 'lay live runs beside simulated ones, and beside their repeat',
    load: async () => (await import('./live-compare.ts')).declareLiveCompare,
  },
  {
    name: 'down',
    summary: 'stop a test cluster, and leave nothing of it behind',
    load: async () => (await import('./live-down.ts')).declareLiveDown,
  },
  {
    name: 'describe',
    summary: 'write the slurm.conf of a running Slurm, as it describes itself, for simulations of it',
    load: async () => (await import('./live-describe.ts')).declareLiveDescribe,
  },
  {
    name: 'rbac',
    summary: 'print the role that lets a service account drive a run',
    load: async () => (await import('./live-rbac.ts')).declareLiveRbac,
  },
];
