import type { Command } from 'commander';
import { loadClusterWithFile } from '../cluster-file.ts';
import type { Node } from '../kubernetes.ts';
import { ClusterFolder, defaultFolder } from '../live/cluster/folder.ts';
import type { ClusterState } from '../live/cluster/folder.ts';
import { checkClusterName, DEFAULT_NAME } from '../live/cluster/names.ts';
import { readSchedulerConfig } from '../live/cluster/scheduler-config.ts';
import { upProcesses } from '../live/cluster/up-processes.ts';
import { nodeObjects } from '../policies/kube-default/cluster-nodes.ts';
import { countOf, formatDuration, parseDuration } from '../units.ts';
import { examples } from './command.ts';
import { Interrupted, stopOnSignals } from './interrupt.ts';
import { print, printJson } from './output.ts';
import { say, warn } from './terminal.ts';

interface Options {
  name: string;
  dir?: string;
  processes?: boolean;
  cluster: string;
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
    'yardmaster live down',
  ]);
  command
    .option('--name <name>', 'what the cluster is called; its context is "yardmaster-NAME"', DEFAULT_NAME)
    .option('--processes', 'without containers: etcd, the control plane and KWOK as plain processes on this machine')
    .option('--cluster <spec>', 'its nodes, described as for "replay"; KWOK plays their kubelets', DEFAULT_CLUSTER)
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
  const name = checkClusterName(options.name);
  const nodes = await readNodes(options.cluster);
  const stop = stopOnSignals();
  try {
    const state = await upProcesses({
      name,
      folder: new ClusterFolder(options.dir ?? defaultFolder(name)),
      nodes,
      search: { bin: options.bin, version: options.kubernetesVersion },
      schedulerConfig: readSchedulerConfig(options.schedulerConfig),
      featureGates: options.featureGates,
      timeout: parseDuration(options.timeout, '--timeout'),
      signal: stop.dropped,
      onStep: (step) => say(`starting ${step}`),
    });
    tell(state, nodes.length, performance.now() - began, options);
  } catch (error) {
    if (!stop.dropped.aborted) throw error;
    say('interrupted: what had been started is stopped, and its folder removed');
    process.exitCode = stop.exitCode();
    if (process.exitCode === undefined) throw new Interrupted();
  }
}

async function readNodes(spec: string): Promise<readonly Node[]> {
  const { cluster, warnings = [] } = await loadClusterWithFile(spec);
  for (const message of warnings) warn(message);
  return nodeObjects(cluster);
}

function tell(state: ClusterState, nodes: number, took: number, { json, name, dir }: Options): void {
  const version = `Kubernetes ${state.kubernetesVersion ?? 'of a version that it does not say'}`;
  say(`${state.context} is ready after ${formatDuration(took)}: ${version}, ${countOf(nodes, 'node')}`);
  say(`  kubectl --kubeconfig ${state.kubeconfig} get nodes`);
  say(`  yardmaster live down${dir === undefined ? (name === DEFAULT_NAME ? '' : ` --name ${name}`) : ` --dir ${dir}`}`);
  if (json) printJson(state);
  else print(`${state.kubeconfig}\n`);
}
