/**
 * The sessions of Volcano's default configuration, worked out anew in each of them from the jobs alone, for nodes with
 * one processor each: where a task goes makes no difference then. No heaps, no books, no incremental counts.
 */

export interface DefinedJob {
  readonly submit: number;
  readonly runtime: number;
  readonly tasks: number;
  readonly minimum: number;
  readonly queue: string;
  readonly priority: number;
}

export interface DefinedQueue {
  readonly name: string;
  readonly weight: number;
  /** [processors] */
  readonly capability?: number;
  readonly guarantee?: number;
}

interface State extends DefinedJob {
  readonly row: number;
  phase: 'Pending' | 'Inqueue' | 'Running';
  /** Its pods are there. */
  shown: boolean;
  bound: number;
  start: number;
  end: number;
}

/** Cpu [millicores] and pods: all that there is. */
type Amount = readonly [cpu: number, pods: number];

interface Share {
  readonly queue: DefinedQueue;
  readonly limit: Amount;
  readonly request: Amount;
  deserved: Amount;
}

const PODS_PER_NODE = 110;
const PERIOD = 1000;

/** When each job starts [ms]; NaN: not before `until`. */
export function definedStarts(
  jobs: readonly DefinedJob[],
  queues: readonly DefinedQueue[],
  procs: number,
  podsFirst: boolean,
  until: number,
): number[] {
  const states = jobs.map((job, row): State => {
    return { ...job, row, phase: 'Pending', shown: podsFirst, bound: 0, start: NaN, end: Infinity };
  });
  for (let now = 0; now <= until; now += PERIOD) runSession(states, queues, procs, now);
  return states.map(({ start }) => start);
}

function runSession(all: readonly State[], queues: readonly DefinedQueue[], procs: number, now: number): void {
  const jobs = all.filter((job) => job.submit <= now && job.end > now);
  for (const job of jobs) if (job.phase !== 'Pending') job.shown = true;
  const running = new Map(jobs.map((job) => [job, job.bound]));
  const shares = deal(jobs, queues, procs);
  enqueue(jobs, shares, procs);
  allocate(jobs, shares, procs, now);
  for (const job of jobs) if ((running.get(job) ?? 0) >= job.minimum) job.phase = 'Running';
}

const held = (jobs: readonly State[], queue?: string) =>
  jobs.filter((job) => queue === undefined || job.queue === queue).reduce((sum, job) => sum + job.bound, 0);

/** Round by round, until nobody wants more or nothing is left. */
function deal(jobs: readonly State[], queues: readonly DefinedQueue[], procs: number): Share[] {
  const guaranteed = queues.reduce((sum, { guarantee = 0 }) => sum + guarantee, 0);
  const shares = queues
    .filter(({ name }) => jobs.some(({ queue }) => queue === name))
    .map((queue): Share => {
      const wanted = jobs.filter((job) => job.queue === queue.name).reduce((sum, job) => sum + (job.shown ? job.tasks : 0), 0);
      const most = Math.max(0, procs - guaranteed) + (queue.guarantee ?? 0);
      const limit: Amount = [1000 * Math.min(most, queue.capability ?? Infinity), procs * PODS_PER_NODE];
      return { queue, limit, request: [1000 * wanted, wanted], deserved: [0, 0] };
    });
  let left: Amount = [1000 * procs, procs * PODS_PER_NODE];
  const met = new Set<Share>();
  for (;;) {
    const wanting = shares.filter((share) => !met.has(share));
    const weights = wanting.reduce((sum, { queue }) => sum + queue.weight, 0);
    if (weights === 0) return shares;
    const before = left;
    const given: [number, number] = [0, 0];
    for (const share of wanting) {
      const old = share.deserved;
      const floor = [1000 * (share.queue.guarantee ?? 0), 0];
      const next = old.map((amount, i) => {
        const more = amount + before[i] * (share.queue.weight / weights);
        return Math.max(floor[i], Math.min(more, share.limit[i], share.request[i]));
      });
      share.deserved = [next[0], next[1]];
      if (share.request.every((amount, i) => amount <= next[i] + 0.05) || next.every((amount, i) => amount === old[i]))
        met.add(share);
      next.forEach((amount, i) => (given[i] += amount - old[i]));
    }
    left = [Math.max(0, before[0] - given[0]), Math.max(0, before[1] - given[1])];
    if (left[0] < 0.1 || (left[0] === before[0] && left[1] === before[1])) return shares;
  }
}

