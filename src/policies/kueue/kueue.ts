/** The policy `kueue`: quota and queues decide which jobs have pods, kube-scheduler where the pods go. */
import type { ParameterSpecs } from '../../parameters.ts';
import type { Policy, PolicySetup, PolicySpec } from '../../policy.ts';
import { nodeObjects } from '../kube-default/cluster-nodes.ts';
import { schedulerPolicy } from '../kube-default/kube-default.ts';
import { KUBE_PARAMETERS, readKubeParameters } from '../kube-default/kube-parameters.ts';
import { KubeScheduler } from '../kube-default/scheduler.ts';
import { Books } from './books.ts';
import type { ClusterQueue } from './cluster-queue.ts';
import { readKueueConfiguration } from './configuration.ts';
import type { KueueConfiguration } from './configuration.ts';
import { KueueController } from './controller.ts';
import type { ControllerParts } from './controller.ts';
import { FlavorAssigner } from './flavor-assigner.ts';
import type { TopologyObjection } from './flavor-assigner.ts';
import { LocalQueues } from './local-queues.ts';
import { Nomination } from './nomination.ts';
import type { KueueObjects } from './objects.ts';
import { PendingQueue } from './pending-queue.ts';
import { Preemptor } from './preemptor.ts';
import { buildQueueTree } from './queue-tree.ts';
import type { QuotaNode } from './quota-node.ts';
import { readKueueObjects } from './read-objects.ts';
import { EXACT, WHOLE_SECONDS } from './stamp.ts';
import type { Stamp } from './stamp.ts';
import { SuspendedPods } from './suspended-pods.ts';
import { buildTopologies, parseTopologyRequest } from './topologies.ts';
import { TopologyPlanner } from './topology-planner.ts';
import { TopologyRoom } from './topology-room.ts';
import type { TopologyTree } from './topology-tree.ts';
import { wholeCluster } from './whole-cluster.ts';
import { WorkloadMaker } from './workload-maker.ts';

const { config: kubeConfig, ...kubeParameters } = KUBE_PARAMETERS;

const PARAMETERS = {
  objects: {
    summary:
      'ClusterQueue, Cohort, LocalQueue, ResourceFlavor, WorkloadPriorityClass and Topology objects; one queue of all if empty.',
    type: 'file',
    default: '',
  },
  config: { summary: "Kueue's Configuration (YAML or JSON); the default one if empty.", type: 'file', default: '' },
  timestamps: {
    summary: 'Times in objects: whole seconds, equal ones in random order, as in an API server; or exact.',
    type: 'choice',
    choices: ['seconds', 'exact'],
    default: 'seconds',
  },
  cycle: { summary: 'Time of a scheduling cycle.', type: 'duration', default: 0, min: 0 },
  topology: {
    summary: 'What jobs of several pods ask of the topology: required:LABEL, preferred:LABEL or unconstrained; nothing if empty.',
    type: 'text',
    default: '',
  },
  release: { summary: 'From the eviction of a workload until its quota is free.', type: 'duration', default: 0, min: 0 },
  'scheduler-config': { ...kubeConfig, summary: `For the scheduler of pods. ${kubeConfig.summary}` },
  ...kubeParameters,
} as const satisfies ParameterSpecs;

export const kueue: PolicySpec = {
  name: 'kueue',
  summary:
    'Kueue: jobs are queued and admitted by quota, with cohorts, fair sharing and preemption; kube-scheduler places their pods.',
  source: 'kubernetes-sigs/kueue v0.19.2 over kubernetes/kubernetes, pkg/scheduler, v1.36.2',
  fidelity:
    'Its filters and scores are those of kube-default, which agree with records of kube-scheduler; how it treats gangs was compared with its source only.',
  parameters: PARAMETERS,
  needsNodes: true,
  sumsShares: true,
  create: createKueue,
};

/** Kueue looks at workloads that stand aside so long after quota has become free [ms]. */
const RETRY = 1000;
const LONG_RETRY = 10_000;

function createKueue(setup: PolicySetup): Policy {
  const { parameters, files, cluster } = setup;
  const { behaviour, settings, recreation } = readKubeParameters({ ...setup, files: schedulerFiles(setup) });
  const configuration = readKueueConfiguration(files.config);
  const objects = files.objects === undefined ? wholeCluster(nodeObjects(cluster)) : readKueueObjects(files.objects);
  const pods = new SuspendedPods(setup, behaviour, { recreation });
  const { features } = configuration;
  const controller = new KueueController(
    {
      configuration,
      stamp: stampOf(setup),
      cycle: Number(parameters.cycle),
      release: Number(parameters.release),
      retry: features.SchedulerLongRequeueInterval ? LONG_RETRY : RETRY,
      grace: settings.grace,
      flavors: Math.max(1, ...objects.clusterQueues.flatMap(({ groups }) => groups.map(({ flavors }) => flavors.length))),
    },
    partsOf(setup, objects, configuration, pods),
  );
  const extension = { name: 'Kueue', postBind: controller.podBound.bind(controller) };
  const scheduler = new KubeScheduler(pods, { ...settings, extension });
  return schedulerPolicy(scheduler);
}

function partsOf(
  setup: PolicySetup,
  objects: KueueObjects,
  configuration: KueueConfiguration,
  pods: SuspendedPods,
): ControllerParts {
  const { flavors } = objects;
  const { features } = configuration;
  const { pairs, queues, ofNode } = buildQueueTree(objects);
  const trees = features.TopologyAwareScheduling ? buildTopologies(objects, pods.snapshot) : new Map<string, TopologyTree>();
  const rooms = trees.size === 0 ? undefined : new TopologyRoom(pods.snapshot, trees);
  const topology = parseTopologyRequest(String(setup.parameters.topology));
  // Pods that ask for a topology where there is none must be turned down as well.
  const planner =
    (rooms ?? topology) ? new TopologyPlanner(rooms ?? new TopologyRoom(pods.snapshot, trees), trees, flavors) : undefined;
  const books = new Books(rooms);
  const preemptor = new Preemptor(books, pairs, (node) => queueOf(ofNode, node), configuration);
  const topologyObjection: TopologyObjection = (podSet, flavor, queue) => planner?.objection(podSet, flavor, queue);
  const assigner = new FlavorAssigner({ pairs, flavors, configuration, oracle: preemptor, topologyObjection });
  const localQueues = new LocalQueues(objects, queues, configuration.managesAll);
  return {
    pairs,
    books,
    rooms,
    nomination: new Nomination({ assigner, preemptor, pairs, features, books, planner }),
    queues: queues.map((queue) => new PendingQueue(queue, features.SchedulingEquivalenceHashing)),
    maker: new WorkloadMaker({ setup, objects, configuration, queues: localQueues, stamp: stampOf(setup), topology }),
    pods,
    directives: { flavors, labelsOf: (flavor, domain) => trees.get(flavor)?.labelsOf(domain) ?? new Map() },
  };
}

function stampOf({ parameters }: PolicySetup): Stamp {
  return parameters.timestamps === 'exact' ? EXACT : WHOLE_SECONDS;
}

function schedulerFiles({ files }: PolicySetup): PolicySetup['files'] {
  const { config: _, 'scheduler-config': config, ...others } = files;
  return config === undefined ? others : { ...others, config };
}

function queueOf(ofNode: ReadonlyMap<QuotaNode, ClusterQueue>, node: QuotaNode): ClusterQueue {
  const queue = ofNode.get(node);
  if (queue === undefined) throw new Error(`${node.name} is no queue`);
  return queue;
}
