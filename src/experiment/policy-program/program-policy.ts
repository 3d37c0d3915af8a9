import { InputError, usageError } from '../../errors.ts';
import type { Cycle, Policy, PolicySetup, WhatIf } from '../../policy.ts';
import { clusterFacts } from './cluster-facts.ts';
import { carryOut, Refusal } from './decisions.ts';
import { finite, jobFacts } from './job-facts.ts';
import { Conversation } from './lines.ts';
import type { Message } from './lines.ts';
import { Program } from './program.ts';
import type { Command } from './program.ts';
import { reply } from './questions.ts';

/** The version of the protocol; a program may look at it. */
export const PROTOCOL = 1;
/** The parameter that is ours, and not handed on. */
export const ANSWER_WITHIN = 'answer-within';

/** So many questions may be asked at one instant, and so many more for each job that waits or runs [count]. */
const MOST_QUESTIONS = 10_000;
const MOST_QUESTIONS_A_JOB = 100;
const ENOUGH = `an answer without "ask" ends the instant; ${MOST_QUESTIONS} questions and ${MOST_QUESTIONS_A_JOB} for each job are allowed`;

/** A policy that is a program of its own: one message an instant, what has happened in, what is decided out. */
export class ProgramPolicy implements Policy {
  readonly #path: string;
  readonly #setup: PolicySetup;
  readonly #program: Program;
  readonly #conversation: Conversation;
  /** Jobs that the program has been told of; others it must not name. */
  readonly #known = new Set<number>();
  /** Jobs that it takes to be waiting. */
  readonly #waiting = new Set<number>();
  /** Started since it was last told [job]. */
  readonly #started: number[] = [];

  constructor(command: Command, setup: PolicySetup) {
    this.#path = command.path;
    this.#setup = setup;
    this.#program = new Program(command, Number(setup.parameters[ANSWER_WITHIN]));
    this.#conversation = new Conversation(this.#program, command.path);
    const { [ANSWER_WITHIN]: _, ...parameters } = setup.parameters;
    this.#whileItLives(() =>
      this.#conversation.ask('begin', {
        protocol: PROTOCOL,
        parameters,
        files: setup.files,
        seed: setup.random.integer(2 ** 32),
        origin_ms: setup.jobs.origin,
        cluster: clusterFacts(setup.cluster),
      }),
    );
  }

  schedule(cycle: Cycle): void {
    this.#whileItLives(() => this.#talk(cycle));
  }

  close(): void {
    this.#program.close('{"type":"end"}');
  }

  #talk(cycle: Cycle): void {
    let beside: WhatIf | undefined;
    let type = 'cycle';
    let facts = this.#events(cycle);
    const most = MOST_QUESTIONS + MOST_QUESTIONS_A_JOB * (cycle.pending.size + cycle.running.size);
    for (let asked = 0; ; asked++) {
      if (asked > most)
        throw this.#mistake(new Refusal(`it asks on and on: ${asked} questions at one instant`, ENOUGH), cycle.now);
      const answer = this.#conversation.ask(type, facts);
      const question = this.#heed(answer, cycle, beside);
      if (question === undefined) return;
      beside = question.beside ?? beside;
      type = 'answer';
      facts = { started: this.#startedFacts(cycle), ...question.facts };
    }
  }

  /** Carries out the decisions, and answers the question if there is one. */
  #heed({ decisions, ask }: Message, cycle: Cycle, beside: WhatIf | undefined) {
    const occasion = {
      cycle,
      beside,
      isKnown: (job: number) => this.#known.has(job),
      started: (job: number) => {
        this.#started.push(job);
        this.#waiting.delete(job);
      },
    };
    try {
      carryOut(decisions, occasion);
      return ask === undefined ? undefined : reply(ask, occasion);
    } catch (error) {
      throw error instanceof Refusal ? this.#mistake(error, cycle.now) : error;
    }
  }

  /** What has happened since the last cycle. Lists that are empty are left out. */
  #events(cycle: Cycle): object {
    const { now, free, changed } = cycle;
    const started = this.#startedFacts(cycle);
    const fresh = changed.submitted.filter((job) => !this.#known.has(job));
    const requeued = changed.submitted.filter((job) => this.#known.has(job) && cycle.pending.has(job));
    for (const job of fresh) this.#known.add(job);
    for (const { job } of changed.adopted) this.#known.add(job);
    for (const job of changed.submitted) if (cycle.pending.has(job)) this.#waiting.add(job);
    return {
      now_ms: now,
      free_procs: free.procs,
      started,
      ended: some(changed.ended),
      evicted: some(changed.evicted),
      nodes: some(changed.turns.map(({ node, up }) => ({ node, up }))),
      adopted: some(changed.adopted.map((task) => ({ ...task, facts: jobFacts(this.#setup.jobs, task.job) }))),
      requeued: some(requeued),
      submitted: some(fresh.map((job) => jobFacts(this.#setup.jobs, job))),
      withdrawn: some(this.#withdrawn(cycle)),
    };
  }

  /** Jobs that have left the queue by themselves; mostly their number tells that there are none. */
  #withdrawn({ pending, running }: Cycle): number[] {
    if (this.#waiting.size === pending.size) return [];
    const gone: number[] = [];
    for (const job of this.#waiting) {
      if (pending.has(job)) continue;
      this.#waiting.delete(job);
      // One that was placed task by task runs once all are there.
      if (running.has(job)) this.#started.push(job);
      else gone.push(job);
    }
    return gone;
  }

  /** When the runs began that the program has asked for, and when they are sure to be over. */
  #startedFacts({ running }: Cycle): readonly object[] | undefined {
    const facts = this.#started.map((job) => ({
      job,
      start_ms: running.has(job) ? running.startOf(job) : undefined,
      expected_end_ms: running.has(job) ? finite(running.expectedEnd(job)) : undefined,
    }));
    this.#started.length = 0;
    return some(facts);
  }

  #mistake({ message, hint = 'the decisions that there are stand in clients/PROTOCOL.md' }: Refusal, now: number): InputError {
    const seconds = (this.#setup.jobs.origin + now) / 1000;
    return usageError(`${message}\n  at ${now} ms, which is ${seconds} s of the trace`, this.#path, hint);
  }

  /** A program that cannot be understood is not asked again. */
  #whileItLives<Result>(talk: () => Result): Result {
    try {
      return talk();
    } catch (error) {
      this.#program.kill();
      throw error;
    }
  }
}

function some<Entry>(list: readonly Entry[]): readonly Entry[] | undefined {
  return list.length === 0 ? undefined : list;
}
