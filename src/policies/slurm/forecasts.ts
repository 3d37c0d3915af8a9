/** What jobs of one kind were told of some nodes: as long as the same jobs run, it is the same, but for the time of day. */
import { ByNodes } from './by-nodes.ts';
import type { NodeSet } from './node-set.ts';
import type { Opening, OpeningSearch } from './opening-search.ts';

export interface Answer {
  readonly nodes: NodeSet;
  /** Whether it was found to fit nowhere at once; jobs that did fit are not remembered, as their start ends what is known. */
  isFull: boolean;
  /** If it was found. */
  opening: Opening | undefined;
  /** If it was not, where to look on. */
  search: OpeningSearch | undefined;
  /** No job that it could wait for ends before this time [Unix ms]; Infinity = waiting is of no use at all. */
  notBefore: number;
}

export class Forecasts extends ByNodes<Answer> {
  constructor() {
    super(unknown);
  }
}

function unknown(nodes: NodeSet): Answer {
  return { nodes, isFull: false, opening: undefined, search: undefined, notBefore: -Infinity };
}
