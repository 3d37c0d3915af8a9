import { createHash, randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import { PointWorkloads } from '../experiment/point-workload.ts';
import { pointCluster } from '../experiment/point-cluster.ts';
import { pointInputs } from '../experiment/point-inputs.ts';
import type { Point } from '../experiment/point.ts';
import { ClusterFolder, defaultFolder } from '../live/cluster/folder.ts';
import { DEFAULT_NAME } from '../live/cluster/names.ts';
import { openKubeconfig } from '../live/kubernetes/access.ts';
import type { ClusterAccess } from '../live/kubernetes/access.ts';
import { checkRate } from '../live/run/arrival-rate.ts';
import { clearResults, makeFolder } from '../results/folder.ts';
import type { Scenario } from '../scenario.ts';
import { examples } from './command.ts';
import { PARTIAL } from './exit-codes.ts';
import { stopOnSignals } from './interrupt.ts';
import { tellDryRuns } from './live-run-dry.ts';
import { LiveExperiment, STOCK } from './live-run-policies.ts';
import type { LiveResult } from './live-run-policies.ts';
import { checkNamespace, checkRunName, openNamedContext } from './live-run-names.ts';
import { notNegative, positive, wholeNumber } from './option-values.ts';
import { print, printJson } from './output.ts';
import { writeLiveManifest } from './live-run-files.ts';
import { liveRunTable } from './live-run-table.ts';
import { planScenario } from './scenario-plan.ts';
import type { ScenarioPlan } from './scenario-plan.ts';
import { distinctFolders } from './selected-policy.ts';
import { say } from './terminal.ts';

export interface LiveRunOptions {
  slurm?: string;
  context?: string;
  kubeconfig?: string;
  name: string;
  iKnowThisCluster?: string;
  out?: string;
  only?: string[];
  stock?: boolean;
  timeScale: string;
  maxRate: string;
  containers?: string;
  namespace: string;
  nodes: string;
  spare: number;
  run?: string;
  preemptBy: 'delete' | 'evict';
  qps: string;
  keep?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

export function declareLiveRun(command: Command): void {
  examples(command, [
    'yardmaster live run scenario.yaml --kube-scheduler --out reports/live',
    'yardmaster live run scenario.yaml --only gang kube-scheduler --time-scale 60',
    'yardmaster live run scenario.yaml --context kind-lab --containers busybox:1.36',
    'yardmaster live run scenario.yaml --slurm lab',
  ]);
  command
    .argument('<scenario>', 'a scenario file with one workload and one cluster; its policies run one after the other')
    .option('--name <name>', 'the cluster of "live up" to run on', DEFAULT_NAME)
    .option('--context <name>', 'another cluster: a context of a kubeconfig')
    .option('--kubeconfig <file>', 'where contexts are looked for')
    .option('--i-know-this-cluster <context>', 'the context once more, for a cluster that may matter')
    .option('--slurm <cluster>', 'on a Slurm, under its own scheduler: the ClusterName of the one whose programs answer here')
    .option('--out <dir>', 'where results are written (default: reports/NAME-live)')
    .option('--only <policy...>', 'of the policies of the scenario, and kube-scheduler, only these')
    .option('--kube-scheduler', "the cluster's own kube-scheduler too, as it is: yardmaster makes the pods and looks on")
    .option('--time-scale <factor>', 'so many times faster than the scenario says', '1')
    .option('--max-rate <pods>', 'pods a second that the cluster can take', '20')
    .option('--containers <image>', 'real containers that sleep, instead of pods that KWOK plays')
    .option('--namespace <name>', 'where pods are made', 'default')
    .option('--nodes <selector>', 'only nodes with these labels', '')
    .option(
      '--spare <count>',
      'room for so many more nodes of each kind that is there, should they come during a run',
      (text) => wholeNumber(text, '--spare', 0),
      0,
    )
    .option('--run <name>', 'begin of the names of pods (default: a new one)')
    .addOption(new Option('--preempt-by <how>', 'how pods are taken off').choices(['delete', 'evict']).default('delete'))
    .option('--qps <calls>', 'calls a second that yardmaster makes at most; 0 = no limit (of sbatch: 20)', '0')
    .option('--keep', 'leave the pods there when a policy is done')
    .option('--dry-run', 'tell what would be bound and deleted on the cluster as it is now, and write nothing')
    .option('--json', 'JSON, for machines')
    .action((path: string, options: LiveRunOptions & { kubeScheduler?: boolean }) =>
      liveRun(path, { ...options, stock: options.kubeScheduler }),
    );
}

async function liveRun(path: string, options: LiveRunOptions): Promise<void> {
  const timeScale = positive(options.timeScale, '--time-scale');
  notNegative(options.qps, '--qps');
  if (options.slurm !== undefined) {
    const { liveRunSlurm } = await import('./live-run-slurm.ts');
    await liveRunSlurm(path, options.slurm, timeScale, options);
    return;
  }
  const maxRate = positive(options.maxRate, '--max-rate');
  checkNamespace(options.namespace);
  if (options.run !== undefined) checkRunName(options.run);
  const plan = await planScenario(path);
  const points = chosenPoints(plan, options);
  const access = await openCluster(options);
  const inputs = pointInputs(plan.inputs);
  const [first] = plan.points;
  const cluster = pointCluster(first, inputs);
  const { workload, notes } = new PointWorkloads(inputs).of(first, cluster);
  for (const note of notes) say(note);
  const peak = checkRate(workload, timeScale, maxRate);
  say(`at most ${peak.toFixed(1)} pods a second come, over 10 s; ${maxRate} are taken to be bearable`);
  if (options.dryRun === true) {
    const setting = { plan, workload, simulated: cluster, workloadDigest: '', timeScale, options, out: '' };
    return await tellDryRuns(new LiveExperiment(access, setting), points, workload);
  }
  const isStockWanted = options.stock === true || options.only?.includes(STOCK) === true;
  const labels = [...points.map(({ policy }) => policy.label), ...(isStockWanted ? [STOCK] : [])];
  const folders = distinctFolders(labels.map((name) => ({ name, given: {} })));
  const out = options.out ?? join('reports', `${plan.scenario.name.replace(/[^\w.-]+/g, '-')}-live`);
  makeFolder(out);
  clearResults(out, folders);
  const stop = stopOnSignals();
  setMaxListeners(0, stop.dropped);
  const base = options.run ?? `r${randomBytes(3).toString('hex')}`;
  const workloadDigest = createHash('sha256').update(first.key).digest('hex');
  const experiment = new LiveExperiment(access, { plan, workload, simulated: cluster, workloadDigest, timeScale, options, out });
  const results: LiveResult[] = [];
  for (const [index, label] of labels.entries()) {
    if (stop.dropped.aborted) break;
    say(`${label}: ${workload.count} jobs`);
    const point = index < points.length ? points[index] : undefined;
    const until = first.run.until === undefined ? [] : [AbortSignal.timeout(first.run.until / timeScale)];
    const ending = AbortSignal.any([stop.dropped, ...until]);
    setMaxListeners(0, ending);
    results.push(await experiment.run(point, { label, folder: folders[index], run: `${base}-${index}` }, ending));
  }
  writeLiveManifest(out, { plan, workload, cluster, results, timeScale, access });
  if (options.json === true) printJson({ out, time_scale: timeScale, runs: results.map(({ facts }) => facts) });
  else print(liveRunTable(results));
  say(`written to ${out}: ${folders.join(', ')}, manifest.json`);
  // Without a time to stop at, jobs that are not over are more than was asked for to be left out.
  const isPartial = first.run.until === undefined && results.some(({ facts }) => facts.ended !== 'over');
  process.exitCode = stop.exitCode() ?? (isPartial ? PARTIAL : 0);
}

/** The cluster of `live up`, unless another one is named. */
async function openCluster({ context, kubeconfig, name, iKnowThisCluster }: LiveRunOptions): Promise<ClusterAccess> {
  if (context === undefined) {
    const state = new ClusterFolder(defaultFolder(name)).read();
    if (state === undefined)
      throw usageError(`there is no cluster "${name}"`, '--name', 'start one with "yardmaster live up", or name a --context');
    return openKubeconfig(state.context, state.kubeconfig);
  }
  return openNamedContext(context, { kubeconfig, iKnowThisCluster });
}

/** A point for each policy, of the first seed. */
function chosenPoints({ points, scenario }: ScenarioPlan, { only }: LiveRunOptions): Point[] {
  const of = (name: (point: Point) => string | number) => new Set(points.map(name));
  if (of(({ workload }) => workload.name).size > 1 || of(({ cluster }) => cluster.name).size > 1) {
    throw usageError('it has several workloads or clusters', 'scenario', 'a live run replays one: leave the others out');
  }
  const labels = [...of(({ policy }) => policy.label)].map(String);
  const known = [...labels, STOCK];
  for (const name of only ?? [])
    if (!known.includes(name)) throw usageError(`there is no policy "${name}"`, '--only', `one of: ${known.join(', ')}`);
  const wanted = only ?? labels;
  const chosen = labels.flatMap((label) => {
    const point = points.find(({ policy }) => policy.label === label);
    return point !== undefined && wanted.includes(label) ? [point] : [];
  });
  refuseSystems(chosen, scenario);
  return chosen;
}

/** Several resource managers in one cannot be put onto a cluster that has its own. */
function refuseSystems(chosen: readonly Point[], { policies }: Scenario): void {
  const system = chosen.find(({ policy }) => policies[policy.policy].isSystem === true);
  if (system === undefined) return;
  const { label, policy } = system.policy;
  const others = policies.filter(({ isSystem }) => isSystem !== true).map((one) => one.label);
  const hint =
    others.length === 0 ? `--only ${STOCK}, or a scenario with policies` : `choose with --only: ${[...others, STOCK].join(', ')}`;
  throw usageError(`"${label}" is a system of resource managers, which is simulated only`, policies[policy].at, hint);
}
