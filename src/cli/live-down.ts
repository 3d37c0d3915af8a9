import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import { takeDown } from '../live/cluster/down.ts';
import { ClusterFolder, defaultFolder } from '../live/cluster/folder.ts';
import { checkClusterName, DEFAULT_NAME } from '../live/cluster/names.ts';
import { ApiTally } from '../live/kubernetes/api-tally.ts';
import { KubeApi } from '../live/kubernetes/api.ts';
import { wallClock } from '../live/kubernetes/clock.ts';
import { Connection } from '../live/kubernetes/connection.ts';
import { RateLimiter } from '../live/kubernetes/rate-limit.ts';
import { greet } from '../live/kubernetes/refusal.ts';
import { runsWithPods, takeDownRun } from '../live/run/take-down-run.ts';
import { cleanSlurm } from '../live/slurm/slurm-clean.ts';
import { lookAtSlurm } from '../live/slurm/slurm-cluster.ts';
import { slurmCommands } from '../live/slurm/slurm-commands.ts';
import { randomStream } from '../random.ts';
import { countOf } from '../units.ts';
import { examples } from './command.ts';
import { checkNamespace, checkRunName, openNamedContext } from './live-run-names.ts';
import { say } from './terminal.ts';

interface Options {
  name: string;
  dir?: string;
  slurm?: string;
  context?: string;
  kubeconfig?: string;
  iKnowThisCluster?: string;
  namespace: string;
  run?: string;
}

export function declareLiveDown(command: Command): void {
  examples(command, [
    'yardmaster live down',
    'yardmaster live down --name gpus',
    'yardmaster live down --context kind-lab --run night-0',
    'yardmaster live down --slurm lab',
  ]);
  command
    .option('--name <name>', 'what the cluster is called', DEFAULT_NAME)
    .option('--dir <dir>', 'where it is kept, if "live up" was told so')
    .option('--slurm <cluster>', 'cancel what runs on this Slurm have left: the user\'s jobs called "ym-..."')
    .option('--context <name>', 'take away what a run has left on a cluster whose driver was killed: the context it was told')
    .option('--kubeconfig <file>', 'where contexts are looked for')
    .option('--i-know-this-cluster <context>', 'the context once more, for a cluster that may matter')
    .option('--namespace <name>', 'where its pods were made', 'default')
    .option(
      '--run <name>',
      'which run: of --context, as the labels yardmaster.dev/run of its pods say; of --slurm, all if absent',
    )
    .action(async (options: Options) => down(options));
}

async function down(options: Options): Promise<void> {
  const { name, dir, slurm, context, run } = options;
  if (context !== undefined) return downRun(context, options);
  if (slurm !== undefined) {
    const commands = slurmCommands(wallClock, new ApiTally());
    await lookAtSlurm(commands, slurm);
    say(`${countOf(await cleanSlurm(commands, run), 'job')} cancelled on ${slurm}`);
    return;
  }
  if (run !== undefined)
    throw usageError('runs are of a cluster that stays', '--run', 'say which with --context, or with --slurm');
  const folder = new ClusterFolder(dir ?? defaultFolder(checkClusterName(name)));
  const state = folder.read();
  if (state === undefined) throw usageError('there is no cluster', folder.path, 'say which with --name or --dir');
  const stopped = await takeDown(folder, state);
  say(`${state.context} is gone: ${stopped} ${stopped === 1 ? 'process' : 'processes'} stopped, ${folder.path} removed`);
}

/** What a killed driver has left on a cluster that stays. */
async function downRun(context: string, { kubeconfig, iKnowThisCluster, namespace, run, slurm }: Options): Promise<void> {
  if (slurm !== undefined) throw usageError('a Slurm has no contexts', '--context', 'leave out one of --context and --slurm');
  checkNamespace(namespace);
  const access = await openNamedContext(context, { kubeconfig, iKnowThisCluster });
  const random = randomStream('live down', 'api');
  const api = new KubeApi({
    connection: new Connection(access, wallClock),
    limiter: new RateLimiter({ qps: 0, burst: 0 }, wallClock),
    ...{ clock: wallClock, tally: new ApiTally(), random: () => random.uniform() },
  });
  try {
    await greet(api);
    if (run === undefined) {
      const runs = await runsWithPods(api, namespace);
      const hint = runs.length === 0 ? `no run has pods in namespace ${namespace}` : `one of: ${runs.join(', ')}`;
      throw usageError('it does not say which run', '--run', hint);
    }
    const pods = await takeDownRun(api, namespace, checkRunName(run), say);
    say(`run ${run} is gone from ${context}: ${countOf(pods, 'pod')} taken away`);
  } finally {
    api.close();
  }
}
