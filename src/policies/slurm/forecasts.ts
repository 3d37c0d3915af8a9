/** What jobs of one kind were told of some nodes: as long as the same jobs run, it is the same, but for the time of day. */
import type { Allocation } from './allocation.ts';
import { Attempts } from './attempts.ts';
import { ByNodes } from './by-nodes.ts';
import type { NodeSet } from './node-set.ts';
import type { OpeningSearch } from './opening-search.ts';
import type { Timeline } from './timeline.ts';

/** What stands behind the timeline holds for that one. */
export interface Answer {
  readonly nodes: NodeSet;
  readonly attempts: Attempts;
  /** Whether it could fit if nobody else were there; absent if nobody has asked. */
  mayEverFit: boolean | undefined;
  /** If it may preempt some of those that run: when they are gone. */
  instead: Instead | undefined;
  timeline: Timeline | undefined;
  /** Whether it was found to fit nowhere at once; jobs that did fit are not remembered, as their start ends what is known. */
  isFull: boolean;
  /** After whose end it fits, as far as that was looked for. */
  search: OpeningSearch | undefined;
}

/** The same for jobs that may preempt these ones. */
export interface Instead {
  readonly candidates: readonly Allocation[];
  readonly attempts: Attempts;
  /** Among the others. */
  search: OpeningSearch | undefined;
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
  answer.search = undefined;
}

/** What is known if these jobs are gone. */
export function insteadOf(answer: Answer, candidates: readonly Allocation[]): Instead {
  if (answer.instead?.candidates === candidates) return answer.instead;
  return (answer.instead = { candidates, attempts: new Attempts(), search: undefined });
}

function unknown(nodes: NodeSet): Answer {
  return {
    nodes,
    attempts: new Attempts(),
    mayEverFit: undefined,
    instead: undefined,
    timeline: undefined,
    isFull: false,
    search: undefined,
  };
}
