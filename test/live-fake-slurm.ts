/**
 * A Slurm for tests: sbatch, scontrol and scancel over a cluster of plain processors that starts jobs in the order in which
 * they came. It keeps its own account of what happened, loses answers, and takes jobs off and puts them back.
 */
import type { ApiTally } from '../src/live/kubernetes/api-tally.ts';
import { ApiTally as Tally } from '../src/live/kubernetes/api-tally.ts';
import type { Clock } from '../src/live/kubernetes/clock.ts';
import type { Answer, SlurmCommands } from '../src/live/slurm/slurm-commands.ts';

/** A clock that goes on to the next sleeper as soon as nobody has anything left to do. */
export class VirtualClock implements Clock {
  #now: number;
  #sleepers: { at: number; order: number; wake: () => void }[] = [];
  #order = 0;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const sleeper = {
        at: this.#now + ms,
        order: this.#order++,
        wake: () => {
          signal?.removeEventListener('abort', drop);
          resolve();
        },
      };
      const drop = () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        resolve();
      };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', drop);
    });
  }

  /** Lets time pass until the work is done. */
  async during<Result>(work: Promise<Result>): Promise<Result> {
    let isDone = false;
    const watched = work.finally(() => (isDone = true));
    watched.catch(() => undefined);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isDone) return await watched;
      const next = this.#sleepers.sort((a, b) => a.at - b.at || a.order - b.order).shift();
      if (next === undefined) continue;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }
}

export type SbatchFault = 'lost before' | 'lost after' | undefined;

export interface FakeSlurmSettings {
  readonly clock: VirtualClock;
  readonly processors: number;
  /** What becomes of the how-manieth call of sbatch. */
  readonly sbatch?: (call: number) => SbatchFault;
  /** Whether the how-manieth question of scontrol is answered. */
  readonly answers?: (call: number) => boolean;
  /** How long after its start [s] a job is taken off and put back, once; undefined = it is let alone. */
  readonly requeue?: (name: string) => number | undefined;
  /** Why sbatch refuses a job, if it does. */
  readonly refuses?: (args: ReadonlyMap<string, string>) => string | undefined;
}

export interface FakeJob {
  readonly id: number;
  readonly name: string;
  readonly tasks: number;
  /** [s]; NaN = none. */
  readonly limit: number;
  /** How long the script sleeps [s], and how it ends. */
  readonly length: number;
  readonly fails: boolean;
  /** Unix time [s]. */
  submit: number;
  start: number;
  end: number;
  state: string;
  restarts: number;
  /** Every time that it was started. */
  readonly starts: number[];
}

const OPEN = new Set(['PENDING', 'RUNNING']);
const LATENCY = 50;

export class FakeSlurm implements SlurmCommands {
  readonly clock: VirtualClock;
  readonly tally: ApiTally = new Tally();
  readonly jobs: FakeJob[] = [];
  readonly #settings: FakeSlurmSettings;
  #submissions = 0;
  #questions = 0;

  constructor(settings: FakeSlurmSettings) {
    this.clock = settings.clock;
    this.#settings = settings;
  }

  get open(): readonly FakeJob[] {
    this.#advance();
    return this.jobs.filter(({ state }) => OPEN.has(state));
  }