/** The largest part of what a queue deserves that it holds. */
function part({ queue, deserved }: Share, jobs: readonly State[]): number {
  const tasks = held(jobs, queue.name);
  const parts = [1000 * tasks, tasks].map((amount, i) => (deserved[i] >= 0.1 ? amount / deserved[i] : 0));
  return Math.max(...parts);
}

function firstQueue(shares: readonly Share[], jobs: readonly State[]): Share {
  return shares.reduce((best, other) => {
    const difference = part(other, jobs) - part(best, jobs);
    return difference < 0 || (difference === 0 && other.queue.name < best.queue.name) ? other : best;
  });
}

/** By priority, then those that are not ready, then by share of the cluster, creation and name. */
function firstJob(jobs: readonly State[], isReady: (job: State) => boolean): State {
  const keys = (job: State) => [-job.priority, Number(isReady(job)), job.bound, Math.floor(job.submit / 1000), job.row];
  return jobs.reduce((best, other) => {
    const mine = keys(other);
    const theirs = keys(best);
    const at = mine.findIndex((key, i) => key !== theirs[i]);
    return mine[at] < theirs[at] ? other : best;
  });
}

function enqueue(jobs: readonly State[], shares: readonly Share[], procs: number): void {
  const idle = 1000 * procs * 1.2 - 1000 * held(jobs);
  let queues = [...shares];
  // Cluster-wide, jobs that were let in count with all of their minimum, even if they hold it by now.
  let admitted = jobs.reduce((sum, job) => sum + (job.phase === 'Inqueue' ? 1000 * job.minimum : 0), 0);
  const perQueue = new Map(
    shares.map(({ queue: { name } }) => [
      name,
      jobs.reduce(
        (sum, job) => sum + (job.queue === name && job.phase !== 'Pending' ? 1000 * Math.max(0, job.minimum - job.bound) : 0),
        0,
      ),
    ]),
  );
  const refused = new Set<State>();
  while (queues.length > 0) {
    const share = firstQueue(queues, jobs);
    const { name } = share.queue;
    const own = jobs.filter((job) => job.queue === name && job.phase === 'Pending' && !refused.has(job));
    if (own.length === 0) {
      queues = queues.filter((other) => other !== share);
      continue;
    }
    const job = firstJob(own, ({ bound, minimum }) => bound >= minimum);
    const asked = 1000 * job.minimum;
    const elastic = jobs.reduce(
      (sum, other) => sum + (other.queue === name ? 1000 * Math.max(0, other.bound - other.minimum) : 0),
      0,
    );
    const inQueue = asked + 1000 * held(jobs, name) + (perQueue.get(name) ?? 0) - elastic;
    if (admitted + asked > idle || inQueue > share.limit[0]) refused.add(job);
    else {
      admitted += asked;
      perQueue.set(name, (perQueue.get(name) ?? 0) + asked);
      job.phase = 'Inqueue';
    }
  }
}

function allocate(jobs: readonly State[], shares: readonly Share[], procs: number, now: number): void {
  const tries = new Map(jobs.map((job) => [job, job.phase !== 'Pending' && job.shown ? job.tasks - job.bound : 0]));
  const waits = (job: State) => (tries.get(job) ?? 0) > 0;
  const gone = new Set<State>();
  let queues = shares.filter(({ queue: { name } }) => jobs.some((job) => job.queue === name && waits(job)));
  while (queues.length > 0) {
    const share = firstQueue(queues, jobs);
    const { name } = share.queue;
    const tasks = held(jobs, name);
    const overused = share.deserved[0] < 1000 * tasks + 0.1 && share.deserved[1] < tasks + 0.1;
    const own = jobs.filter((job) => job.queue === name && !gone.has(job) && waits(job));
    if (overused || own.length === 0) {
      queues = queues.filter((other) => other !== share);
      continue;
    }
    const job = firstJob(own, ({ bound, minimum }) => bound >= minimum);
    const before = job.bound;
    while (waits(job)) {
      tries.set(job, (tries.get(job) ?? 0) - 1);
      if (1000 * (held(jobs, name) + 1) > share.deserved[0]) continue;
      if (held(jobs) === procs) {
        tries.set(job, 0);
        break;
      }
      job.bound++;
      if (job.bound >= job.minimum) break;
    }
    if (job.bound < job.minimum) {
      job.bound = before;
      gone.add(job);
    } else if (before < job.minimum) {
      job.start = now;
      job.end = now + job.runtime;
    }
  }
}
