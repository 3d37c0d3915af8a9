/** kube-scheduler with the coscheduling plugin of the Kubernetes SIG Scheduling. */
import type { Policy, PolicySetup, PolicySpec } from '../../policy.ts';
import { SECOND } from '../../units.ts';
import { JobPods } from '../kube-default/job-pods.ts';
import { KUBE_PARAMETERS } from '../kube-default/kube-parameters.ts';
import { kubePolicy } from '../kube-default/kube-default.ts';
import { PodGangs } from '../kube-gangs/pod-gangs.ts';
import { CoschedulingPlugin } from './coscheduling-plugin.ts';

const PARAMETERS = {
  ...KUBE_PARAMETERS,
  // The releases of the plugin are for versions before 1.33, whose queue is that of 1.26.
  version: { ...KUBE_PARAMETERS.version, default: '1.26' },
  costs: { ...KUBE_PARAMETERS.costs, default: 'stock' },
  attempt: {
    summary: 'Time of one attempt to place a pod. Gangs that are in each other’s way try again and again, so it takes some.',
    type: 'duration',
    default: 2,
    min: 1,
  },
  timeout: {
    summary: 'How long pods of a gang hold their nodes and wait for the others, unless the gang says (permitWaitingTimeSeconds).',
    type: 'duration',
    default: 60 * SECOND,
    min: 1,
  },
  backoff: {
    summary: 'How long a gang that was turned down is not tried again (podGroupBackoffSeconds).',
    type: 'duration',
    default: 0,
    min: 0,
  },
} as const;

export const coscheduling: PolicySpec = {
  name: 'coscheduling',
  summary: 'kube-scheduler with PodGroups: pods of a gang hold nodes and wait until enough of them have one, or time is over.',
  source: 'kubernetes-sigs/scheduler-plugins, pkg/coscheduling, v0.31.8',
  fidelity:
    'Its filters and scores are those of kube-default, which agree with records of kube-scheduler; how it treats gangs was compared with its source only.',
  parameters: PARAMETERS,
  needsNodes: true,
  sumsShares: true,
  create: (setup) => createCoscheduling(setup),
};

function createCoscheduling(setup: PolicySetup): Policy {
  const gangs = new PodGangs(setup.jobs, new JobPods(setup.jobs, setup.cluster));
  const { timeout, backoff } = setup.parameters;
  return kubePolicy(setup, new CoschedulingPlugin(gangs, { timeout: Number(timeout), backoff: Number(backoff) }));
}
