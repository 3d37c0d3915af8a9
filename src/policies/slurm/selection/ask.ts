/** What one task group of a job asks for, in Slurm's terms. Processors are in thousandths. */

/** Generic resources of one name. */
export interface GresAsk {
  readonly name: string;
  /** The only types that will do; absent = any. */
  readonly types?: readonly string[];
  /** For each node, task or socket, or for the whole job [count]. */
  readonly count: number;
  readonly per: 'node' | 'task' | 'job' | 'socket';
}

/** Memory for each processor, task, GPU or node [bytes]; `all`: as much as the node has. */
export interface MemoryAsk {
  readonly per: 'processor' | 'task' | 'gpu' | 'node' | 'all';
  readonly bytes: number;
}

export interface GroupAsk {
  /** [index within the job] */
  readonly group: number;
  /** [index into `jobs.requests`] */
  readonly request: number;
  /** Tasks of the group, as the workload has them [count]. */
  readonly tasks: number;
  /** --ntasks: the same, or how many the job really has where its group holds one for each processor or GPU. */
  readonly jobTasks: number;
  readonly perTask: number;
  /** --ntasks-per-node; 0 = not given. */
  readonly tasksPerNode: number;
  readonly minNodes: number;
  readonly maxNodes: number;
  /** Nodes that it would like best: the most that it named, or the fewest if it named no most. */
  readonly wantedNodes: number;
  /** The most that the job itself named; 0 = none. */
  readonly namedMaxNodes: number;
  /** In all, without which it cannot run (min_cpus). */
  readonly processors: number;
  /** On each node (pn_min_cpus). */
  readonly nodeProcessors: number;
  /** Threads of a core that it may use; Infinity = all. */
  readonly mostThreads: number;
  readonly gres: readonly GresAsk[];
  /** --cpus-per-gpu; 0 = not given. */
  readonly perGpu: number;
  /** Absent = memory is not counted. */
  readonly memory?: MemoryAsk;
}

/** Least and most tasks on each of its nodes. */
export function tasksOnNode({ tasksPerNode, namedMaxNodes, jobTasks, minNodes }: GroupAsk): { least: number; most: number } {
  if (tasksPerNode > 0) return { least: tasksPerNode, most: tasksPerNode };
  if (namedMaxNodes === 1) return { least: jobTasks, most: jobTasks };
  const oneEach = jobTasks === 1 || (jobTasks === minNodes && jobTasks === namedMaxNodes);
  return { least: 1, most: oneEach ? 1 : Infinity };
}
