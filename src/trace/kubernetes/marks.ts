/** Labels and annotations that say something of a job beyond its pods: queue, gang, run time, owner. */
import type { JsonField } from '../../kubernetes-json.ts';
import { parseDuration } from '../../units.ts';

/** Those labels and annotations of an object that are read here. */
export type Marks = ReadonlyMap<string, string>;

const RUNTIME = 'yardmaster.dev/runtime';
const SUBMIT = 'yardmaster.dev/submit';
const USER = 'yardmaster.dev/user';
/** What Kueue orders jobs by. */
const WORKLOAD_PRIORITY = 'kueue.x-k8s.io/priority-class';
/** A part of a GPU, for KAI and Run:ai. */
const GPU_FRACTION = 'gpu-fraction';

/** Kueue, KAI, Run:ai, Volcano, YuniKorn, Koordinator. */
const QUEUES = [
  'kueue.x-k8s.io/queue-name',
  'kai.scheduler/queue',
  'runai/queue',
  'scheduling.volcano.sh/queue-name',
  'volcano.sh/queue-name',
  'yunikorn.apache.org/queue',
  'quota.scheduling.koordinator.sh/name',
] as const;

/** How a pod names its gang, and what it says of it. */
export interface GangMark {
  readonly group: string;
  readonly minimum?: string;
  readonly timeout?: string;
  /** No PodGroup: the controller that made the pods is the gang. */
  readonly controller?: true;
}

/** The first one that a pod bears counts. */
export const GANGS: readonly GangMark[] = [
  // Coscheduling: today, and before it had an object for groups.
  { group: 'scheduling.x-k8s.io/pod-group' },
  {
    group: 'pod-group.scheduling.sigs.k8s.io/name',
    minimum: 'pod-group.scheduling.sigs.k8s.io/min-available',
  },
  { group: 'pod-group.scheduling.sigs.k8s.io' },
  // Volcano and kube-batch.
  { group: 'scheduling.k8s.io/group-name' },
  { group: 'scheduling.volcano.sh/group-name' },
  // KAI.
  { group: 'pod-group-name' },
  {
    group: 'gang.scheduling.koordinator.sh/name',
    minimum: 'gang.scheduling.koordinator.sh/min-available',
    timeout: 'gang.scheduling.koordinator.sh/waiting-time',
  },
  { group: 'kueue.x-k8s.io/pod-group-name', minimum: 'kueue.x-k8s.io/pod-group-total-count' },
  { group: 'jobset.sigs.k8s.io/jobset-name', controller: true },
  { group: 'training.kubeflow.org/job-name', controller: true },
  { group: 'volcano.sh/job-name', controller: true },
];

const KNOWN: readonly string[] = [
  ...[RUNTIME, SUBMIT, USER, WORKLOAD_PRIORITY, GPU_FRACTION],
  ...QUEUES,
  ...GANGS.flatMap(({ group, minimum, timeout }) => [group, minimum, timeout].filter((key) => key !== undefined)),
];

/** From `metadata`. A key may be a label or an annotation: schedulers have changed their minds about which. */
export function readMarks(metadata: JsonField): Marks {
  const marks = new Map<string, string>();
  for (const holder of [metadata.at('annotations'), metadata.at('labels')]) {
    if (holder.absent) continue;
    for (const key of KNOWN) {
      const value = holder.at(key).text();
      if (value !== undefined && value !== '') marks.set(key, value);
    }
  }
  // Said at once, with its place: later only jobs are known.
  for (const key of [RUNTIME, SUBMIT]) if (marks.has(key)) duration(marks, key, `${metadata.path}.annotations.${key}`);
  return marks;
}

/** What a pod says goes before what its controller says. */
export function inherit(own: Marks, inherited: Marks): Marks {
  return inherited.size === 0 ? own : new Map([...inherited, ...own]);
}

/** How long it runs, as its user foretells [ms]. */
export function runtimeMark(marks: Marks): number | undefined {
  return duration(marks, RUNTIME);
}

/** When it is submitted, after the beginning of the trace [ms]. */
export function submitMark(marks: Marks): number | undefined {
  return duration(marks, SUBMIT);
}

export function userMark(marks: Marks): string | undefined {
  return marks.get(USER);
}

export function workloadPriorityMark(marks: Marks): string | undefined {
  return marks.get(WORKLOAD_PRIORITY);
}

export function queueMark(marks: Marks): string | undefined {
  const key = QUEUES.find((one) => marks.has(one));
  return key && marks.get(key);
}

/** A part of a GPU [thousandths]; undefined if it says none. */
export function gpuFractionMark(marks: Marks): number | undefined {
  const fraction = Number(marks.get(GPU_FRACTION));
  return fraction > 0 && fraction <= 1 ? Math.round(fraction * 1000) : undefined;
}

/** A natural number; undefined if it is none. */
export function countMark(marks: Marks, key: string | undefined): number | undefined {
  const count = Number(key === undefined ? undefined : marks.get(key));
  return Number.isSafeInteger(count) && count > 0 ? count : undefined;
}

export function durationMark(marks: Marks, key: string | undefined): number | undefined {
  try {
    return key === undefined ? undefined : duration(marks, key);
  } catch {
    return undefined;
  }
}

/** The longest that still makes sense: a thousand years [ms]. */
const LONGEST = 1000 * 365 * 86_400_000;

function duration(marks: Marks, key: string, where = key): number | undefined {
  const text = marks.get(key);
  if (text === undefined) return undefined;
  const time = parseDuration(text, where);
  return time <= LONGEST ? time : LONGEST;
}
