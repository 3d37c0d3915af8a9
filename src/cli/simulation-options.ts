/** What commands that simulate a trace have in common: their options, and what these come to. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { loadClusterWithFile } from '../cluster-file.ts';
import type { LoadedCluster } from '../cluster-file.ts';
import type { SimulationOptions } from '../engine/simulate.ts';
import { usageError } from '../errors.ts';
import { applyWalltimes } from '../experiment/walltimes.ts';
import { loadReplayCluster, policyOfCluster } from './cluster-option.ts';
import type { ClusterWishes } from './cluster-option.ts';
import { collect, once } from './command.ts';
import { readSettings } from './replay-options.ts';
import type { ReplayOptions, ReplaySettings } from './replay-options.ts';
import type { ReplayInput } from './run.ts';
import { selectPlacement, selectPolicies } from './selected-policy.ts';
import type { SelectedPolicy } from './selected-policy.ts';
import { say, warn } from './terminal.ts';
import { readWithProgress, sayAccount } from './trace-input.ts';
import { grouped } from '../units.ts';

/** Declares the options that say what is simulated, and how. */
export function declareSimulation(command: Command): Command {
  command
    .option('--cluster <spec>', 'procs=128 | nodes=64,cpus=8,gpus=4,memory=512Gi | a file (default: what the trace declares)')
    .option(
      '--policy <name[:key=value,...]>',
      'who starts when; again for each policy to compare (default: what a slurm.conf says)',
      collect,
    )
    .option(
      '--placement <name[:key=value,...]>',
      'which nodes (default: first-fit, where the cluster has nodes)',
      once(
        '--placement',
        'a run has one: write two results with --out, and lay them side by side with "yardmaster compare DIR DIR"',
      ),
    )
    .option('--format <name[:key=value,...]>', 'format of the trace (default: told from its name and content)');
  return declareConditions(command, 'default: runtime; partition with a slurm.conf');
}

/** Declares the options that say how much of a trace is replayed, and what becomes of its jobs and nodes meanwhile. */
export function declareConditions(command: Command, estimates: string): Command {
  return command
    .option('--limit <n>', 'replay only the first n jobs')
    .option('--until <duration>', 'stop this long after the first submission')
    .option('--seed <n>', 'seed of all random streams', '1')
    .addOption(
      new Option('--dependencies <how>', 'dependencies of the trace').choices(['ignore', 'hold', 'feedback']).default('ignore'),
    )
    .option(
      '--estimates <what>',
      `limit of jobs that have none: runtime | partition | none | factor=N | a duration (${estimates})`,
    )
    .addOption(new Option('--overrun <how>', 'jobs that outlast their limit').choices(['kill', 'extend']).default('kill'))
    .option('--failures <model>', 'nodes fail: mtbf=30d,mttr=4h[,shape=1]')
    .addOption(new Option('--on-failure <how>', 'jobs on a failed node').choices(['requeue', 'fail']).default('requeue'))
    .option('--max-restarts <n>', 'a job on failing nodes is failed for good after so many restarts', '100')
    .option('--launch <duration>', 'from the decision until a job runs')
    .option('--release <duration>', 'from the end of a job until its resources are free')
    .option('--kill-scan <duration>', 'how often limits are looked at');
}

/** Everything but the trace. */
export interface PreparedSimulation {
  readonly policies: readonly SelectedPolicy[];
  readonly simulation: SimulationOptions;
  /** Reads the trace and makes the cluster. */
  readInput(tracePath: string): Promise<ReplayInput>;
}

/** Checks the options and loads what they name, before the trace is read. */
export async function prepareSimulation(options: ReplayOptions): Promise<PreparedSimulation> {
  const settings = readSettings(options);
  // Only a slurm.conf says who schedules: others are read when the trace is.
  const loaded =
    options.policy === undefined && options.cluster !== undefined ? await loadClusterWithFile(options.cluster) : undefined;
  const policies = await selectPolicies(await requiredPolicies(options, loaded));
  const placement = await selectPlacement(options.placement ?? 'first-fit');
  const needsNodes = options.placement !== undefined || policies.some(({ spec }) => spec.needsNodes);
  const wishes: ClusterWishes = { identities: needsNodes ? 'identities' : 'as-described', loaded };
  return {
    policies,
    simulation: { ...settings.simulation, ...placement },
    readInput: (tracePath) => readInput(tracePath, options, settings, wishes),
  };
}

async function requiredPolicies({ policy }: ReplayOptions, cluster: LoadedCluster | undefined): Promise<string[]> {
  if (policy !== undefined) return policy;
  const named = cluster === undefined ? undefined : await policyOfCluster(cluster);
  if (named !== undefined) return [named];
  throw usageError('no policy is given', '--policy', 'for example --policy easy; "yardmaster policies" lists them');
}

async function readInput(
  path: string,
  options: ReplayOptions,
  settings: ReplaySettings,
  wishes: ClusterWishes,
): Promise<ReplayInput> {
  const trace = await readWithProgress(path, options.format, settings.limit);
  const cluster = await loadReplayCluster(options.cluster, trace, { ...wishes, failures: settings.failures });
  const { workload, notes } = applyWalltimes(trace.workload, settings, cluster.cluster);
  sayAccount(trace);
  for (const note of notes) warn(note);
  if (cluster.cluster.interchangeable && cluster.cluster.pools.some(({ failures }) => failures))
    say(`failures: each of the ${grouped(cluster.clusterFacts.processors)} processors counts as a node`);
  return { path, trace, workload, ...cluster };
}
