/** What policies heed, or bear in another way than systems do: it is said, since they are compared. */
import type { Costs } from '../engine/simulate.ts';
import type { System } from '../systems/system.ts';
import { mostTasks } from '../workload.ts';
import type { Workload } from '../workload.ts';

/** `placement`: that of the policies that a system stands beside; absent if there are none. */
export function unheededBySystems(jobs: Workload, costs: Costs, { managers }: System, placement?: string): string[] {
  const { launch, launchQuantiles, release, killScan } = costs;
  const areCosts = [launch, launchQuantiles, release, killScan].some((cost) => cost !== undefined);
  const isElastic = jobs.groupTasks.some((tasks, group) => jobs.groupMinimum[group] < tasks || mostTasks(jobs, group) > tasks);
  return [
    ...(areCosts ? ['costs: come on top of its own figures, where managers start something on nodes that they own'] : []),
    ...(placement === undefined || managers.every((one) => one.policy === undefined || one.placement === placement)
      ? []
      : [`placement: ${placement} is that of policies, its managers have their own: set managers.NAME.placement`]),
    ...(isElastic ? ['its jobs start with all of their tasks: fewer, and those that come later, are for policies'] : []),
    ...(jobs.checkpoints === undefined ? [] : ['checkpoints of jobs are not heeded, only policies heed them']),
    ...(jobs.speeds === undefined
      ? []
      : ['speeds of jobs on GPU models and spread nodes are not heeded, only policies heed them']),
  ];
}
