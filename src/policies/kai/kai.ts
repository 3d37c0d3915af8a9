/**
 * NVIDIA's KAI-Scheduler: gangs in a tree of queues, with fair shares that other queues may reclaim.
 *
 * Not modelled: sub-groups of sub-groups, topology, MIG and dynamic resources, shares of GPUs by memory or by device (a
 * share fits where so much is free on all devices of a node together), volumes, binding that takes time or fails.
 */
import type { PolicySpec } from '../../policy.ts';
import { KAI_PARAMETERS, readKaiSettings } from './kai-parameters.ts';
import { KaiScheduler } from './scheduler.ts';

export const kai: PolicySpec = {
  name: 'kai',
  summary:
    'KAI-Scheduler: gangs in a tree of queues with quotas, fair shares (over time too), reclaim, preemption, consolidation.',
  source: 'NVIDIA/KAI-Scheduler, pkg/scheduler, v0.13.0',
  parameters: KAI_PARAMETERS,
  needsNodes: true,
  sumsShares: true,
  create(setup) {
    const scheduler = new KaiScheduler(setup, readKaiSettings(setup));
    return { schedule: (cycle) => scheduler.schedule(cycle) };
  },
};
