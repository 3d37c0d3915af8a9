/** What jobs of one kind were told of some nodes: as long as the same jobs run, it is the same, but for the time of day. */
import type { Allocation } from './allocation.ts';
import { Attempts } from './attempts.ts';
import { ByNodes } from './by-nodes.ts';
import type { NodeSet } from './node-set.ts';
import type { Opening, OpeningSearch } from './opening-search.ts';
import type { Timeline } from './timeline.ts';

/** What stands behind the timeline holds for that one. */
export interface Answer {
  readonly nodes: NodeSet;
  readonly attempts: Attempts;
  /** What was tried with those gone that it may preempt, and then others. */
  instead: Attempts;
  candidates: readonly Allocation[] | undefined;
  /** Whether it could fit if nobody else were there; absent if nobody has asked. */
  mayEverFit: boolean | undefined;
  timeline: Timeline | undefined;
  /** Whether it was found to fit nowhere at once; jobs that did fit are not remembered, as their start ends what is known. */
  isFull: boolean;
  /** If it was found. */
  opening: Opening | undefined;
  /** If it was not, where to look on. */
  search: OpeningSearch | undefined;
  /** No job that it could wait for ends before this time [Unix ms]; Infinity = waiting is of no use at all. */
  notBefore: number;
}

export class Forecasts {
  readonly #answers = new ByNodes<Answer>(unknown);

  /** What is known of jobs of this kind on these nodes: to be filled in. */
  of(timeline: Timeline, kind: number, nodes: NodeSet): Answer {
    const answer = this.#answers.of(kind, nodes);
    renew(answer, timeline);
    return answer;
  }
}

/** Forgets what was true of another timeline. */
export function renew(answer: Answer, timeline: Timeline): void {
  if (answer.timeline === timeline) return;
  answer.timeline = timeline;
  answer.isFull = false;
  answer.opening = undefined;
  answer.search = undefined;
  answer.notBefore = -Infinity;
}

function unknown(nodes: NodeSet): Answer {
  return {
    nodes,
    attempts: new Attempts(),
    instead: new Attempts(),
    candidates: undefined,
    mayEverFit: undefined,
    timeline: undefined,
    isFull: false,
    opening: undefined,
    search: undefined,
    notBefore: -Infinity,
  };
}
