/**
 * Trainings that can do with more or fewer GPUs than they ask for. Source: the tables of petuum/adaptdl (osdi21),
 * simulator/traces, on T4 GPUs, put into the law of Qiao et al. (Pollux), OSDI 2021: a pass takes the root of the squares of
 * computing (a constant and so much for each sample) and of exchanging gradients (a constant and so much for each GPU beyond
 * two), within a node or between nodes. Noise is that of the smallest batch, at the ends of four parts of a training.
 */
import { usageError } from '../../errors.ts';
import type { Random } from '../../random.ts';
import { Goodput } from '../../training.ts';
import type { StepTime, Training } from '../../training.ts';
import { SECOND } from '../../units.ts';
import type { Workload } from '../../workload.ts';

type Law = readonly [constant: number, each: number];

interface Network {
  readonly name: string;
  /** Smallest and largest batch, and fewest and most samples on a GPU. */
  readonly batch: readonly [number, number];
  readonly samples: readonly [number, number];
  /** [s] */
  readonly compute: Law;
  readonly within: Law;
  readonly between: Law;
  /** [samples] */
  readonly noise: readonly number[];
}

const NETWORKS: readonly Network[] = [
  {
    name: 'ResNet-18',
    batch: [128, 4096],
    samples: [32, 1024],
    compute: [0.0218, 0.000664],
    within: [0.0235, 0.0078],
    between: [0.0947, 0.0142],
    noise: [72, 2564, 4944, 13032],
  },
  {
    name: 'DeepSpeech2',
    batch: [20, 640],
    samples: [10, 80],
    compute: [0.17, 0.0296],
    within: [0.238, 0.119],
    between: [0.548, 0.1],
    noise: [10, 2739, 33198, 210581],
  },
  {
    name: 'BERT',
    batch: [12, 384],
    samples: [4, 12],
    compute: [0.222, 0.0583],
    within: [0.133, 0.072],
    between: [1.137, 0.218],
    noise: [423, 423, 1124, 1124],
  },
  {
    name: 'YOLOv3',
    batch: [8, 512],
    samples: [4, 8],
    compute: [0.165, 0.0255],
    within: [0.145, 0.113],
    between: [0.716, 0.157],
    noise: [1, 433, 590, 987],
  },
  {
    name: 'ResNet-50',
    batch: [200, 12800],
    samples: [20, 200],
    compute: [0.0607, 0.00432],
    within: [0.042, 0.012],
    between: [0.211, 0.055],
    noise: [928, 5985, 11397, 14323],
  },
];

/** As in Pollux [ms]. */
const RESTART = 30 * SECOND;
/** What is worked out for each network: the rest lies between. */
const NODES = [1, 2, 4, 8, 16, 32];
const GPUS_PER_NODE = [1, 2, 4, 8];
const WIDEST = 64;

/** The same jobs, each a training of one of the networks; those of parts of a GPU stay as they are. */
export function withTrainings(workload: Workload, gpusPerNode: number, random: Random): Workload {
  const { firstGroup, groupTasks, groupMinimum, groupRequest, requests } = workload;
  const model = new Int32Array(workload.count).fill(-1);
  const groupMost = groupTasks.slice();
  const least = groupMinimum.slice();
  const indexOf = new Map<string, number>();
  const models: { name: string; training: Training }[] = [];
  for (let job = 0; job < workload.count; job++) {
    const network = NETWORKS[random.integer(NETWORKS.length)];
    const group = firstGroup[job];
    const { gpu } = requests[groupRequest[group]];
    if (gpu < 1000) continue;
    if (gpu > 1000 || firstGroup[job + 1] - group > 1) throw wideTasks();
    const gpus = groupTasks[group];
    const name = `${network.name}, ${gpus} GPUs`;
    if (!indexOf.has(name)) indexOf.set(name, models.push({ name, training: trainingOf(network, gpus, gpusPerNode) }) - 1);
    model[job] = indexOf.get(name) ?? -1;
    least[group] = 1;
    groupMost[group] = Math.max(gpus, Math.min(WIDEST, Math.floor(network.batch[1] / network.samples[0])));
  }
  return { ...workload, groupMinimum: least, groupMost, speeds: { model, models } };
}

function wideTasks() {
  const hint = 'add task-gpus=1';
  return usageError('families=pollux needs tasks of one GPU each: others cannot come and go one by one', 'generate mix', hint);
}

function trainingOf(network: Network, gpus: number, gpusPerNode: number): Training {
  const [first, last] = network.batch;
  const phases = network.noise.map((noise, part, all) => ({ until: (part + 1) / all.length, noise: [noise, noise], usual: 1 }));
  const known = { batches: [first, last], least: network.samples[0], steps: { '': stepsOf(network) }, restart: RESTART };
  const usual = new Goodput({ ...known, phases }).of('', gpus, Math.ceil(gpus / gpusPerNode));
  return { ...known, phases: phases.map((phase, part) => ({ ...phase, usual: usual[part] })) };
}

function stepsOf({ samples: [least, most], compute, within, between }: Network): StepTime[] {
  const samples = [least, 2 * least, Math.sqrt(least * most), most].map(Math.round);
  const along = ([constant, each]: Law, count: number) => constant + each * count;
  return NODES.flatMap((nodes) =>
    GPUS_PER_NODE.flatMap((perNode) => {
      const gpus = nodes * perNode;
      const exchange = gpus === 1 ? 0 : along(nodes === 1 ? within : between, gpus - 2);
      return [...new Set(samples)].map((count) => {
        const alone = along(compute, count);
        return { nodes, gpus, samples: count, compute: alone, step: Math.hypot(alone, exchange) };
      });
    }),
  );
}
