/** Hands the jobs of a workload to sbatch, and takes its refusals for what they are. */
import { ownRunTime } from '../../engine/outcomes.ts';
import { SECOND } from '../../units.ts';
import { AFTER_ANY, AFTER_NOT_OK, AFTER_OK, AFTER_START, COMPLETES, IS_CANCELLED, jobId } from '../../workload.ts';
import { CANCELLED, COMPLETED, REJECTED, UNFINISHED } from '../../schedule.ts';
import type { RunClock } from '../driver/run-clock.ts';
import { Backoff } from '../kubernetes/clock.ts';
import type { RateLimiter } from '../kubernetes/rate-limit.ts';
import { LiveTrouble } from '../trouble.ts';
import { jobName } from './run-label.ts';
import { jobScript, sbatchRequest } from './sbatch-arguments.ts';
import type { SlurmBook } from './slurm-book.ts';
import { isUnanswered, saying } from './slurm-commands.ts';
import type { Answer, SlurmCommands } from './slurm-commands.ts';
import type { SlurmPlan } from './slurm-run.ts';

/** So many refusals before any job was taken are no matter of single jobs. */
const HOPELESS = 10;

const KINDS: Readonly<Record<number, string>> = {
  [AFTER_ANY]: 'afterany',
  [AFTER_OK]: 'afterok',
  [AFTER_NOT_OK]: 'afternotok',
  [AFTER_START]: 'after',
};

export class SlurmSubmitter {
  readonly #commands: SlurmCommands;
  readonly #plan: SlurmPlan;
  readonly #book: SlurmBook;
  readonly #time: RunClock;
  readonly #limiter: RateLimiter;
  readonly #partitions: ReadonlySet<string>;
  readonly #backoff = new Backoff(() => 1, SECOND, 30 * SECOND);
  #taken = 0;
  #refused = 0;

  constructor(commands: SlurmCommands, plan: SlurmPlan, book: SlurmBook, time: RunClock, limiter: RateLimiter) {
    this.#commands = commands;
    this.#plan = plan;
    this.#book = book;
    this.#time = time;
    this.#limiter = limiter;
    this.#partitions = new Set(plan.cluster.partitions.map(({ name }) => name));
  }

  /** Whether it is decided what becomes of the job; else nobody answered, and it may be there or not. */
  async submit(job: number, ending: AbortSignal): Promise<boolean> {
    const { workload, timeScale } = this.#plan;
    const booked = this.#book.jobs[job];
    // An answer was lost, and then the job was seen.
    if (booked.sight !== undefined) return this.#take(job);
    const request = sbatchRequest(workload, job, timeScale, this.#partitions);
    if ('trouble' in request) return this.#refuse(job, REJECTED, request.trouble);
    const dependency = this.#dependency(job);
    if (dependency === undefined) return this.#refuse(job, CANCELLED, 'what it waits for can no longer happen');
    await this.#limiter.turn(ending);
    if (ending.aborted) return true;
    booked.tries++;
    if (Number.isNaN(booked.sent)) booked.sent = this.#time.now();
    const answer = await this.#commands.run('sbatch', [...this.#common(job), ...request.args, ...dependency], this.#script(job));
    if (answer.code === 0) {
      booked.id = /^\d+/.exec(answer.stdout.trim())?.[0] ?? '';
      return this.#take(job);
    }
    if (!isUnanswered(answer)) return this.#refuse(job, REJECTED, `sbatch: ${saying(answer)}`, answer);
    this.#commands.tally.of('sbatch').retries++;
    await this.#commands.clock.sleep(this.#backoff.next(), ending);
    return false;
  }

  #take(job: number): true {
    this.#book.jobs[job].answered = this.#time.now();
    this.#backoff.reset();
    this.#taken++;
    return true;
  }

  #refuse(job: number, state: number, why: string, answer?: Answer): true {
    const { workload, say } = this.#plan;
    this.#book.refuse(job, state, why);
    if (this.#refused++ < HOPELESS) say(`job ${jobId(workload, job)}: ${why}`);
    if (this.#taken === 0 && this.#refused >= HOPELESS && answer !== undefined) {
      const hint = 'look at what the workload asks for (partition, account, QoS, size), and try one with sbatch by hand';
      throw new LiveTrouble(`the first ${HOPELESS} jobs are all refused, the last with: ${saying(answer)}`, 'sbatch', hint);
    }
    return true;
  }

  #common(job: number): string[] {
    const { run, workload } = this.#plan;
    return [
      ...['--parsable', `--job-name=${jobName(run, job)}`, `--comment=yardmaster job ${jobId(workload, job)}`],
      ...['--output=/dev/null', '--chdir=/'],
    ];
  }

  #script(job: number): string {
    const { workload, timeScale } = this.#plan;
    const outcome = workload.outcome[job];
    const ending = outcome === COMPLETES ? 'completes' : outcome === IS_CANCELLED ? 'is-cancelled' : 'fails';
    return jobScript(ownRunTime(workload, job) / timeScale / SECOND, ending);
  }

  /** The option, if there is one; undefined if the job can never run. What is known to be satisfied is not asked for. */
  #dependency(job: number): string[] | undefined {
    const { dependencies, first, on, kind } = { dependencies: this.#plan.dependencies, ...this.#plan.workload.dependencies };
    if (!dependencies || first === undefined || on === undefined || kind === undefined) return [];
    const words: string[] = [];
    for (let edge = first[job]; edge < first[job + 1]; edge++) {
      const other = this.#book.jobs[on[edge]];
      if (other.state !== UNFINISHED) {
        if (!isSatisfied(kind[edge], other.state, other.start)) return undefined;
      } else words.push(`${KINDS[kind[edge]]}:${other.id}`);
    }
    return words.length === 0 ? [] : [`--dependency=${words.join(',')}`];
  }
}

/** By a job that is over. */
function isSatisfied(kind: number, state: number, start: number): boolean {
  if (kind === AFTER_OK) return state === COMPLETED;
  if (kind === AFTER_NOT_OK) return state !== COMPLETED;
  return kind === AFTER_ANY || !Number.isNaN(start) || state !== REJECTED;
}
