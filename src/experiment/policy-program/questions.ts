/** Answers what a program asks before it decides. */
import type { Cycle, Room, WhatIf } from '../../policy.ts';
import { besideOf, jobOf, jobsOf, Refusal } from './decisions.ts';
import type { Occasion } from './decisions.ts';
import { finite } from './job-facts.ts';
import { isObject } from './lines.ts';
import type { Message } from './lines.ts';

export interface Reply {
  readonly facts: object;
  /** What is left beside the job that was asked for. */
  readonly beside?: WhatIf;
}

/** `question`: what stands in "ask". An empty one only asks what has come of the decisions. */
export function reply(question: unknown, occasion: Occasion): Reply {
  if (!isObject(question)) throw new Refusal(`"ask" is ${JSON.stringify(question)}: give an object`);
  try {
    if (question.when_fits !== undefined) return whenFits(question, occasion);
    return { facts: question.fits === undefined ? {} : fits(question, occasion) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Refusal(`its question ${JSON.stringify(question)} has no answer: ${error.message}`);
  }
}

/** Of each job alone whether it fits, beside what is taken, and in what is given back. */
function fits(question: Message, { cycle, isKnown, beside }: Occasion): object {
  const jobs = jobsOf(question.fits, isKnown);
  const room = imagined(cycle, question, isKnown);
  const within = question.beside_reservation === true ? besideOf(beside) : undefined;
  return { fits: jobs.map((job) => room.fits(job, within)) };
}

function imagined(cycle: Cycle, { given_back: given = [], taken = [] }: Message, isKnown: Occasion['isKnown']): Room {
  const [leaving, coming] = [jobsOf(given, isKnown), jobsOf(taken, isKnown)];
  if (leaving.length + coming.length === 0) return cycle.free;
  const room = cycle.free.copy();
  for (const job of leaving) {
    if (!cycle.running.has(job)) throw new Refusal(`job ${job} holds nothing that it could give back`);
    room.give(job);
  }
  for (const job of coming) room.take(job);
  return room;
}

function whenFits(question: Message, { cycle, isKnown }: Occasion): Reply {
  const { time, extra } = cycle.running.whenFits(jobOf(question.when_fits, isKnown));
  return { facts: { time_ms: finite(time) }, beside: extra };
}
