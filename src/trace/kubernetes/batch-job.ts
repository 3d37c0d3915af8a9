/** Jobs of Kubernetes (batch/v1): a job for each completion, or one for all pods if they are a gang. */
import { NoJobs } from './controller.ts';
import type { Controller } from './controller.ts';
import { runtimeMark, queueMark } from './marks.ts';
import { isComplete, readJobStatus } from './observed.ts';
import type { JobPlan } from './plan.ts';
import { readDeadline } from './pod-kind.ts';
import type { PodKind } from './pod-kind.ts';

/** What Kubernetes labels the pods of a Job with. */
const NAME_LABELS = ['batch.kubernetes.io/job-name', 'job-name'];
const INDEX_LABEL = 'batch.kubernetes.io/job-completion-index';

/** How many pods a Job asks for, in how many rounds. */
interface Size {
  /** Pods at once [count]. */
  readonly parallelism: number;
  /** Pods until it is complete [count]. */
  readonly completions: number;
  readonly indexed: boolean;
}

/** What listed pods tell of a Job. */
export interface Listed {
  /** There are some, if only failed ones. */
  readonly any: boolean;
  /** Completions that they stand for [count]. */
  readonly completions: number;
}

/** `throttle` numbers a controller that lets only so many of its pods be there at once. */
export function planJob(controller: Controller, listed: Listed, throttle: (parallelism: number) => number): JobPlan[] {
  const { field, object } = controller;
  const spec = field.at('spec');
  const size = sizeOf(controller);
  if (size.parallelism === 0 || size.completions === 0) throw new NoJobs('empty', 'Jobs that ask for no pods');
  const kind = jobKind(controller);
  // A job that waits for Kueue is suspended until Kueue lets it in.
  if (spec.at('suspend').flag() === true && queueMark(kind.marks) === undefined) throw new NoJobs('skip', 'Job: it is suspended');
  if (listed.any && isComplete(field)) throw new NoJobs('empty', COVERED);
  const over = listed.completions;
  const left = size.completions - over;
  if (left <= 0) throw new NoJobs('empty', COVERED);
  const { fails, started, runtime: whole } = readJobStatus(field);
  const rounds = Math.ceil(size.completions / size.parallelism);
  const runtime = whole === undefined ? runtimeMark(kind.marks) : Math.round(whole / rounds);
  const more = { runtime, fails, recordedStart: rounds === 1 ? started : undefined };
  const gang = controller.gang(kind);
  if (gang !== undefined) {
    const group = controller.group(
      kind,
      { name: object.name, naming: size.indexed ? 'same' : 'new' },
      Math.min(left, size.parallelism),
    );
    return [controller.job(gang.name, kind, [group], { ...more, gang })];
  }
  const held = left > size.parallelism ? throttle(size.parallelism) : undefined;
  return Array.from({ length: left }, (_, index) => {
    const number = over + index;
    const name = left + over === 1 ? object.name : `${object.name}-${number}`;
    const labels = size.indexed ? new Map([[INDEX_LABEL, String(number)]]) : undefined;
    const group = controller.group(kind, { name, naming: size.indexed ? 'same' : 'new', labels });
    return controller.job(name, kind, [group], { ...more, throttle: held });
  });
}

/** What is said of a controller whose pods are listed themselves: they are what happened. */
export const COVERED = 'controllers whose pods are listed themselves';

/** The kind of the pods, with what the Job adds to its template. */
function jobKind(controller: Controller): PodKind {
  const spec = controller.field.at('spec');
  const kind = controller.kind(spec.at('template'));
  const labels = new Map([...kind.labels, ...NAME_LABELS.map((label): [string, string] => [label, controller.object.name])]);
  return { ...kind, labels, walltime: Math.min(kind.walltime, readDeadline(spec)) };
}

/** Without completions, the first pod that succeeds completes the Job, and no other is created after it. */
export function sizeOf(controller: Controller, spec = controller.field.at('spec')): Size {
  const completions = spec.at('completions');
  const asked = controller.count(spec.at('parallelism'), 1);
  const needed = controller.count(completions, completions.absent && !spec.at('parallelism').absent ? asked : 1);
  const indexed = spec.at('completionMode').text() === 'Indexed';
  return { parallelism: Math.min(asked, needed), completions: asked === 0 ? 0 : needed, indexed };
}
