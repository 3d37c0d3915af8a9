import type { Command } from 'commander';
import { loadClusterWithFile } from '../cluster-file.ts';
import { ClusterFolder, defaultFolder } from '../live/cluster/folder.ts';
import type { ClusterState } from '../live/cluster/folder.ts';
import { checkClusterName, DEFAULT_NAME } from '../live/cluster/names.ts';
import { readSchedulerConfig } from '../live/cluster/scheduler-config.ts';
import type { ClusterWish } from '../live/cluster/cluster-wish.ts';
import { upKind } from '../live/cluster/up-kind.ts';
import { upProcesses } from '../live/cluster/up-processes.ts';
import { nodeObjects } from '../policies/kube-default/cluster-nodes.ts';
import { usageError } from '../errors.ts';
import { countOf, formatDuration, parseDuration } from '../units.ts';
import { examples } from './command.ts';
import { stopOnSignals } from './interrupt.ts';
import { wholeNumber } from './option-values.ts';
import { print, printJson } from './output.ts';
import { say, warn } from './terminal.ts';

interface Options {
  name: string;
  dir?: string;
  processes?: boolean;
  cluster?: string;
  kindWorkers: number;
  gpusPerWorker: number;
  kubernetesVersion?: string;
  bin?: string;
  schedulerConfig?: string;
  featureGates?: string;
  timeout: string;
  json?: boolean;
}

const DEFAULT_CLUSTER = 'nodes=4,cpus=8,memory=32Gi';

export function declareLiveUp(command: Command): void {
  examples(command, [
    'yardmaster live up --processes',
    'yardmaster live up --processes --cluster nodes=64,cpus=32,gpus=8,gpu-model=A100,memory=512Gi --name gpus',
    'yardmaster live up --kind-workers 2 --gpus-per-worker 8',
    'yardmaster live down',
  ]);
  command
    .option('--name <name>', 'what the cluster is called; its context is "yardmaster-NAME"', DEFAULT_NAME)
    .option('--processes', 'without containers: etcd, the control plane and KWOK as plain processes on this machine')
    .option(
      '--cluster <spec>',
      `nodes that KWOK plays, described as for "replay" (default: ${DEFAULT_CLUSTER}, none beside kind's own)`,
    )
    .option(
      '--kind-workers <count>',
      'nodes of kind that are containers, and run real ones',
      (text) => wholeNumber(text, '--kind-workers', 0),
      0,
    )
    .option(
      '--gpus-per-worker <count>',
      'GPUs that each of those says it has',
      (text) => wholeNumber(text, '--gpus-per-worker', 0),
      0,
    )
    .option('--kubernetes-version <version>', 'such as v1.36.3 or 1.34')
    .option('--bin <dir>', 'where the programs are, before all other places')
    .option('--dir <dir>', 'where all of the cluster is kept (default: ~/.local/state/yardmaster/live/NAME)')
    .option('--scheduler-config <file>', 'a KubeSchedulerConfiguration for its own kube-scheduler')
    .option('--feature-gates <gates>', 'of Kubernetes, such as GenericWorkload=true,GangScheduling=true')
    .option('--timeout <duration>', 'how long it may take until all is ready', '3min')
    .option('--json', 'JSON, for machines')
    .action(async (options: Options) => up(options));
}

async function up(options: Options): Promise<void> {
  const began = performance.now();
  if (options.processes && options.kindWorkers > 0) {
    throw usageError('workers are containers, and --processes has none', '--kind-workers', 'leave out one of the two');
  }
  if (options.gpusPerWorker > 0 && options.kindWorkers === 0) {
    throw usageError(
      'there are no workers to have GPUs',
      '--gpus-per-worker',
      'ask for some with --kind-workers, or for nodes with gpus=8 in --cluster',
    );
  }
  const stop = stopOnSignals();
  const wish = await readWish(options, stop.dropped);
  try {
    const { kindWorkers: workers, gpusPerWorker } = options;
    const state = await (options.processes ? upProcesses(wish) : upKind({ ...wish, workers, gpusPerWorker }));
    tell(state, wish.nodes.length + workers, performance.now() - began, options);
  } catch (error) {
    if (!stop.dropped.aborted) throw error;
    say('interrupted: what had been started is stopped, and its folder removed');
    process.exitCode = stop.exitCode();
  }
}

async function readWish(options: Options, signal: AbortSignal): Promise<ClusterWish> {
  const name = checkClusterName(options.name);
  const spec = options.cluster ?? (options.kindWorkers > 0 ? undefined : DEFAULT_CLUSTER);
  const { cluster, warnings = [] } = spec === undefined ? {} : await loadClusterWithFile(spec);
  for (const message of warnings) warn(message);
  return {
    name,
    folder: new ClusterFolder(options.dir ?? defaultFolder(name)),
    nodes: cluster === undefined ? [] : nodeObjects(cluster),
    search: { bin: options.bin, version: options.kubernetesVersion },
    schedulerConfig: readSchedulerConfig(options.schedulerConfig),
    featureGates: options.featureGates,
    timeout: parseDuration(options.timeout, '--timeout'),
    signal,
    onStep: (step) => say(`starting ${step}`),
  };
}

function tell(state: ClusterState, nodes: number, took: number, { json, name, dir }: Options): void {
  const version = `Kubernetes ${state.kubernetesVersion ?? 'of a version that it does not say'}`;
  say(`${state.context} is ready after ${formatDuration(took)}: ${version}, ${countOf(nodes, 'node')}`);
  say(`  kubectl --kubeconfig ${state.kubeconfig} get nodes`);
  say(`  yardmaster live down${dir === undefined ? (name === DEFAULT_NAME ? '' : ` --name ${name}`) : ` --dir ${dir}`}`);
  if (json) printJson(state);
  else print(`${state.kubeconfig}\n`);
}
