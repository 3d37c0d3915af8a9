/** What a scenario may hold. Loaded only when one is read: zod takes its time to start. */
import { z } from 'zod';
import { clusterSchema } from './cluster-file-schema.ts';

const word = z.string().min(1);
const count = z.int().min(1);
/** A number, or a number with a unit. */
const amount = z.union([z.number(), word]);
const factor = z.number().positive();
const share = z.number().min(0).max(1);
const value = z.union([z.number(), z.string(), z.boolean()]);
const parameters = z.record(z.string(), value);

/** What is done to a workload before it is run, in this order. */
const changes = {
  from: amount.describe('keep jobs submitted from here on, a duration since the first submission').optional(),
  until: amount.describe('keep jobs submitted before').optional(),
  limit: count.describe('keep only the first so many jobs').optional(),
  load: factor.describe('load times this, by shorter times between submissions').optional(),
  runtimes: factor.describe('load times this, by longer run times and limits').optional(),
  sizes: factor.describe('load times this, by larger jobs').optional(),
  estimates: amount.describe('limit of jobs that have none: runtime | partition | none | factor=N | a duration').optional(),
  overrun: z.enum(['kill', 'extend']).describe('jobs that outlast their limit').optional(),
  dependencies: z.enum(['ignore', 'hold', 'feedback']).describe('dependencies of the trace').optional(),
  network: share.describe('share of their time that jobs wait for the network: systems slow it down').optional(),
  io: share.describe('share of their time that jobs read and write: systems slow it down').optional(),
  steps: count.describe('split jobs into so many steps, side by side: under systems each is submitted by itself').optional(),
  interactive: share.describe('share of the jobs, drawn, that go to the queue interactive').optional(),
  cluster: word.describe('the only cluster of the scenario that this workload runs on').optional(),
};

export const workloadSchema = z
  .strictObject({
    name: word.describe('what results call it; the name of the file or the model if absent').optional(),
    trace: word.describe('path of a trace, relative to this file').optional(),
    format: word.describe('format of the trace; told from its name and content if absent').optional(),
    generate: word.describe('a workload model, instead of a trace: a new workload for each seed').optional(),
    parameters: parameters.describe('of the workload model, or of the format').optional(),
    ...changes,
  })
  .describe('a trace or a workload model, and what is done to it');

export const clusterEntrySchema = z
  .strictObject({
    name: word.describe('what results call it; the spec or the name of the file if absent').optional(),
    spec: word.describe('procs=128 | nodes=64,cpus=8,gpus=4,memory=512Gi').optional(),
    file: word.describe('a cluster file, a slurm.conf or a list of nodes of kubectl, relative to this file').optional(),
    description: clusterSchema.describe('a cluster described here, as in a cluster file').optional(),
  })
  .describe('what the jobs run on');

export const policySchema = z
  .strictObject({
    name: word.describe('name of a policy, or path of a file with one, relative to this file'),
    label: word.describe('what results call it; the name and the parameters given if absent').optional(),
    parameters: parameters.optional(),
    files: z.record(z.string(), word).describe('parameters that name files, relative to this file').optional(),
  })
  .describe('who starts when');

export const systemEntrySchema = z
  .strictObject({
    name: word.describe('name of a system ("yardmaster systems list"), or path of a file with one, relative to this file'),
    label: word.describe('what results call it; the name and the figures given if absent').optional(),
    pools: z
      .record(z.string(), word)
      .describe('nodes by pool, such as nodes=8,cpus=8; cluster = that of the point, which the only pool of a system gets anyway')
      .optional(),
    set: parameters.describe('figures in place of those of its description, by their paths').optional(),
    assumed: factor.describe('what durations that are assumed are multiplied by').optional(),
  })
  .describe('resource managers put together');

export const placementSchema = z
  .strictObject({ name: word, parameters: parameters.optional() })
  .describe('which nodes a job gets');

export const costsSchema = z
  .strictObject({
    launch: z
      .union([amount, z.array(amount).min(2)])
      .describe(
        'from the decision until a job runs: one time, or measured quantiles from the least to the greatest, evenly spaced',
      )
      .optional(),
    release: amount.describe('from the end of a job until its resources are free').optional(),
    'kill-scan': amount.describe('how often limits are looked at').optional(),
  })
  .describe('what real systems spend; nothing if absent');

export const failuresSchema = z
  .strictObject({
    mtbf: amount.describe('mean time between failures of one node'),
    mttr: amount.describe('mean time to repair'),
    shape: factor.describe('Weibull shape of the time between failures; 1 if absent').optional(),
    'on-failure': z.enum(['requeue', 'fail']).describe('jobs on a failed node').optional(),
    'max-restarts': z.int().min(0).describe('a job is failed for good after so many restarts').optional(),
  })
  .describe('nodes fail');

const rangeSchema = z
  .strictObject({
    from: z.number(),
    to: z.number().describe('included'),
    step: factor.describe('for grids and lists').optional(),
    scale: z.enum(['linear', 'log']).describe('for Latin hypercubes').optional(),
  })
  .describe('numbers from one to another');

