/** kube-scheduler with its own gangs, which are alpha in Kubernetes 1.36. */
import type { PolicySpec } from '../../policy.ts';
import { JobPods } from '../kube-default/job-pods.ts';
import { KUBE_PARAMETERS } from '../kube-default/kube-parameters.ts';
import { kubePolicy } from '../kube-default/kube-default.ts';
import { PodGangs } from '../kube-gangs/pod-gangs.ts';
import { GangScheduling } from './gang-scheduling.ts';

const PARAMETERS = {
  ...KUBE_PARAMETERS,
  version: { summary: 'The kube-scheduler that is followed.', type: 'choice', choices: ['1.36'], default: '1.36' },
  costs: { ...KUBE_PARAMETERS.costs, default: 'stock' },
  attempt: {
    summary:
      'Time of one attempt to place a pod; a cycle takes as many as the group has pods. Groups try again and again, so it takes some.',
    type: 'duration',
    default: 2,
    min: 1,
  },
} as const;

export const kubePodgroup: PolicySpec = {
  name: 'kube-podgroup',
  summary: 'kube-scheduler with its own PodGroups (alpha in 1.36): one cycle places a gang, or none of it; nothing is reserved.',
  source: 'kubernetes/kubernetes, pkg/scheduler (schedule_one_podgroup.go, plugins/gangscheduling), v1.36.2',
  fidelity:
    'Its filters and scores are those of kube-default, which agree with records of kube-scheduler; how it treats gangs was compared with its source only.',
  parameters: PARAMETERS,
  needsNodes: true,
  sumsShares: true,
  create: (setup) => kubePolicy(setup, new GangScheduling(new PodGangs(setup.jobs, new JobPods(setup.jobs, setup.cluster)))),
};
