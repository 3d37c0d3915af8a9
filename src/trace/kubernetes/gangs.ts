/** Joins the pods of a gang, whoever made them, into one job. */
import type { Labels } from '../../kubernetes.ts';
import type { GangClaim, JobPlan, PodGroupPlan } from './plan.ts';

/** Labels that tell the pods of a controller apart. In a gang they are tasks of one group. */
const OWN_LABELS: readonly string[] = [
  'batch.kubernetes.io/job-completion-index',
  'apps.kubernetes.io/pod-index',
  'statefulset.kubernetes.io/pod-name',
  'training.kubeflow.org/replica-index',
  'jobset.sigs.k8s.io/job-global-index',
  'jobset.sigs.k8s.io/job-index',
  'jobset.sigs.k8s.io/job-key',
  'volcano.sh/task-index',
];

/** The plans with those of each gang joined, at the place of its first one. */
export function joinGangs(plans: readonly JobPlan[]): JobPlan[] {
  const gangs = new Map<string, JobPlan[]>();
  const first = new Map<JobPlan, JobPlan[]>();
  for (const plan of plans) {
    if (plan.gang === undefined) continue;
    const members = gangs.get(plan.gang.key);
    if (members !== undefined) members.push(plan);
    else {
      const made = [plan];
      gangs.set(plan.gang.key, made);
      first.set(plan, made);
    }
  }
  return plans.flatMap((plan) => {
    if (plan.gang === undefined) return [plan];
    const members = first.get(plan);
    return members === undefined ? [] : [join(plan, plan.gang, members)];
  });
}

function join(plan: JobPlan, gang: GangClaim, members: readonly JobPlan[]): JobPlan {
  const groups = joinGroups(members, gang);
  const minimum = members.map((member) => member.gang?.minimum).find((one) => one !== undefined);
  const timeout = members.map((member) => member.gang?.timeout).find((one) => one !== undefined);
  const known = members.flatMap(({ runtime }) => runtime ?? []);
  const starts = members.flatMap(({ recordedStart }) => recordedStart ?? []);
  const created = members.flatMap((member) => member.created ?? []);
  return {
    ...plan,
    id: `${plan.namespace}/${gang.name}`,
    created: created.length === 0 ? undefined : least(created),
    runtime: known.length < members.length && !known.includes(Infinity) ? undefined : most(known),
    walltime: most(members.map(({ walltime }) => walltime)),
    fails: members.some(({ fails }) => fails),
    // It runs once all are there.
    recordedStart: starts.length < members.length ? undefined : most(starts),
    queue: members.map(({ queue }) => queue).find((one) => one !== undefined),
    groups: withMinimum(groups, minimum),
    gang: { ...gang, minimum, timeout },
  };
}

/** Pods that differ in nothing that schedulers see are tasks of one group. */
function joinGroups(members: readonly JobPlan[], gang: GangClaim): PodGroupPlan[] {
  const joined = new Map<string, PodGroupPlan>();
  for (const group of members.flatMap(({ groups }) => groups)) {
    const labels = withoutOwn(group.template.labels);
    const { nodeName = '', owners, namespace } = group.template;
    const key = JSON.stringify([
      group.spec.key,
      namespace,
      nodeName,
      owners,
      ...[...labels].sort(([a], [b]) => (a < b ? -1 : 1)),
    ]);
    const other = joined.get(key);
    const minimum = group.minimum === undefined ? undefined : group.minimum + (other?.minimum ?? 0);
    const name = other === undefined ? group.template.name : gang.name;
    joined.set(key, {
      ...group,
      tasks: group.tasks + (other?.tasks ?? 0),
      minimum,
      template: { ...group.template, labels, name },
    });
  }
  return [...joined.values()];
}

function withoutOwn(labels: Labels): Labels {
  return OWN_LABELS.some((label) => labels.has(label))
    ? new Map([...labels].filter(([key]) => !OWN_LABELS.includes(key)))
    : labels;
}

/**
 * A minimum for the whole gang, as one for each group. What the gang can do without is taken from the last groups, but
 * not from those that have a minimum of their own.
 */
function withMinimum(groups: readonly PodGroupPlan[], minimum: number | undefined): PodGroupPlan[] {
  let spare = minimum === undefined ? 0 : groups.reduce((sum, { tasks, minimum: own }) => sum + (own ?? tasks), 0) - minimum;
  const settled: PodGroupPlan[] = [];
  for (const group of [...groups].reverse()) {
    const own = group.minimum ?? group.tasks;
    const less = group.minimum === undefined ? Math.max(0, Math.min(spare, own)) : 0;
    spare -= less;
    settled.push({ ...group, minimum: own - less });
  }
  return settled.reverse();
}

const most = (values: readonly number[]) => values.reduce((one, other) => Math.max(one, other), -Infinity);
const least = (values: readonly number[]) => values.reduce((one, other) => Math.min(one, other), Infinity);
