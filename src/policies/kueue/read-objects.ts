/** Reads Kueue's objects from a file of YAML or JSON documents (kueue.x-k8s.io/v1beta1 and v1beta2). */
import { didYouMean, usageError } from '../../errors.ts';
import { readObjects } from '../../kubernetes-json.ts';
import type { JsonField } from '../../kubernetes-json.ts';
import { readLabels } from '../../kubernetes-read-selectors.ts';
import { readTaint, readToleration } from './read-taints.ts';
import type { ParameterFile } from '../../parameters.ts';
import type { ClusterQueueObject, CohortObject, FlavorObject, KueueObjects, LocalQueueObject } from './objects.ts';
import { readClusterQueue, readCohort } from './read-cluster-queue.ts';
import { named } from './named-object.ts';

const KINDS = ['ClusterQueue', 'Cohort', 'LocalQueue', 'ResourceFlavor', 'WorkloadPriorityClass', 'Topology'];

export function readKueueObjects(file: ParameterFile): KueueObjects {
  const clusterQueues: ClusterQueueObject[] = [];
  const cohorts: CohortObject[] = [];
  const localQueues: LocalQueueObject[] = [];
  const flavors = new Map<string, FlavorObject>();
  const priorities = new Map<string, number>();
  const topologies = new Map<string, readonly string[]>();
  for (const document of readObjects(file)) {
    if (document.absent) continue;
    const { kind, name, object } = named(document);
    if (kind === 'ClusterQueue') clusterQueues.push(readClusterQueue(name, object));
    else if (kind === 'Cohort') cohorts.push(readCohort(name, object));
    else if (kind === 'LocalQueue') localQueues.push(readLocalQueue(name, object));
    else if (kind === 'ResourceFlavor') flavors.set(name, readFlavor(name, object));
    else if (kind === 'WorkloadPriorityClass') priorities.set(name, object.at('value').integer() ?? 0);
    else if (kind === 'Topology') topologies.set(name, readLevels(object));
    else throw usageError(`"${kind}" is no kind of object that admission reads`, document.path, didYouMean(kind, KINDS));
  }
  const objects = { clusterQueues, cohorts, localQueues, flavors, priorities, topologies };
  checkReferences(objects, file.path);
  return objects;
}

function readLocalQueue(name: string, object: JsonField): LocalQueueObject {
  const spec = object.at('spec');
  spec.expectOnly('clusterQueue', 'stopPolicy', 'fairSharing');
  return {
    namespace: object.at('metadata').at('namespace').text() ?? 'default',
    name,
    clusterQueue: spec.at('clusterQueue').text() ?? '',
    stopped: (spec.at('stopPolicy').word('None', 'Hold', 'HoldAndDrain') ?? 'None') !== 'None',
  };
}

function readFlavor(name: string, object: JsonField): FlavorObject {
  const spec = object.at('spec');
  spec.expectOnly('nodeLabels', 'nodeTaints', 'tolerations', 'topologyName');
  return {
    name,
    nodeLabels: readLabels(spec.at('nodeLabels')),
    taints: spec.at('nodeTaints').list().map(readTaint),
    tolerations: spec.at('tolerations').list().map(readToleration),
    topology: spec.at('topologyName').text(),
  };
}

function readLevels(object: JsonField): string[] {
  return object
    .at('spec')
    .at('levels')
    .list()
    .map((level) => level.at('nodeLabel').text() ?? '');
}

/** What Kueue would only notice by a queue that never admits anything. */
function checkReferences({ clusterQueues, localQueues, flavors, topologies }: KueueObjects, path: string): void {
  if (clusterQueues.length === 0) {
    throw usageError('there is no ClusterQueue', path, 'leave the parameter out for one queue that has the whole cluster');
  }
  const queues = clusterQueues.map(({ name }) => name);
  for (const { name, clusterQueue } of localQueues) {
    if (!queues.includes(clusterQueue)) {
      throw usageError(`LocalQueue ${name} names no ClusterQueue: "${clusterQueue}"`, path, didYouMean(clusterQueue, queues));
    }
  }
  for (const { name, groups } of clusterQueues) {
    for (const { flavor } of groups.flatMap((group) => group.flavors)) {
      if (flavors.has(flavor)) continue;
      throw usageError(`ClusterQueue ${name} names no ResourceFlavor: "${flavor}"`, path, didYouMean(flavor, flavors.keys()));
    }
  }
  for (const { name, topology } of flavors.values()) {
    if (topology === undefined || topologies.has(topology)) continue;
    throw usageError(`ResourceFlavor ${name} names no Topology: "${topology}"`, path, didYouMean(topology, topologies.keys()));
  }
}