export const sweepSchema = z
  .strictObject({
    method: z
      .enum(['grid', 'list', 'latin-hypercube'])
      .describe('grid: every combination. list: first values together, then second ones ... latin-hypercube: drawn')
      .optional(),
    samples: count.describe('points of the Latin hypercube').optional(),
    seed: z.int().min(0).describe('of what is drawn; 1 if absent').optional(),
    axes: z
      .record(z.string(), z.union([z.array(value).min(1), rangeSchema]))
      .describe(
        'load, runtimes, sizes, network, io, steps, interactive, nodes, nodes-factor, generate.PARAMETER, ' +
          'policy.PARAMETER, LABEL.PARAMETER (of a system: a figure by its path), assumed, ' +
          'costs.launch, costs.release, failures.mtbf, failures.mttr; each a list of values or a range',
      ),
  })
  .describe('values to try');

export const baselineSchema = z
  .strictObject({
    policy: word.describe('label of a policy, with the values of axes if there are any'),
    cluster: word.describe('name of a cluster, with the values of axes if there are any'),
  })
  .describe('a policy on one cluster: every policy on every cluster is compared with it');

export const matchSchema = z
  .strictObject({ workload: word.optional(), cluster: word.optional(), policy: word.optional() })
  .describe('the combinations that have all these names');

export const matrixSchema = z
  .strictObject({
    only: z.array(matchSchema).min(1).describe('run only these combinations').optional(),
    exclude: z.array(matchSchema).min(1).describe('leave these out').optional(),
  })
  .describe('which combinations of workloads, clusters and policies are run; all if absent');

export const expectSchema = z
  .strictObject({
    figure: word.describe('such as wait.mean, wait.p95, utilization, jobs.rejected'),
    policy: word.describe('label of a policy; every one if absent').optional(),
    workload: word.optional(),
    cluster: word.optional(),
    against: word.describe('a policy: what is held against the range is the ratio of the two').optional(),
    min: z.number().describe('least that is allowed').optional(),
    max: z.number().describe('most that is allowed').optional(),
  })
  .describe('a range in which a figure of every run must be, or the command exits with 1');

export const limitsSchema = z
  .strictObject({
    time: amount.describe('how long one point may take').optional(),
    memory: amount
      .describe('how large the heap of one point may grow, such as 4Gi; columns of jobs lie outside of it and are not counted')
      .optional(),
  })
  .describe('of one point; none if absent');

export const reportSchema = z
  .strictObject({
    title: word.optional(),
    page: z.boolean().describe('whether report.html is made; true if absent').optional(),
    figures: z.array(word).min(1).describe('figures of the table on the screen, such as wait.mean').optional(),
  })
  .describe('how results are shown');

export const scenarioSchema = z
  .strictObject({
    name: word.describe('the name of the file if absent').optional(),
    description: z.string().describe('what it asks, for people').optional(),
    workloads: z
      .array(z.union([word, workloadSchema]))
      .min(1)
      .describe('traces (a path, relative to this file, is enough) and workload models'),
    clusters: z
      .array(z.union([word, clusterEntrySchema]))
      .min(1)
      .describe('what they run on; what each trace or model declares if absent')
      .optional(),
    policies: z
      .array(z.union([word, policySchema]))
      .min(1)
      .describe('who starts when: names, name:key=value,..., or with parameters')
      .optional(),
    systems: z
      .array(z.union([word, systemEntrySchema]))
      .min(1)
      .describe('resource managers put together, compared with each other and with policies')
      .optional(),
    seeds: z
      .union([count, z.array(z.int().min(0)).min(1)])
      .describe('how many (1, 2, 3 ...), or which; 1 if absent')
      .optional(),
    placement: z.union([word, placementSchema]).describe('which nodes a job gets; first-fit if absent').optional(),
    until: amount.describe('stop this long after the first submission').optional(),
    estimates: changes.estimates,
    overrun: changes.overrun,
    dependencies: changes.dependencies,
    costs: costsSchema.optional(),
    failures: failuresSchema.optional(),
    explain: z.boolean().describe('keep why jobs waited').optional(),
    metrics: z.array(word).min(1).describe('which; all if absent').optional(),
    'warm-up': amount.describe('left out of steady-state figures after the first submission').optional(),
    drain: amount.describe('left out of steady-state figures before the last submission').optional(),
    baseline: z
      .union([word, baselineSchema])
      .describe('the policy that the others are compared with on each cluster, the first if absent; or { policy, cluster }')
      .optional(),
    matrix: matrixSchema.optional(),
    sweep: sweepSchema.optional(),
    expect: z.array(expectSchema).min(1).optional(),
    limits: limitsSchema.optional(),
    report: reportSchema.optional(),
  })
  .describe('A scenario for yardmaster: one experiment');

export type ScenarioText = z.infer<typeof scenarioSchema>;
export type WorkloadText = z.infer<typeof workloadSchema>;
export type ClusterEntryText = z.infer<typeof clusterEntrySchema>;
export type PolicyText = z.infer<typeof policySchema>;
export type SystemEntryText = z.infer<typeof systemEntrySchema>;
export type SweepText = z.infer<typeof sweepSchema>;
export type MatchText = z.infer<typeof matchSchema>;
export type ExpectText = z.infer<typeof expectSchema>;

/** The same as JSON Schema, for editors. */
export function scenarioJsonSchema(): object {
  return z.toJSONSchema(scenarioSchema, { io: 'input' });
}