  async run(program: string, args: readonly string[], input = ''): Promise<Answer> {
    await this.clock.sleep(LATENCY);
    this.#advance();
    if (program === 'sbatch') return this.#sbatch(args, input);
    if (program === 'scancel') return this.#scancel(args);
    if (this.#settings.answers?.(this.#questions++) === false)
      return failed('Unable to contact slurm controller (connect failure)');
    return { code: 0, stdout: this.jobs.map((job) => this.#line(job)).join(''), stderr: '' };
  }

  #sbatch(args: readonly string[], script: string): Answer {
    const fault = this.#settings.sbatch?.(this.#submissions++);
    if (fault === 'lost before')
      return failed('Batch job submission failed: Unable to contact slurm controller (connect failure)');
    const options = new Map(args.map((arg) => [arg.split('=', 1)[0], arg.slice(arg.indexOf('=') + 1)]));
    const why = this.#settings.refuses?.(options);
    if (why !== undefined) return failed(`Batch job submission failed: ${why}`);
    const minutes = Number(options.get('--time') ?? NaN);
    const id = this.jobs.length + 1;
    this.jobs.push({
      ...{ id, name: options.get('--job-name') ?? '', tasks: Number(options.get('--ntasks')), limit: minutes * 60 },
      length: Number(/sleep (\S+)/.exec(script)?.[1]),
      fails: script.includes('exit 1'),
      ...{ submit: this.#seconds, start: NaN, end: NaN, state: 'PENDING', restarts: 0, starts: [] },
    });
    this.#advance();
    if (fault === 'lost after') return failed('Batch job submission failed: Socket timed out on send/recv operation');
    return { code: 0, stdout: `${id}\n`, stderr: '' };
  }

  #scancel(ids: readonly string[]): Answer {
    for (const job of this.jobs) {
      if (!ids.includes(String(job.id)) || !OPEN.has(job.state)) continue;
      if (job.state === 'PENDING') job.start = this.#seconds;
      job.end = this.#seconds;
      job.state = 'CANCELLED';
    }
    this.#advance();
    return { code: 0, stdout: '', stderr: '' };
  }

  get #seconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  /** Everything that has happened until now, in its order. */
  #advance(): void {
    for (;;) {
      const due = this.jobs
        .filter(({ state }) => state === 'RUNNING')
        .sort((a, b) => this.#next(a) - this.#next(b) || a.id - b.id)[0];
      const at = due === undefined ? Infinity : this.#next(due);
      if (at > this.#seconds) break;
      this.#happen(due, at);
      this.#startJobs(at);
    }
    this.#startJobs(this.#seconds);
  }

  #requeueAt({ name, start, restarts }: FakeJob): number {
    return restarts > 0 ? Infinity : start + (this.#settings.requeue?.(name) ?? Infinity);
  }

  #endAt({ start, length, limit }: FakeJob): number {
    return start + Math.min(Math.ceil(length), Number.isNaN(limit) ? Infinity : limit);
  }

  #next(job: FakeJob): number {
    return Math.min(this.#requeueAt(job), this.#endAt(job));
  }

  #happen(job: FakeJob, at: number): void {
    if (this.#requeueAt(job) < this.#endAt(job)) {
      Object.assign(job, { submit: at, start: NaN, end: NaN, state: 'PENDING', restarts: 1 });
      return;
    }
    job.end = at;
    const isKilled = job.length > job.limit;
    job.state = isKilled ? 'TIMEOUT' : job.fails ? 'FAILED' : 'COMPLETED';
  }

  #startJobs(at: number): void {
    const held = this.jobs.filter(({ state }) => state === 'RUNNING').reduce((sum, { tasks }) => sum + tasks, 0);
    let free = this.#settings.processors - held;
    const waiting = this.jobs.filter(({ state, tasks }) => state === 'PENDING' && tasks <= this.#settings.processors);
    for (const job of waiting.sort((a, b) => a.submit - b.submit || a.id - b.id)) {
      if (job.tasks > free) break;
      free -= job.tasks;
      job.start = at;
      job.starts.push(at);
      job.state = 'RUNNING';
    }
  }

  #line(job: FakeJob): string {
    const { id, name, tasks, state, submit, start, end, restarts } = job;
    const time = (seconds: number) => (Number.isNaN(seconds) ? 'Unknown' : new Date(seconds * 1000).toISOString().slice(0, 19));
    const isPlaced = state !== 'PENDING' && !(state === 'CANCELLED' && start === end);
    // Of one that waits Slurm tells when it may start.
    const begins = state === 'PENDING' ? submit + 1000 : start;
    const reason = state !== 'PENDING' ? 'None' : tasks > this.#settings.processors ? 'PartitionConfig' : 'Resources';
    const nodes = isPlaced
      ? `NodeList=n1 BatchHost=n1 JOB_GRES=(null)   Nodes=n1 CPU_IDs=0-${tasks - 1} Mem=0 GRES=`
      : 'NodeList=';
    return (
      `JobId=${id} JobName=${name} UserId=me(1) JobState=${state} Reason=${reason} Dependency=(null) Restarts=${restarts} ` +
      `SubmitTime=${time(submit)} EligibleTime=${time(submit)} StartTime=${time(begins)} EndTime=${time(end)} ` +
      `Scheduler=Main Partition=main ${nodes} Comment=a = b\n`
    );
  }
}

function failed(text: string): Answer {
  return { code: 1, stdout: '', stderr: `sbatch: error: ${text}\n` };
}
