/** The plugins that a configuration can name. Source: pkg/scheduler/plugins/factory.go (Volcano v1.15.1). */
import type { PluginEntry } from '../plugin.ts';
import { binpack } from './binpack.ts';
import { capacity } from './capacity.ts';
import { conformance } from './conformance.ts';
import { drf } from './drf.ts';
import { gang } from './gang.ts';
import { nodeorder } from './nodeorder.ts';
import { overcommit } from './overcommit.ts';
import { predicates } from './predicates.ts';
import { priority } from './priority.ts';
import { proportion } from './proportion.ts';
import { sla } from './sla.ts';

export const PLUGINS: readonly PluginEntry[] = [
  priority,
  gang,
  conformance,
  drf,
  proportion,
  capacity,
  predicates,
  nodeorder,
  binpack,
  overcommit,
  sla,
];

/** Plugins that change nothing for pods without their annotations, devices or objects, which a workload does not have. */
export const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'cdp',
  'deviceshare',
  'network-topology-aware',
  'nodegroup',
  'numaaware',
  'resourcequota',
  'task-topology',
  'tdm',
]);

/** Plugins that would change what happens and are not modelled, and why. */
export const OTHER_PLUGINS: Readonly<Record<string, string>> = {
  extender: 'it asks a service over the network',
  pdb: 'disruption budgets are not counted',
  rescheduling: 'it goes by the real load of nodes, of which a trace says nothing',
  'resource-strategy-fit': 'its scores are not modelled',
  usage: 'it goes by the real load of nodes, of which a trace says nothing',
};
