/** What is known of the nodes for one request. */
export interface NodeScores {
  readonly score: Float64Array;
  readonly tie: Float64Array;
  /** What `NodeRoom.stamp` said when the two were worked out; NaN = never. */
  readonly stamp: Float64Array;
}

/** Numbers that are kept at most, over all requests and nodes: beyond, all is forgotten. */
const MOST = 2 ** 23;

/** Scores of nodes by request, for as long as a node does not change. */
export class ScoreTable {
  readonly #nodes: number;
  #scores: (NodeScores | undefined)[] = [];
  #kept = 0;

  constructor(nodes: number) {
    this.#nodes = nodes;
  }

  open(request: number): NodeScores {
    const known = this.#scores[request];
    if (known !== undefined) return known;
    this.#kept += 3 * this.#nodes;
    if (this.#kept > MOST) {
      this.#scores = [];
      this.#kept = 3 * this.#nodes;
    }
    const nodes = this.#nodes;
    const scores = {
      score: new Float64Array(nodes),
      tie: new Float64Array(nodes),
      stamp: new Float64Array(nodes).fill(NaN),
    };
    this.#scores[request] = scores;
    return scores;
  }
}
