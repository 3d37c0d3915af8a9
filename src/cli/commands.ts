import type { CommandEntry } from './command.ts';
import { liveCommands } from './live.ts';

/** Every command, in the order of the help. One line for each, and one file. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'run a scenario: workloads x clusters x policies x seeds, side by side, and compare them',
    load: async () => (await import('./run-scenario.ts')).declareRun,
  },
  {
    name: 'compare',
    summary: 'compare the policies of results, with intervals; exit with 1 beyond thresholds',
    load: async () => (await import('./compare.ts')).declareCompare,
  },
  {
    name: 'merge',
    summary: 'join the parts of a scenario that were run apart, and name what is missing',
    load: async () => (await import('./merge.ts')).declareMerge,
  },
  {
    name: 'sweep',
    summary: 'run a scenario on many machines',
    commands: [
      {
        name: 'emit',
        summary: 'print a Slurm job array, or an Indexed Job of Kubernetes, that runs a scenario',
        load: async () => (await import('./sweep-emit.ts')).declareSweepEmit,
      },
    ],
  },
  {
    name: 'replay',
    summary: 'simulate a trace on a cluster under one or more policies, and compare them',
    load: async () => (await import('./replay.ts')).declareReplay,
  },
  {
    name: 'explain',
    summary: 'tell the life of one job: why it waited, who went past it, what the scheduler saw',
    load: async () => (await import('./explain.ts')).declareExplain,
  },
  {
    name: 'report',
    summary: 'make one offline HTML page of results: verdict, charts, and every job',
    load: async () => (await import('./report.ts')).declareReport,
  },
  {
    name: 'trace',
    summary: 'look at traces, convert, generate, cut, scale and fetch them',
    commands: [
      {
        name: 'inspect',
        summary: 'what a trace holds, what is wrong with it, and what its log says of itself',
        load: async () => (await import('./trace-inspect.ts')).declareInspect,
      },
      {
        name: 'convert',
        summary: 'write a trace in another format, and say what that format cannot hold',
        load: async () => (await import('./trace-convert.ts')).declareConvert,
      },
      {
        name: 'generate',
        summary: 'make a trace from a workload model',
        load: async () => (await import('./trace-generate.ts')).declareGenerate,
      },
      {
        name: 'slice',
        summary: 'keep a part of a trace: a time window, users, queues, sizes, a sample',
        load: async () => (await import('./trace-slice.ts')).declareSlice,
      },
      {
        name: 'scale',
        summary: 'change the load of a trace: arrivals, run times, sizes',
        load: async () => (await import('./trace-scale.ts')).declareScale,
      },
      {
        name: 'fetch',
        summary: 'download a published trace, checked against its SHA-256',
        load: async () => (await import('./trace-fetch.ts')).declareFetch,
      },
    ],
  },
  {
    name: 'policies',
    summary: 'list the policies, or describe one with its parameters',
    load: async () => (await import('./policies.ts')).declarePolicies,
  },
  {
    name: 'metrics',
    summary: 'list the metrics with unit, definition and source',
    load: async () => (await import('./metrics.ts')).declareMetrics,
  },
  {
    name: 'formats',
    summary: 'list the trace formats, and which can be written',
    load: async () => (await import('./formats.ts')).declareFormats,
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of scenario and cluster files, for editors',
    load: async () => (await import('./schema.ts')).declareSchema,
  },
  {
    name: 'verify',
    summary: 'check decisions against records of real schedulers',
    commands: [
      {
        name: 'schedule',
        summary: 'compare two schedules of the same jobs, start by start',
        load: async () => (await import('./verify-schedule.ts')).declareVerifySchedule,
      },
      {
        name: 'kube-vectors',
        summary: 'check filters, scores and preemption against unit tests of Kubernetes',
        load: async () => (await import('./verify-kube-vectors.ts')).declareVerifyKubeVectors,
      },
      {
        name: 'kube-log',
        summary: 'replay records of a real kube-scheduler, decision by decision',
        load: async () => (await import('./verify-kube-log.ts')).declareVerifyKubeLog,
      },
      {
        name: 'slurm',
        summary: 'simulate a record of a real slurmctld, with its timers in several phases',
        load: async () => (await import('./verify-slurm.ts')).declareVerifySlurm,
      },
      {
        name: 'gpu-allocation',
        summary: 'pack the openb trace by every GPU placement and compare with the published curves',
        load: async () => (await import('./verify-gpu-allocation.ts')).declareVerifyGpuAllocation,
      },
    ],
  },
  {
    name: 'live',
    summary: 'the same policies on a real Kubernetes cluster',
    commands: liveCommands,
  },
  {
    name: 'systems',
    summary: 'Slurm, Flux and Kubernetes combined: several resource managers on one machine',
    commands: [
      {
        name: 'list',
        summary: 'list the systems, or describe one with its managers and figures',
        load: async () => (await import('./systems-list.ts')).declareSystemsList,
      },
      {
        name: 'run',
        summary: 'run a trace through one or more systems, and show where the time of their nodes went',
        load: async () => (await import('./systems-run.ts')).declareSystemsRun,
      },
      {
        name: 'verify',
        summary: 'compare the systems with what was measured of the real ones',
        load: async () => (await import('./systems-verify.ts')).declareSystemsVerify,
      },
    ],
  },
  {
    name: 'completion',
    summary: 'print the completion script of a shell',
    load: async () => (await import('./completion.ts')).declareCompletion,
  },
];
