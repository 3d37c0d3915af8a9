/**
 * Runs our scheduler on the pods of a record, with nothing but their creation given. Where several nodes or candidates are
 * equally good it takes the recorded one. What the record does not tell is chosen: how long attempts and calls take, and
 * where in a second the scheduler's flushes fall.
 */
import { JsonField } from '../kubernetes-json.ts';
import type { Cluster, NodePool } from '../cluster.ts';
import type { Node } from '../kubernetes.ts';
import { BEHAVIOURS } from '../policies/kube-default/behaviour.ts';
import type { KubeVersion } from '../policies/kube-default/behaviour.ts';
import { readSchedulerConfiguration } from '../policies/kube-default/configuration.ts';
import { kubeDefault, kubePolicy } from '../policies/kube-default/kube-default.ts';
import { schedulePod } from '../policies/kube-default/schedule-pod.ts';
import type { Decisions, SchedulerCosts, SchedulerSettings } from '../policies/kube-default/scheduler-settings.ts';
import { readParameters } from '../parameters.ts';
import type { Parameters } from '../parameters.ts';
import type { PolicySpec } from '../policy.ts';
import { CANCELLED } from '../schedule.ts';
import type { Schedule } from '../schedule.ts';
import { WorkloadBuilder } from '../workload-builder.ts';
import type { Workload } from '../workload.ts';
import { decisionsOf } from './kube-log-decisions.ts';
import type { KubeLog, LogEvent } from './kube-log-record.ts';

/** The simulator, which this layer does not know: handed in. */
export type Simulate = (
  workload: Workload,
  cluster: Cluster,
  policy: PolicySpec,
  options: { readonly parameters: Parameters; readonly until: number },
) => Schedule;

/** What became of a pod. */
export interface FreePod {
  readonly name: string;
  /** When it was bound [ms]; NaN = never. */
  readonly bound: number;
  readonly node: string | undefined;
  readonly evicted: boolean;
}

export interface FreeRun {
  readonly pods: readonly FreePod[];
  /** Preemptions [count]. */
  readonly preemptions: number;
}

export function runFreely(
  log: KubeLog,
  version: KubeVersion,
  simulate: Simulate,
  costs: SchedulerCosts,
  started: number,
): FreeRun {
  const configuration = readSchedulerConfiguration(
    new JsonField({ profiles: [log.profile ?? {}] }, 'profile'),
    BEHAVIOURS[version],
  );
  let preemptions = 0;
  const changed: Partial<SchedulerSettings> = {
    configuration,
    costs,
    started,
    decisions: recordedChoices(log),
    onAttempt: ({ postFilter }) => {
      if (postFilter?.candidate !== undefined) preemptions++;
    },
  };
  const policy: PolicySpec = {
    ...kubeDefault,
    create: (setup) => kubePolicy(setup, undefined, { ...changed, kubelets: 'absent' }),
  };
  const parameters = readParameters(kubeDefault.parameters ?? {}, { version }, 'kube-default');
  const until = Math.max(...log.events.map(({ at }) => at), ...log.pods.map(({ at }) => at)) + 1000;
  const schedule = simulate(workloadOf(log), clusterOf(log.nodes), policy, { parameters, until });
  return { pods: log.pods.map(({ pod: { name } }, job) => outcomeOf(name, job, schedule, log.nodes)), preemptions };
}

/** Takes the recorded node if it is one of the best, and the recorded candidate if it is. */
function recordedChoices(log: KubeLog): Decisions {
  const nodeOf = new Map<string, string>();
  const nominations = new Map<string, string[]>();
  for (const decision of decisionsOf(log)) {
    if (decision.kind === 'bind') nodeOf.set(decision.pod, decision.node);
    if (decision.kind === 'preempt') nominations.set(decision.pod, [...(nominations.get(decision.pod) ?? []), decision.node]);
  }
  const names = log.nodes.map(({ name }) => name);
  return {
    schedule(pod, setup) {
      const outcome = schedulePod(pod, setup);
      if (!outcome.placed || outcome.totals === undefined) return outcome;
      const { feasible, totals, row } = outcome;
      const recorded = feasible.indexOf(names.indexOf(nodeOf.get(pod.pod.name) ?? ''));
      const isBest = recorded >= 0 && totals[recorded] === totals[feasible.indexOf(row)];
      return isBest ? { ...outcome, row: feasible[recorded] } : outcome;
    },
    candidate(pod, best) {
      const [next, ...rest] = nominations.get(pod.pod.name) ?? [];
      const found = best.find(({ row }) => names[row] === next);
      if (found !== undefined) nominations.set(pod.pod.name, rest);
      return found ?? best[0];
    },
  };
}

/** Each pod is a job of its own that nobody replaces, and that runs for as long as it did. */
function workloadOf({ pods, events }: KubeLog): Workload {
  const runtimes = runtimesOf(events);
  const builder = new WorkloadBuilder();
  // What pods request is the scheduler's matter: it is checked against the nodes' allocatable.
  const request = builder.request({ cpu: 1, memory: 0, gpu: 0 });
  builder.kubernetes({ budgets: [], services: [], replicators: [], namespaces: [] });
  for (const { at, pod } of pods) {
    const { name, namespace, labels, owners, spec, nodeName } = pod;
    const template = builder.template({ namespace, name, labels, owners, spec, nodeName });
    builder.add({
      id: name,
      submit: at,
      runtime: runtimes.get(name) ?? FOR_EVER,
      walltime: Infinity,
      tasks: 1,
      request,
      template,
    });
  }
  return builder.finish('record');
}

/** Of the pods that ended by themselves, which the record tells as gone without having been deleted [ms]. */
function runtimesOf(events: readonly LogEvent[]): ReadonlyMap<string, number> {
  const bound = new Map<string, number>();
  const runtimes = new Map<string, number>();
  for (const { at, kind, pod } of events) {
    const since = bound.get(pod);
    if (kind === 'bind') bound.set(pod, at);
    else if (kind === 'delete') bound.delete(pod);
    else if (kind === 'gone' && since !== undefined) runtimes.set(pod, at - since);
  }
  return runtimes;
}

/** Longer than any record [ms]. */
const FOR_EVER = 1e12;

function clusterOf(nodes: readonly Node[]): Cluster {
  const pools = nodes.map((object): NodePool => ({ name: object.name, count: 1, cpu: 1e9, memory: Infinity, gpus: 0, object }));
  return { name: 'record', interchangeable: false, pools, partitions: [], outages: [] };
}

function outcomeOf(name: string, job: number, { start, state, placements }: Schedule, nodes: readonly Node[]): FreePod {
  const part = placements?.first[job] ?? 0;
  const isPlaced = !Number.isNaN(start[job]);
  const node = isPlaced && placements !== undefined ? nodes[placements.node[part]].name : undefined;
  return { name, bound: start[job], node, evicted: state[job] === CANCELLED };
}
