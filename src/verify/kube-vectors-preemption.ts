/** Vectors of DefaultPreemption: candidates, victims, the choice among them, and who may preempt. */
import type { JsonField } from '../kubernetes-json.ts';
import type { KubeVersion } from '../policies/kube-default/behaviour.ts';
import { compileBudgets } from '../policies/kube-default/disruption-budgets.ts';
import { FilterRun, NO_NOMINATIONS } from '../policies/kube-default/filter-run.ts';
import type { PodInfo } from '../policies/kube-default/pod-info.ts';
import { bestCandidates, candidatesWanted, dryRunPreemption, readPreemptionArgs } from '../policies/kube-default/preemption.ts';
import type { Candidate, PreemptionArgs, PreemptionSetup } from '../policies/kube-default/preemption.ts';
import { preempt, preemptionBar } from '../policies/kube-default/post-filter.ts';
import { filtersOnly } from '../policies/kube-default/profile.ts';
import type { Status } from '../policies/kube-default/status.ts';
import { randomStream } from '../random.ts';
import { readBudgets, readCluster, readVectorPod } from './kube-vectors-cluster.ts';
import { Unsupported } from './kube-vectors-comparison.ts';
import type { Comparison } from './kube-vectors-comparison.ts';

/** The names that vectors have for filters. */
const FILTERS: Readonly<Record<string, string>> = {
  noderesources: 'NodeResourcesFit',
  noderesourcesfit: 'NodeResourcesFit',
  podtopologyspread: 'PodTopologySpread',
  interpodaffinity: 'InterPodAffinity',
  nodeaffinity: 'NodeAffinity',
  nodename: 'NodeName',
  nodeports: 'NodePorts',
  nodeunschedulable: 'NodeUnschedulable',
  tainttoleration: 'TaintToleration',
};

interface Trial {
  readonly pod: PodInfo;
  readonly setup: PreemptionSetup;
  readonly rows: readonly number[];
  readonly args: PreemptionArgs;
}

/**
 * Where the dry run begins is random, and vectors do not tell it: they agree if there is a beginning from which the
 * expected candidates come out.
 */
export function compareDryRun(vector: JsonField, version: KubeVersion): Comparison {
  const { setup, rows, args } = readTrial(vector, version);
  const expected = vector.at('expect').at('candidates').list().map(readCandidate).sort(byNode);
  const wanted = candidatesWanted(rows.length, args);
  const outcomes = rows.map((_, offset) => describeAll(dryRunPreemption(rows, offset, wanted, setup).candidates, setup));
  const same = (outcome: unknown) => JSON.stringify(outcome) === JSON.stringify(expected);
  return { expected, actual: outcomes.find(same) ?? outcomes[0] ?? [] };
}

/** Every candidate that is among the best must be one of those expected: the real one takes any. */
export function comparePick(vector: JsonField, version: KubeVersion): Comparison {
  const { setup, rows } = readTrial(vector, version);
  const { candidates } = dryRunPreemption(rows, 0, rows.length, setup);
  const nodes = bestCandidates(candidates, LATE).map(({ row }) => setup.snapshot.node(row).name);
  const anyOf = vector.at('expect').at('anyOf').texts().sort();
  const agrees = nodes.length > 0 && nodes.every((node) => anyOf.includes(node));
  return { expected: anyOf, actual: agrees ? anyOf : nodes.sort() };
}

export function comparePostFilter(vector: JsonField, version: KubeVersion): Comparison {
  const { pod, setup, args } = readTrial(vector, version);
  const given = vector.at('filteredNodesStatuses');
  const statuses = new Map(
    given
      .at('nodes')
      .entries()
      .map(([node, status]) => [node, readStatus(status)]),
  );
  const found = preempt(pod, { statuses, absent: readStatus(given.at('absent')) }, setup, args, randomStream(1, 'vectors'), LATE);
  const expect = vector.at('expect');
  const { nominatedNodeName } = found;
  const wantedReasons = expect.at('status').at('reasons');
  return {
    expected: {
      result: expect.at('result').value ?? null,
      code: expect.at('status').at('code').text(),
      reasons: wantedReasons.absent ? null : wantedReasons.texts(),
    },
    actual: {
      result: nominatedNodeName === undefined ? null : { nominatedNodeName },
      code: found.status.code,
      reasons: wantedReasons.absent ? null : found.status.reasons,
    },
  };
}

export function compareEligibility(vector: JsonField, version: KubeVersion): Comparison {
  const { snapshot } = readCluster(vector, version);
  const pod = snapshot.podInfo(readVectorPod(vector));
  const status = vector.at('nominatedNodeStatus');
  const bar = preemptionBar(pod, snapshot, status.absent ? undefined : readStatus(status));
  return { expected: vector.at('expect').at('eligible').flag(), actual: bar === undefined };
}

/** Later than any start time: what pods count that have not started. */
const LATE = Number.MAX_SAFE_INTEGER;

function readTrial(vector: JsonField, version: KubeVersion): Trial {
  const { snapshot, rows } = readCluster(vector, version);
  const filters = vector
    .at('filters')
    .texts()
    .map((name) => {
      const filter = FILTERS[name.toLowerCase()];
      if (filter === undefined) throw new Unsupported(`filter "${name}" is not modelled`);
      return filter;
    });
  const profile = filtersOnly(filters, snapshot.behaviour);
  const pod = snapshot.podInfo(readVectorPod(vector));
  const run = FilterRun.start(profile.filters, pod, snapshot);
  const setup = { snapshot, run, nominations: NO_NOMINATIONS, budgets: compileBudgets(readBudgets(vector)) };
  return { pod, setup, rows, args: readPreemptionArgs(vector.at('pluginConfig')) };
}

interface Description {
  readonly node: string;
  readonly victims: readonly string[];
  readonly numPDBViolations: number;
}

function describeAll(candidates: readonly Candidate[], { snapshot }: PreemptionSetup): Description[] {
  return candidates
    .map(({ row, victims, violations }) => ({
      node: snapshot.node(row).name,
      victims: victims.map(({ pod }) => pod.name).sort(),
      numPDBViolations: violations,
    }))
    .sort(byNode);
}

function readCandidate(field: JsonField): Description {
  return {
    node: field.at('node').text() ?? '',
    victims: field.at('victims').texts().sort(),
    numPDBViolations: field.at('numPDBViolations').integer() ?? 0,
  };
}

function byNode(one: Description, other: Description): number {
  return one.node < other.node ? -1 : one.node > other.node ? 1 : 0;
}

function readStatus(field: JsonField): Status {
  const code = field.at('code').word('Success', 'Unschedulable', 'UnschedulableAndUnresolvable', 'Skip', 'Error');
  return { code: code ?? 'Success', reasons: field.at('reasons').texts() };
}
