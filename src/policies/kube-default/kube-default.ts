/** The default scheduler of Kubernetes, pod by pod. */
import type { Policy, PolicySetup, PolicySpec } from '../../policy.ts';
import { KUBE_PARAMETERS, readKubeParameters } from './kube-parameters.ts';
import { PodCluster } from './pod-cluster.ts';
import type { ClusterSettings } from './pod-cluster.ts';
import { KubeScheduler } from './scheduler.ts';
import type { SchedulerExtension } from './scheduler-extension.ts';
import type { SchedulerSettings } from './scheduler-settings.ts';

export const kubeDefault: PolicySpec = {
  name: 'kube-default',
  summary: 'The default scheduler of Kubernetes: pod by pod, with preemption, backoff and its API client.',
  source: 'kubernetes/kubernetes, pkg/scheduler, v1.36.2 (and v1.26.5)',
  fidelity:
    'As version 1.26 it put 1,492 of 1,492 pods of six recorded runs of kube-scheduler v1.26.5 on a node of the best score; of v1.36.2 it agrees with 209 of 209 recorded decisions of filters and scores.',
  parameters: KUBE_PARAMETERS,
  needsNodes: true,
  sumsShares: true,
  create: (setup) => kubePolicy(setup),
};

/** The same with more plugins, for schedulers that are built on it; or with settings of its own, to look inside. */
export function kubePolicy(
  setup: PolicySetup,
  extension?: SchedulerExtension,
  changed: Partial<SchedulerSettings & ClusterSettings> = {},
): Policy {
  const { behaviour, settings, recreation, workers } = readKubeParameters(setup);
  const cluster = new PodCluster(setup, behaviour, { recreation, workers, ...changed });
  const scheduler = new KubeScheduler(cluster, { ...settings, extension, ...changed });
  return schedulerPolicy(scheduler);
}

/** What a run asks of a scheduler of this kind. */
export function schedulerPolicy(scheduler: KubeScheduler): Policy {
  const { nominating } = scheduler;
  return {
    schedule: (cycle) => scheduler.schedule(cycle),
    nominations: () => nominating.all(),
    recall: (nominations) => nominating.recall(nominations),
  };
}
