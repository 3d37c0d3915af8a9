import { Argument } from 'commander';
import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import { jobName, kubernetesManifests } from '../experiment/emit-kubernetes.ts';
import { slurmScript } from '../experiment/emit-slurm.ts';
import { shellWord } from '../experiment/manifest.ts';
import { examples } from './command.ts';
import { wholeNumber } from './option-values.ts';
import { print } from './output.ts';
import { resultsFolder } from './results-folder.ts';
import { planScenario } from './scenario-plan.ts';
import { say } from './terminal.ts';
import { countOf } from '../units.ts';

interface Options {
  out?: string;
  tasks?: string;
  pointsPerTask?: string;
  maxArraySize: string;
  atOnce?: string;
  cpus: string;
  time?: string;
  memory?: string;
  partition?: string;
  account?: string;
  command: string;
  image: string;
  claim: string;
  logs?: boolean;
  namespace?: string;
}

export function declareSweepEmit(command: Command): void {
  examples(command, [
    'yardmaster sweep emit slurm sweep.yaml --time 30:00 --partition short > submit.sh && bash submit.sh',
    'yardmaster sweep emit slurm sweep.yaml --points-per-task 50 --at-once 20 > submit.sh',
    'yardmaster sweep emit kubernetes sweep.yaml --image registry.example/yardmaster:0.1.0 --claim results | kubectl apply -f -',
  ]);
  command
    .addArgument(new Argument('<target>', 'where it will run').choices(['slurm', 'kubernetes']))
    .argument('<scenario>', 'a scenario file')
    .option('--out <dir>', 'where results are written (default: reports/NAME)')
    .option('--tasks <n>', 'parts that the points are dealt to (default: one for each 10 points)')
    .option('--points-per-task <n>', 'instead: points of a part')
    .option('--max-array-size <n>', 'Slurm: MaxArraySize, as "scontrol show config" prints it', '1001')
    .option('--at-once <n>', 'parts that run at a time (default: all that may; Kubernetes: 20)')
    .option('--cpus <n>', 'processors of each part', '2')
    .option('--time <limit>', 'Slurm: limit of a part, as sbatch takes it')
    .option('--memory <size>', 'memory of each part, such as 4G for Slurm, 4Gi for Kubernetes')
    .option('--partition <name>', 'Slurm: partition')
    .option('--account <name>', 'Slurm: account')
    .option('--command <words>', 'Slurm: how yardmaster is called on the nodes', 'yardmaster')
    .option('--image <image>', 'Kubernetes: a container image with yardmaster', 'yardmaster')
    .option('--claim <name>', 'Kubernetes: a PersistentVolumeClaim that all pods can write, mounted as /work', 'yardmaster')
    .option('--logs', 'Kubernetes: no volume: the image has the scenario, and results come through the logs of the pods')
    .option('--namespace <name>', 'Kubernetes: namespace')
    .action(emit);
}

async function emit(target: 'slurm' | 'kubernetes', path: string, options: Options): Promise<void> {
  const { points, scenario } = await planScenario(path);
  const tasks = tasksFor(points.length, target, options);
  const out = options.out ?? resultsFolder(scenario.name);
  const atOnce = options.atOnce === undefined ? undefined : wholeNumber(options.atOnce, '--at-once', 1);
  const common = { name: scenario.name, scenario: path, out, tasks, cpus: wholeNumber(options.cpus, '--cpus', 1) };
  if (target === 'slurm') {
    const { command, time, memory, partition, account } = options;
    print(slurmScript({ ...common, command, time, memory, partition, account, atOnce }));
  } else {
    const { image, namespace, memory = '2Gi', logs = false } = options;
    const claim = logs ? undefined : options.claim;
    print(kubernetesManifests({ ...common, image, claim, namespace, memory, atOnce: atOnce ?? 20 }));
    say(afterwards(jobName(scenario.name), out, options));
  }
  say(`${countOf(points.length, 'point')} in ${countOf(tasks, 'task')}, ${Math.ceil(points.length / tasks)} at most in one`);
}

/** What is to be done when the parts are over. */
function afterwards(job: string, out: string, { logs, namespace }: Options): string {
  const kubectl = namespace === undefined ? 'kubectl' : `kubectl --namespace ${shellWord(namespace)}`;
  if (logs !== true)
    return `the merge is suspended: resume it when the parts are over, with ${kubectl} patch job ${job}-merge -p '{"spec":{"suspend":false}}'`;
  return [
    'when the parts are over:',
    `  ${kubectl} logs --selector batch.kubernetes.io/job-name=${job} --tail=-1 > points.log`,
    `  yardmaster merge --from-logs points.log --out ${shellWord(out)}`,
    'a node keeps 10 MiB of a log unless it was told otherwise (containerLogMaxSize): deal larger results to more parts (--tasks)',
  ].join('\n');
}

/** Points of a task if nobody says: starting one takes as long as some points do. */
const PACK = 10;

/** As many as asked for, no more than there are points, and no more than an array may have. */
function tasksFor(points: number, target: 'slurm' | 'kubernetes', { tasks, pointsPerTask, maxArraySize }: Options): number {
  if (tasks !== undefined && pointsPerTask !== undefined) {
    throw usageError('both --tasks and --points-per-task are given', '--tasks', 'give one of them');
  }
  const pack = pointsPerTask === undefined ? PACK : wholeNumber(pointsPerTask, '--points-per-task', 1);
  const wanted = tasks === undefined ? Math.ceil(points / pack) : wholeNumber(tasks, '--tasks', 1);
  // Indexes end one below MaxArraySize; ours begin at 1.
  const most = target === 'slurm' ? wholeNumber(maxArraySize, '--max-array-size', 2) - 1 : 100_000;
  if (wanted > most) say(`${wanted} tasks are more than an array may have: the points are packed into ${most}`);
  return Math.min(wanted, points, most);
}
