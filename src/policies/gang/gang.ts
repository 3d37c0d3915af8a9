/** Gangs, all or nothing, by the filters and scores of kube-scheduler. */
import type { PolicySpec } from '../../policy.ts';
import { KUBE_PARAMETERS } from '../kube-default/kube-parameters.ts';
import { GangScheduler } from './gang-scheduler.ts';

const PARAMETERS = {
  version: KUBE_PARAMETERS.version,
  config: KUBE_PARAMETERS.config,
  workers: KUBE_PARAMETERS.workers,
  backfill: {
    summary: 'Who may pass a gang that does not fit: nobody, those that end before it could start (easy), or anybody.',
    type: 'choice',
    choices: ['none', 'easy', 'any'],
    default: 'easy',
  },
  timeout: {
    summary: 'A gang that has waited for so long is passed by nobody any more; 0 = never.',
    type: 'duration',
    default: 0,
    min: 0,
  },
} as const;

export const gang: PolicySpec = {
  name: 'gang',
  summary: 'Pods of a gang are bound together or not at all, to the nodes that kube-scheduler would choose.',
  source: 'all-or-nothing on the plugins of kubernetes/kubernetes, pkg/scheduler, v1.36.2; backfilling as in EASY (Lifka 1995)',
  fidelity:
    'Its filters and scores are those of kube-default, which agree with records of kube-scheduler; it models no real scheduler of gangs.',
  parameters: PARAMETERS,
  needsNodes: true,
  sumsShares: true,
  create: (setup) => {
    const scheduler = new GangScheduler(setup);
    return { schedule: (cycle) => scheduler.schedule(cycle) };
  },
};
