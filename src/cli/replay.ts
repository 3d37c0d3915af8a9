import { setImmediate as nextTurn } from 'node:timers/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import { simulate } from '../engine/simulate.ts';
import type { SimulationOptions } from '../engine/simulate.ts';
import { usageError } from '../errors.ts';
import { clearResults } from '../results/folder.ts';
import { formatDuration, SECOND } from '../units.ts';
import { accountFacts, count, grouped } from './account.ts';
import { loadClusterWithFile } from '../cluster-file.ts';
import type { LoadedCluster } from '../cluster-file.ts';
import { loadReplayCluster, policyOfCluster } from './cluster-option.ts';
import type { ClusterWishes } from './cluster-option.ts';
import { collect, examples } from './command.ts';
import { PARTIAL } from './exit-codes.ts';
import { interruptible, terminable } from './interrupt.ts';
import { print, printJson } from './output.ts';
import { inTermsOfTrace } from '../experiment/policy-file.ts';
import { readSettings } from './replay-options.ts';
import type { ReplayOptions, ReplaySettings } from './replay-options.ts';
import { writeManifest, writeRun } from './replay-files.ts';
import { comparisonTable } from './replay-table.ts';
import { finishRun, runFacts } from './run.ts';
import { warnOfJobs } from './run-warnings.ts';
import type { FinishedRun, ReplayInput } from './run.ts';
import { selectPlacement, selectPolicies } from './selected-policy.ts';
import type { SelectedPolicy } from './selected-policy.ts';
import { Progress, say, warn } from './terminal.ts';
import { readWithProgress, sayAccount } from './trace-input.ts';
import { applyWalltimes } from '../experiment/walltimes.ts';

export function declareReplay(command: Command): void {
  examples(command, [
    'yardmaster replay log.swf.gz --cluster procs=128 --policy easy',
    'yardmaster replay log.swf.gz --policy fcfs --policy easy --policy conservative --out results',
    'yardmaster replay jobs.csv --cluster nodes=64,cpus=8,gpus=4,memory=512Gi --policy easy --placement best-fit',
    'yardmaster replay log.swf.gz --cluster cluster.yaml --policy ./mine.js:depth=50 --json',
    'yardmaster replay month.sacct --cluster slurm.conf',
  ]);
  command
    .argument('<trace>', 'a workload trace, compressed (.gz, .xz) or not; - = standard input')
    .option('--cluster <spec>', 'procs=128 | nodes=64,cpus=8,gpus=4,memory=512Gi | a file (default: what the trace declares)')
    .option(
      '--policy <name[:key=value,...]>',
      'who starts when; again for each policy to compare (default: what a slurm.conf says)',
      collect,
    )
    .option('--placement <name[:key=value,...]>', 'which nodes (default: first-fit, where the cluster has nodes)')
    .option('--baseline <policy>', 'the policy that differences are counted from (default: the first)')
    .option('--format <name[:key=value,...]>', 'format of the trace (default: told from its name and content)')
    .option('--limit <n>', 'replay only the first n jobs')
    .option('--until <duration>', 'stop this long after the first submission')
    .option('--seed <n>', 'seed of all random streams', '1')
    .option('--out <dir>', 'write jobs.csv and summary.json for each policy, and manifest.json')
    .option('--json', 'print everything as one JSON document')
    .addOption(
      new Option('--dependencies <how>', 'dependencies of the trace').choices(['ignore', 'hold', 'feedback']).default('ignore'),
    )
    .option(
      '--estimates <what>',
      'limit of jobs that have none: runtime | partition | none | factor=N | a duration (default: runtime; partition with a slurm.conf)',
    )
    .addOption(new Option('--overrun <how>', 'jobs that outlast their limit').choices(['kill', 'extend']).default('kill'))
    .option('--failures <model>', 'nodes fail: mtbf=30d,mttr=4h[,shape=1]')
    .addOption(new Option('--on-failure <how>', 'jobs on a failed node').choices(['requeue', 'fail']).default('requeue'))
    .option('--max-restarts <n>', 'a job on failing nodes is failed for good after so many restarts', '100')
    .option('--launch <duration>', 'from the decision until a job runs')
    .option('--release <duration>', 'from the end of a job until its resources are free')
    .option('--kill-scan <duration>', 'how often limits are looked at')
    .option('--explain', 'keep why jobs waited (needs --out)')
    .option('--audit', 'check the books at every event; slow')
    .action(replay);
}

