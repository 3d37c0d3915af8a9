/**
 * A workload with room for what others use of the nodes: a row for each node, which nobody submits. In the books, what is
 * not ours is held by such a row, in tasks of one small unit each, so that policies find it where they find all that runs.
 */
import { nodeCount } from '../../cluster.ts';
import type { Cluster } from '../../cluster.ts';
import type { Schedule } from '../../schedule.ts';
import { selectJobs } from '../../workload.ts';
import type { TaskRequest, Workload } from '../../workload.ts';

const MIB = 2 ** 20;
const MOST_TASKS = 2 ** 31 - 1;

/** One task of a stranger's row. */
export interface Unit {
  /** `cpu` [millicores], `memory` [bytes], `gpu` [thousandths] or another name [count]. */
  readonly resource: string;
  /** How much of it one task is. */
  readonly amount: number;
  /** [index into `requests`] */
  readonly request: number;
}

export interface WithStrangers {
  readonly workload: Workload;
  /** The row of the first node. */
  readonly firstRow: number;
  /** The groups of each row. */
  readonly units: readonly Unit[];
}

export function withStrangerRows(workload: Workload, cluster: Cluster): WithStrangers {
  const nodes = nodeCount(cluster);
  const { count } = workload;
  const units = unitsOf(workload, cluster);
  const rows = Int32Array.from({ length: count + nodes }, (_, row) => (row < count ? row : 0));
  // What only Slurm knows of a job means nothing to Kubernetes' nodes.
  const base = selectJobs({ ...workload, slurm: undefined }, rows);
  const realGroups = workload.firstGroup[count];
  const groups = realGroups + nodes * units.length;
  const column = (real: Int32Array, value: (unit: number) => number) =>
    Int32Array.from({ length: groups }, (_, group) =>
      group < realGroups ? real[group] : value((group - realGroups) % units.length),
    );
  const last = base.submit[count - 1];
  return {
    firstRow: count,
    units,
    workload: {
      ...base,
      submit: base.submit.map((time, row) => (row < count ? time : last)),
      runtime: base.runtime.map((time, row) => (row < count ? time : Infinity)),
      walltime: base.walltime.map((time, row) => (row < count ? time : Infinity)),
      procs: base.procs.map((procs, row) => (row < count ? procs : 0)),
      firstGroup: Int32Array.from({ length: count + nodes + 1 }, (_, row) =>
        row <= count ? workload.firstGroup[row] : realGroups + (row - count) * units.length,
      ),
      groupTasks: column(workload.groupTasks, () => MOST_TASKS),
      groupMinimum: column(workload.groupMinimum, () => MOST_TASKS),
      groupRequest: column(workload.groupRequest, (unit) => units[unit].request),
      requests: [...workload.requests, ...units.map(requestOf)],
      kubernetes: base.kubernetes && {
        ...base.kubernetes,
        templateOfGroup: column(base.kubernetes.templateOfGroup, () => -1),
        throttleOfJob: base.kubernetes.throttleOfJob.map((throttle, row) => (row < count ? throttle : -1)),
      },
    },
  };
}

function unitsOf({ requests }: Workload, { pools }: Cluster): Unit[] {
  const others = new Map<string, number>();
  for (const { other = {} } of pools)
    for (const [name, amount] of Object.entries(other)) others.set(name, Math.max(amount, others.get(name) ?? 0));
  const units = [
    { resource: 'cpu', amount: 1 },
    { resource: 'memory', amount: MIB },
    // Whole ones: a share would make the books tell the GPUs of a node apart.
    { resource: 'gpu', amount: 1000 },
    ...[...others].map(([resource, most]) => ({ resource, amount: most > 2 ** 30 ? MIB : 1 })),
  ];
  return units.map((unit, index) => ({ ...unit, request: requests.length + index }));
}

function requestOf({ resource, amount }: Unit): TaskRequest {
  const nothing = { cpu: 0, memory: 0, gpu: 0 };
  return resource in nothing ? { ...nothing, [resource]: amount } : { ...nothing, other: { [resource]: amount } };
}

/** The schedule of the jobs that are some. */
export function withoutStrangers(schedule: Schedule, count: number): Schedule {
  const { submit, start, end, lastStart, state, placements } = schedule;
  const entries = placements?.first[count];
  return {
    ...schedule,
    count,
    submit: submit.slice(0, count),
    start: start.slice(0, count),
    end: end.slice(0, count),
    lastStart: lastStart.slice(0, count),
    state: state.slice(0, count),
    placements: placements && {
      ...placements,
      first: placements.first.slice(0, count + 1),
      node: placements.node.slice(0, entries),
      group: placements.group.slice(0, entries),
      tasks: placements.tasks.slice(0, entries),
    },
  };
}
