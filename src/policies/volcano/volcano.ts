/**
 * Volcano: batch scheduling on Kubernetes, in sessions. Follows vc-scheduler v1.15.1 (commit 0a56ed331897,
 * volcano-sh/volcano, pkg/scheduler).
 *
 * Where it departs: network topology, sub-groups of pod groups, volumes, devices and real loads are not modelled. A
 * session takes no time. Where Go's maps leave an order to chance (tasks of a node, jobs of equal rank in a heap), it is
 * the order in which they came. Node checks run one after the other, not 16 at once.
 */
import type { Resources } from '../../kubernetes.ts';
import type { KubernetesObjects } from '../../kubernetes-workload.ts';
import type { PolicySetup, PolicySpec } from '../../policy.ts';
import { SECOND } from '../../units.ts';
import type { Requests } from '../../workload.ts';
import { BEHAVIOURS } from '../kube-default/behaviour.ts';
import { GPU, nodeObjects } from '../kube-default/cluster-nodes.ts';
import { PodCluster } from '../kube-default/pod-cluster.ts';
import { readConfiguration } from './configuration.ts';
import { NodeBooks } from './node-books.ts';
import { NodeSearch } from './node-search.ts';
import { PodGroups } from './pod-groups.ts';
import { plainQueue } from './queue.ts';
import type { Queue } from './queue.ts';
import { readQueues, withDefaults } from './queue-file.ts';
import { ResourceTable } from './resource.ts';
import { Scheduler } from './scheduler.ts';

export const volcano: PolicySpec = {
  name: 'volcano',
  summary: 'Gangs in queues, as the Volcano scheduler decides them in one session a second.',
  source: 'volcano-sh/volcano v1.15.1, pkg/scheduler',
  needsNodes: true,
  sumsShares: true,
  parameters: {
    config: { summary: 'A volcano-scheduler.conf; what the Helm chart installs if empty.', type: 'file', default: '' },
    queues: { summary: 'Queue objects, YAML or JSON; one of weight 1 for each name if empty.', type: 'file', default: '' },
    period: { summary: 'Time from session to session.', type: 'duration', default: SECOND, min: 1 },
    jobs: {
      summary: 'Whether jobs are Volcano Jobs, whose pods are made once they are let in, or their pods are there at once.',
      type: 'choice',
      default: 'vcjob',
      choices: ['vcjob', 'pods'],
    },
    bind: { summary: 'Time from the decision until a pod is there.', type: 'duration', default: 0, min: 0 },
    grace: { summary: 'How long evicted pods may go on; -1: as their objects say.', type: 'integer', default: -1, min: -1 },
    nodes: {
      summary: 'Share of the nodes after which a search ends, in percent; 0: by their number.',
      type: 'integer',
      default: 0,
      min: 0,
      max: 100,
    },
  },
  create(setup) {
    const scheduler = makeScheduler(setup);
    return { schedule: (cycle) => scheduler.run(cycle) };
  },
};

function makeScheduler(setup: PolicySetup): Scheduler {
  const { parameters, files, jobs, random } = setup;
  const objects = { services: jobs.kubernetes?.services ?? [], replicators: jobs.kubernetes?.replicators ?? [] };
  const configuration = readConfiguration(files.config, objects);
  const queues = files.queues === undefined ? plainQueues(jobs) : readQueues(files.queues);
  const cluster = new PodCluster(setup, BEHAVIOURS['1.36']);
  const allocatable = nodeObjects(setup.cluster).map((node) => node.allocatable);
  const table = new ResourceTable([...allocatable, ...requested(jobs), ...queues.flatMap(limits)]);
  const nodes = new NodeBooks(table);
  for (const resources of allocatable) nodes.addNode(resources);
  const epoch = Number.isNaN(jobs.epoch) ? 0 : jobs.epoch + jobs.origin;
  const groups = new PodGroups({ jobs, cluster, nodes, table, areVolcanoJobs: parameters.jobs === 'vcjob', epoch });
  const grace = Number(parameters.grace);
  return new Scheduler({
    configuration,
    tiers: configuration.tiers,
    actions: new Set(configuration.actions.keys()),
    table,
    queues: new Map(queues.map((queue) => [queue.name, queue])),
    cluster,
    nodes,
    rows: Array.from({ length: nodes.count }, (_, row) => row),
    search: new NodeSearch(Number(parameters.nodes)),
    random,
    bindTime: Number(parameters.bind),
    epoch,
    groups,
    period: Number(parameters.period),
    graceOf: ({ pod }) => (grace < 0 ? pod.pod.spec.terminationGrace : grace * SECOND),
  });
}

/** Every queue that a job names. */
function plainQueues({ queue }: Requests): Queue[] {
  return withDefaults(queue.names.filter((name) => name !== 'root').map((name) => plainQueue(name)));
}

function limits({ capability, guarantee, deserved }: Queue): Resources[] {
  return [capability, guarantee, deserved].filter((resources) => resources !== undefined);
}

/** All resources that pods may request, by name. */
function requested({ requests, kubernetes }: Requests): Resources[] {
  const plain = requests.map(({ other = {} }) => new Map([[GPU, 0], ...Object.entries(other)]));
  return [...plain, ...templateRequests(kubernetes)];
}

function templateRequests(objects: KubernetesObjects | undefined): Resources[] {
  return (objects?.templates ?? []).flatMap(({ spec }) => [
    ...[...spec.containers, ...spec.initContainers].map((container) => container.requests),
    spec.podRequests,
    spec.overhead,
  ]);
}