async function replay(tracePath: string, options: ReplayOptions): Promise<void> {
  const settings = readSettings(options);
  // Only a slurm.conf says who schedules: others are read when the trace is.
  const loaded =
    options.policy === undefined && options.cluster !== undefined ? await loadClusterWithFile(options.cluster) : undefined;
  const policies = await selectPolicies(await requiredPolicies(options, loaded));
  const baseline = baselineOf(policies, options.baseline);
  const placement = await selectPlacement(options.placement ?? 'first-fit');
  const needsNodes = options.placement !== undefined || policies.some(({ spec }) => spec.needsNodes);
  const input = await readInput(tracePath, options, settings, { identities: needsNodes ? 'identities' : 'as-described', loaded });
  // A long simulation must not fail for want of a folder at its end.
  if (options.out !== undefined) {
    clearResults(
      options.out,
      policies.map(({ folder }) => folder),
    );
  }

  const simulation = { ...settings.simulation, ...placement };
  const runs: FinishedRun[] = [];
  for (const policy of policies) {
    runs.push(runPolicy(input, policy, simulation, options));
    // Signals that came while files were written are heard here.
    await nextTurn();
  }
  if (options.out !== undefined) writeManifest(options.out, input, runs, simulation, options);
  if (options.json) {
    printJson({ trace: accountFacts(input.trace), cluster: input.clusterFacts, runs: runs.map(runFacts) });
  } else print(comparisonTable(runs, baseline, options.until));
  if (options.out !== undefined)
    say(`written to ${options.out}: ${runs.map(({ policy }) => policy.folder).join(', ')}, manifest.json`);
  // Without a time to stop at, jobs that are not over are more than was asked for to be left out.
  if (options.until === undefined && runs.some(isPartial)) process.exitCode = PARTIAL;
}

async function requiredPolicies({ policy }: ReplayOptions, cluster: LoadedCluster | undefined): Promise<string[]> {
  if (policy !== undefined) return policy;
  const named = cluster === undefined ? undefined : await policyOfCluster(cluster);
  if (named !== undefined) return [named];
  throw usageError('no policy is given', '--policy', 'for example --policy easy; "yardmaster policies" lists them');
}

/** Jobs were not over, though they could have been. */
function isPartial({ states, serving }: FinishedRun): boolean {
  return states.unfinished > serving;
}

/** Which run the others are compared with. */
function baselineOf(policies: readonly SelectedPolicy[], selector: string | undefined): number {
  if (selector === undefined) return 0;
  const index = policies.findIndex(({ label, spec }) => label === selector || spec.name === selector);
  if (index >= 0) return index;
  const known = policies.map(({ label }) => label).join(', ');
  throw usageError(`"${selector}" is not among the policies of this run`, '--baseline', `one of: ${known}`);
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

function runPolicy(
  input: ReplayInput,
  policy: SelectedPolicy,
  simulation: SimulationOptions,
  options: ReplayOptions,
): FinishedRun {
  const { workload, cluster } = input;
  const progress = new Progress();
  const began = performance.now();
  const onProgress = (over: number) =>
    progress.show(() => `${policy.label}: ${grouped(over)} of ${count(workload.count, 'job')} over`);
  try {
    return interruptible(() => {
      const { parameters, files, file, spec } = policy;
      const schedule = terminable(() =>
        simulate(workload, cluster, spec, { ...simulation, parameters, files, guarded: file !== undefined, onProgress }),
      );
      const wallSeconds = (performance.now() - began) / 1000;
      const everything = options.out !== undefined || options.json === true;
      const run = finishRun(input, policy, schedule, wallSeconds, everything);
      warnOfJobs(run, schedule, simulation);
      if (options.out !== undefined) writeRun(options.out, input, run, schedule);
      progress.clear();
      say(speedText(run));
      return run;
    });
  } catch (error) {
    throw inTermsOfTrace(error, workload);
  } finally {
    progress.clear();
  }
}

/** How fast it was. Not on standard output: that is the same for the same inputs. */
function speedText({ policy, jobs, simulatedSeconds, wallSeconds }: FinishedRun): string {
  const perSecond = grouped(Math.round(jobs / wallSeconds));
  const span = formatDuration(simulatedSeconds * SECOND);
  return `${policy.label}: ${span} simulated in ${wallSeconds.toFixed(2)} s, ${perSecond} jobs a second`;
}
