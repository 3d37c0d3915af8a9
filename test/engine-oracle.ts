/**
 * The slow definition of a simulation on a pool of interchangeable processors: plain objects, everything looked for
 * anew at each step. Written from what the options and DESIGN.md say, not from the engine.
 */
import type { Cluster, Outage } from '../src/cluster.ts';
import { processorCount } from '../src/cluster.ts';
import type { SimulationOptions } from '../src/engine/simulate.ts';
import type { Preemption } from '../src/policy.ts';
import {
  CANCELLED,
  COMPLETED,
  FAILED,
  KILLED,
  NODE_FAILED,
  PREEMPTED,
  REJECTED,
  SUSPENDED,
  UNFINISHED,
} from '../src/schedule.ts';
import type { Schedule } from '../src/schedule.ts';
import { AFTER_ANY, AFTER_NOT_OK, AFTER_START, COMPLETES, FAILS, OUTLASTS, requestsOf } from '../src/workload.ts';
import type { Workload } from '../src/workload.ts';
import type { TestPolicy, View } from './engine-views.ts';
import { sum } from './engine-views.ts';

/** What of a schedule can be compared: rows instead of columns. */
export interface Outcome {
  jobs: { submit: number; start: number; end: number; lastStart: number; state: number }[];
  attempts: { job: number; start: number; end: number; why: number; kept: number }[];
  capacity: { time: number; value: number }[];
  until: number;
}

export function outcomeOf(schedule: Schedule): Outcome {
  const { submit, start, end, lastStart, state, attempts, capacity, until } = schedule;
  return {
    jobs: Array.from(submit, (_, job) => ({
      submit: submit[job],
      start: start[job],
      end: end[job],
      lastStart: lastStart[job],
      state: state[job],
    })),
    attempts: Array.from({ length: attempts.count }, (_, row) => ({
      job: attempts.job[row],
      start: attempts.start[row],
      end: attempts.end[row],
      why: attempts.why[row],
      kept: attempts.kept[row],
    })),
    capacity: Array.from(capacity.time, (time, step) => ({ time, value: capacity.value[step] })),
    until,
  };
}

interface Edge {
  readonly on: number;
  readonly kind: number;
  readonly think: number;
  /** When it was satisfied [ms]; NaN = not yet. */
  at: number;
}

interface Job {
  readonly row: number;
  readonly procs: number;
  readonly edges: Edge[];
  phase: 'away' | 'queued' | 'suspended' | 'running' | 'cleaning' | 'over';
  submit: number;
  start: number;
  end: number;
  lastStart: number;
  state: number;
  /** Work that is saved, and that a suspended job has in memory beyond that [ms]. */
  safe: number;
  memory: number;
  /** What is left to load before the work can go on [ms]. */
  reload: number;
  /** Walltime used before a suspension [ms]. */
  used: number;
  /** Of the current run: when the work is done, when the limit is enforced, and when it is reached. */
  done: number;
  killed: number;
  limit: number;
  stop?: { at: number; how: Preemption['how']; writesFrom: number };
  cleanAt: number;
  failures: number;
  toldStart: boolean;
  /** What it waits for can no longer happen, but it has not been submitted yet. */
  isDoomed: boolean;
  /** When its dependencies let it be submitted [ms]. */
  submitsAt: number;
}

export class Oracle {
  readonly #workload: Workload;
  readonly #policy: TestPolicy;
  readonly #options: SimulationOptions;
  readonly #all: Job[];
  readonly #outages: readonly Outage[];
  readonly #nodeEvents: { time: number; kind: 'begin' | 'end'; row: number }[] = [];
  readonly #reasons: number[];
  readonly #total: number;
  readonly #wakes = new Set<number>();
  readonly #attempts: Outcome['attempts'] = [];
  readonly #capacity: Outcome['capacity'];
  readonly #arrivals: { row: number; time: number }[];
  #now = 0;
  #up: number;

