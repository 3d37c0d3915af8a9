/**
 * A workload on a real Slurm, as it is: each job is submitted when its time comes, as a script that sleeps, and looked at
 * until it is over. Decides nothing.
 */
import type { Cluster } from '../../cluster.ts';
import type { Schedule } from '../../schedule.ts';
import { SECOND } from '../../units.ts';
import type { Workload } from '../../workload.ts';
import { RunClock } from '../driver/run-clock.ts';
import { Backoff } from '../kubernetes/clock.ts';
import { RateLimiter } from '../kubernetes/rate-limit.ts';
import { LiveTrouble } from '../trouble.ts';
import { readSights } from './job-sight.ts';
import { SlurmBook } from './slurm-book.ts';
import type { SlurmCommands } from './slurm-commands.ts';
import { saying } from './slurm-commands.ts';
import { SlurmSubmitter } from './slurm-submitter.ts';

/** Until the first job may come, and how long slurmctld may be silent [ms by the clock]. */
const LEAD = 2 * SECOND;
const SILENCE = 600 * SECOND;
/** Longest sleep of the loop that submits [ms by the clock]. */
const PAUSE = SECOND;

export interface SlurmPlan {
  readonly run: string;
  readonly workload: Workload;
  /** As Slurm describes it. */
  readonly cluster: Cluster;
  readonly timeScale: number;
  /** Calls of sbatch a second, at most. */
  readonly rate: number;
  /** How often it is looked [ms by the clock]. */
  readonly poll: number;
  /** Whether jobs wait for those that the workload says. */
  readonly dependencies: boolean;
  say(message: string): void;
}

export interface SlurmOutcome {
  readonly schedule: Schedule;
  readonly book: SlurmBook;
  /** Of the workload's zero [Unix ms]. */
  readonly began: number;
  readonly ended: 'over' | 'stopped';
}

export class SlurmRun {
  readonly #commands: SlurmCommands;
  readonly #plan: SlurmPlan;
  readonly #book: SlurmBook;
  readonly #time: RunClock;
  readonly #submitter: SlurmSubmitter;
  readonly #backoff = new Backoff(() => 1, SECOND, 30 * SECOND);
  #heard: number;
  #wasSilent = false;

  constructor(commands: SlurmCommands, plan: SlurmPlan) {
    const { clock } = commands;
    this.#commands = commands;
    this.#plan = plan;
    // Slurm tells whole seconds: the workload begins with one.
    const began = Math.ceil((clock.now() + LEAD) / SECOND) * SECOND;
    this.#time = new RunClock(clock, began, plan.timeScale);
    this.#heard = clock.now();
    this.#book = new SlurmBook(plan.workload, plan.cluster, this.#time);
    const limiter = new RateLimiter({ qps: plan.rate, burst: Math.max(1, plan.rate) }, clock);
    this.#submitter = new SlurmSubmitter(commands, plan, this.#book, this.#time, limiter);
  }

  /** Runs until all jobs are over or wait for what never comes, or `stop` is aborted. */
  async run(stop: AbortSignal): Promise<SlurmOutcome> {
    const failing = new AbortController();
    const ending = AbortSignal.any([stop, failing.signal]);
    const submitting = this.#submit(ending).catch((error: unknown) => {
      failing.abort(error);
    });
    const watching = this.#watch(ending).catch((error: unknown) => {
      failing.abort(error);
    });
    await Promise.all([submitting, watching]);
    if (failing.signal.aborted) throw failing.signal.reason;
    if (!stop.aborted) this.#book.settle();
    const ended = stop.aborted ? 'stopped' : 'over';
    return { schedule: this.#book.finish('slurm'), book: this.#book, began: this.#time.began, ended };
  }

  /** One after the other, in the order of the workload: Slurm ranks equal jobs by the order in which they came. */
  async #submit(ending: AbortSignal): Promise<void> {
    const { workload } = this.#plan;
    const { clock } = this.#commands;
    for (let job = 0; job < workload.count && !ending.aborted;) {
      const wait = this.#time.byClock(workload.submit[job] - this.#time.now());
      if (wait > 0) await clock.sleep(Math.min(wait, PAUSE), ending);
      else if (await this.#submitter.submit(job, ending)) job++;
      // It may be there all the same: it is not sent again before it was looked for.
      else while (!ending.aborted && !(await this.#look())) await clock.sleep(this.#backoff.next(), ending);
    }
  }

  async #watch(ending: AbortSignal): Promise<void> {
    const { clock } = this.#commands;
    while (!ending.aborted) {
      const pause = (await this.#look()) ? this.#plan.poll : this.#backoff.next();
      if (this.#isOver()) return;
      await clock.sleep(pause, ending);
    }
    // What has happened since is no longer known once its jobs are cancelled.
    await this.#look();
  }

  #isOver(): boolean {
    const { over, isStuck } = this.#book;
    return over === this.#plan.workload.count || isStuck;
  }

  /** Whether anything was heard. */
  async #look(): Promise<boolean> {
    const { clock } = this.#commands;
    const answer = await this.#commands.run('scontrol', ['-o', '-d', 'show', 'job']);
    if (answer.code === 0) {
      this.#heard = clock.now();
      if (this.#wasSilent) this.#plan.say('slurmctld is heard again');
      this.#wasSilent = false;
      this.#backoff.reset();
      this.#book.see(readSights(answer.stdout, this.#plan.run));
      const doubles = this.#book.takeDoubles();
      if (doubles.length > 0) {
        this.#plan.say(`cancelled, as they came twice by a lost answer: jobs ${doubles.join(', ')} of Slurm`);
        await this.#commands.run('scancel', doubles);
      }
      return true;
    }
    if (!this.#wasSilent) this.#plan.say(`slurmctld is not heard: ${saying(answer)}`);
    this.#wasSilent = true;
    if (clock.now() - this.#heard > SILENCE) {
      throw new LiveTrouble(saying(answer), 'scontrol show job', 'is slurmctld up? look at its log; the run is given up');
    }
    return false;
  }
}