  constructor(workload: Workload, cluster: Cluster, policy: TestPolicy, options: SimulationOptions) {
    this.#workload = workload;
    this.#policy = policy;
    this.#options = options;
    this.#total = this.#up = processorCount(cluster);
    this.#reasons = new Array<number>(this.#total).fill(0);
    this.#capacity = [{ time: 0, value: this.#total }];
    this.#outages = cluster.outages;
    this.#outages.forEach(({ from, until }, row) => {
      const begin = Math.max(0, from);
      if (until > begin) this.#nodeEvents.push({ time: begin, kind: 'begin', row }, { time: until, kind: 'end', row });
    });
    this.#all = Array.from(workload.submit, (_, row) => this.#newJob(row));
    this.#arrivals = this.#all.map(({ row }) => ({ row, time: workload.submit[row] }));
  }

  #newJob(row: number): Job {
    const { procs, submit, dependencies } = this.#workload;
    const edges: Edge[] = [];
    if (dependencies && (this.#options.dependencies ?? 'ignore') !== 'ignore') {
      const { first, on, kind, think } = dependencies;
      for (let edge = first[row]; edge < first[row + 1]; edge++) {
        edges.push({ on: on[edge], kind: kind[edge], think: think[edge], at: NaN });
      }
    }
    return {
      row, procs: procs[row], edges, phase: 'away', submit: submit[row],
      start: NaN, end: NaN, lastStart: NaN, state: UNFINISHED,
      safe: 0, memory: 0, reload: 0, used: 0, done: NaN, killed: NaN, limit: NaN, cleanAt: NaN,
      failures: 0, toldStart: false, isDoomed: false, submitsAt: edges.length > 0 ? Infinity : submit[row],
    }; // prettier-ignore
  }

  run(): Outcome {
    const { until = Infinity } = this.#options;
    const isOver = () => this.#all.every(({ phase }) => phase === 'over');
    while (!isOver()) {
      const next = this.#nextTime();
      if (next === Infinity || next > until) break;
      this.#now = next;
      this.#applyInstant();
      this.#policy.decide(this.#view(), requestsOf(this.#workload));
    }
    return {
      jobs: this.#all.map(({ submit, start, end, lastStart, state, phase }) => ({
        submit: phase === 'away' ? NaN : submit,
        start,
        end,
        lastStart,
        state,
      })),
      attempts: this.#attempts,
      capacity: this.#capacity,
      until: !isOver() && until < Infinity ? Math.max(this.#now, until) : this.#now,
    };
  }

  #nextTime(): number {
    const times = [...this.#wakes, ...this.#nodeEvents.map(({ time }) => time), ...this.#arrivals.map(({ time }) => time)];
    for (const job of this.#all) {
      if (job.phase === 'running') times.push(job.done, job.killed, job.stop?.at ?? Infinity);
      if (job.phase === 'cleaning') times.push(job.cleanAt);
      if (job.phase === 'away') times.push(job.submitsAt);
    }
    return Math.min(Infinity, ...times);
  }

  /** Ends, then nodes, then submissions, then timers. */
  #applyInstant(): void {
    const now = this.#now;
    const running = () => this.#all.filter(({ phase }) => phase === 'running');
    for (const job of running()) if (job.phase === 'running' && Math.min(job.done, job.killed) === now) this.#endRun(job);
    for (const job of running()) if (job.stop?.at === now) this.#stopNow(job);
    for (const job of this.#all) if (job.phase === 'cleaning' && job.cleanAt === now) job.phase = 'over';
    for (const kind of ['begin', 'end'] as const) this.#applyNodes(kind);
    for (let job = this.#nextArrival(); job; job = this.#nextArrival()) this.#submit(job);
    this.#wakes.delete(now);
  }

  #applyNodes(kind: 'begin' | 'end'): void {
    const due = this.#nodeEvents.filter((event) => event.time === this.#now && event.kind === kind);
    for (const event of due.sort((a, b) => a.row - b.row)) {
      this.#nodeEvents.splice(this.#nodeEvents.indexOf(event), 1);
      const { firstNode, nodes } = this.#outages[event.row];
      for (let node = firstNode; node < firstNode + nodes; node++) {
        if (kind === 'begin' && this.#reasons[node]++ === 0) this.#nodeDown(node);
        if (kind === 'end' && --this.#reasons[node] === 0) this.#setUp(this.#up + 1);
      }
    }
  }

  /** Jobs lie side by side in the order of their rows; the processor takes down whoever lies on it. */
  #nodeDown(node: number): void {
    const layout = this.#all.flatMap((job) => new Array<Job>(this.#holds(job)).fill(job));
    const victim = layout.at(this.#up === 0 ? layout.length : node % this.#up);
    if (victim) this.#loseNode(victim);
    this.#setUp(this.#up - 1);
  }

  #setUp(up: number): void {
    this.#up = up;
    const last = this.#capacity.at(-1)!;
    if (last.time === this.#now) this.#capacity.pop();
    if (this.#capacity.at(-1)?.value !== up) this.#capacity.push({ time: this.#now, value: up });
  }

  #holds({ phase, procs }: Job): number {
    return phase === 'running' || phase === 'cleaning' ? procs : 0;
  }

  /** Takes the next job that is submitted now; those whose recorded submission passes while they are held are dropped. */
  #nextArrival(): Job | undefined {
    this.#arrivals.splice(0, this.#arrivals.filter(({ time }) => time === this.#now).length);
    return this.#all.find(({ phase, submitsAt }) => phase === 'away' && submitsAt === this.#now);
  }

  #submit(job: Job): void {
    if (job.isDoomed) return this.#close(job, CANCELLED);
    job.submit = this.#now;
    job.phase = 'queued';
    if (job.procs > this.#total) this.#close(job, REJECTED);
  }

  #launch(job: Job): void {
    const { launch = 0, killScan = 0, killPhase = 0 } = this.#options.costs ?? {};
    const { runtime, walltime } = this.#workload;
    const begins = this.#now + launch;
    job.phase = 'running';
    job.lastStart = begins;
    if (Number.isNaN(job.start)) job.start = begins;
    job.done = begins + job.reload + runtime[job.row] - job.safe - job.memory;
    job.limit = begins + Math.max(0, walltime[job.row] - job.used);
    if (this.#workload.outcome[job.row] === OUTLASTS && walltime[job.row] < Infinity) job.done = Infinity;
    job.killed = job.limit;
    if (killScan > 0 && job.limit < Infinity) {
      for (job.killed = killPhase; job.killed < job.limit;) job.killed += killScan;
    }
    if (!job.toldStart) this.#tell(job, 'start', begins);
  }

  #endRun(job: Job): void {
    const { release = 0 } = this.#options.costs ?? {};
    const outcome = this.#workload.outcome[job.row];
    job.end = this.#now;
    const killed = job.killed < job.done || outcome === OUTLASTS;
    job.state = killed ? KILLED : outcome === COMPLETES ? COMPLETED : outcome === FAILS ? FAILED : CANCELLED;
    job.stop = undefined;
    job.phase = release > 0 ? 'cleaning' : 'over';
    job.cleanAt = this.#now + release;
    this.#tell(job, 'end', this.#now);
  }

  /** Ends a job otherwise than by the end of its run. */
  #close(job: Job, state: number): void {
    this.#undoLaunch(job);
    job.stop = undefined;
    job.phase = 'over';
    job.state = state;
    job.end = this.#now;
    this.#tell(job, 'end', this.#now);
  }

  #undoLaunch(job: Job): void {
    if (!(job.lastStart > this.#now)) return;
    if (job.start === job.lastStart) job.start = NaN;
    job.lastStart = NaN;
  }

  #leaveRun(job: Job): void {
    this.#undoLaunch(job);
    job.lastStart = NaN;
    job.stop = undefined;
  }

  #preempt(job: Job, { how, grace = 0 }: Preemption): void {
    const writesFrom = this.#now + grace;
    job.stop = { how, writesFrom, at: writesFrom + (how === 'checkpoint' ? this.#checkpoint(job, 'cost', 0) : 0) };
    if (job.stop.at === this.#now) this.#stopNow(job);
    // Who writes a checkpoint does not work.
    else if (how === 'checkpoint' && job.done > writesFrom) job.done = Infinity;
  }

  #stopNow(job: Job): void {
    const { how } = job.stop!;
    if (how === 'cancel') return this.#close(job, CANCELLED);
    if (how !== 'suspend') return this.#requeue(job, PREEMPTED);
    const { reloaded, worked } = this.#progress(job);
    this.#attempt(job, SUSPENDED, worked);
    if (job.lastStart <= this.#now) job.used += this.#now - job.lastStart;
    job.reload -= reloaded;
    job.memory += worked;
    this.#leaveRun(job);
    job.phase = 'suspended';
  }

  #loseNode(job: Job): void {
    if (job.phase === 'cleaning') {
      job.phase = 'over';
      return;
    }
    const { onNodeFailure = 'requeue', maxRestarts = 100 } = this.#options;
    if (++job.failures > maxRestarts || onNodeFailure === 'fail') this.#close(job, FAILED);
    else this.#requeue(job, NODE_FAILED);
  }

  #requeue(job: Job, why: number): void {
    const inAll = job.memory + this.#progress(job).worked;
    const interval = this.#checkpoint(job, 'interval', Infinity);
    let saved = 0;
    if (why === PREEMPTED && job.stop?.how === 'checkpoint') saved = inAll;
    else while (saved + interval <= inAll) saved += interval;
    this.#attempt(job, why, saved - job.memory);
    job.safe += saved;
    job.memory = 0;
    job.reload = job.safe > 0 ? this.#checkpoint(job, 'restart', 0) : 0;
    job.used = 0;
    this.#leaveRun(job);
    job.phase = 'queued';
  }

  /** What the current run has done so far: it loads, then works, then perhaps writes. */
  #progress(job: Job): { reloaded: number; worked: number } {
    const until = job.stop?.how === 'checkpoint' ? Math.min(this.#now, job.stop.writesFrom) : this.#now;
    const ran = Math.max(0, until - job.lastStart);
    const reloaded = Math.min(ran, job.reload);
    return { reloaded, worked: ran - reloaded };
  }

  #checkpoint({ row }: Job, key: 'interval' | 'cost' | 'restart', absent: number): number {
    return this.#workload.checkpoints?.[key][row] ?? absent;
  }

  #attempt({ row, lastStart }: Job, why: number, kept: number): void {
    this.#attempts.push({ job: row, start: Math.min(lastStart, this.#now), end: this.#now, why, kept });
  }

  /** Lets those go that waited for it. A job that is over without having started keeps nobody waiting for its start. */
  #tell(job: Job, what: 'start' | 'end', time: number): void {
    if (what === 'end' && !job.toldStart) this.#tell(job, 'start', time);
    if (what === 'start') job.toldStart = true;
    for (const other of this.#all) {
      for (const edge of other.edges) {
        if (edge.on !== job.row || (edge.kind === AFTER_START) !== (what === 'start') || other.phase === 'over') continue;
        const isPossible =
          edge.kind === AFTER_START || edge.kind === AFTER_ANY || (edge.kind === AFTER_NOT_OK) !== (job.state === COMPLETED);
        // A delay after a start was asked for; other think times count in feedback only.
        if (isPossible) edge.at = time + (edge.kind === AFTER_START && edge.think > 0 ? edge.think : 0);
        else if (this.#workload.submit[other.row] <= this.#now) this.#close(other, CANCELLED);
        else other.isDoomed = true;
      }
      if (other.phase === 'away') other.submitsAt = this.#submission(other);
    }
  }

  #submission({ row, edges, isDoomed }: Job): number {
    const recorded = this.#workload.submit[row];
    if (edges.length === 0 || isDoomed) return recorded;
    if (edges.some(({ at }) => Number.isNaN(at))) return Infinity;
    const thinks = this.#options.dependencies === 'feedback' && edges.some(({ think }) => !Number.isNaN(think));
    if (!thinks) return Math.max(recorded, ...edges.map(({ at }) => at));
    return Math.max(...edges.map(({ at, kind, think }) => at + (kind !== AFTER_START && think > 0 ? think : 0)));
  }

  #view(): View {
    const all = this.#all;
    const order = this.#policy.order?.(requestsOf(this.#workload));
    const free = () => this.#up - sum(all.map((job) => this.#holds(job)));
    return {
      now: this.#now,
      get free() {
        return free();
      },
      fits: (row) => all[row].procs <= free(),
      queue: () =>
        all
          .filter(({ phase }) => phase === 'queued' || phase === 'suspended')
          .map(({ row, submit }) => ({ row, submit, key: order ? order.key(row, this.#now) : submit }))
          .sort((a, b) => (a.key === b.key ? 0 : a.key - b.key) || a.submit - b.submit || a.row - b.row)
          .map(({ row }) => row),
      running: () =>
        all
          .filter((job) => this.#holds(job) > 0)
          .map((job) => ({
            job: job.row,
            expectedEnd: job.phase === 'cleaning' ? job.cleanAt : Math.min(job.limit, job.stop?.at ?? Infinity),
            mayPreempt: job.phase === 'running' && job.stop === undefined,
          }))
          .sort((a, b) => (a.expectedEnd === b.expectedEnd ? a.job - b.job : a.expectedEnd - b.expectedEnd)),
      start: (row) => this.#launch(all[row]),
      preempt: (row, preemption) => this.#preempt(all[row], preemption),
      wakeAt: (time) => this.#wakes.add(time),
    };
  }
}
