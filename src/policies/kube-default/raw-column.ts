/** The raw scores of one plugin for the pods of one class, by row. Most plugins say the same of all nodes mostly. */
import { addNormalized, normalize } from './score-run.ts';
import type { NodeScorer } from './plugin.ts';

export class RawColumn {
  readonly plugin: string;
  readonly weight: number;
  readonly readsNodeOnly: boolean;
  readonly #scorer: NodeScorer;
  readonly #scores: Float64Array;
  /** All scores that were worked out so far are equal. */
  #uniform = true;
  #first = NaN;
  /** What each node gets while they are, weighted. */
  #constant = 0;

  constructor(plugin: string, scorer: NodeScorer, weight: number, rows: number, readsNodeOnly: boolean) {
    this.plugin = plugin;
    this.weight = weight;
    this.readsNodeOnly = readsNodeOnly;
    this.#scorer = scorer;
    this.#scores = new Float64Array(rows);
  }

  judge(row: number): void {
    const score = this.#scorer.score(row);
    this.#scores[row] = score;
    if (Number.isNaN(this.#first)) this.#begin(score, row);
    else if (score !== this.#first) this.#uniform = false;
  }

  /** What every node gets, weighted; undefined if that depends on the node. */
  get constant(): number | undefined {
    return this.#uniform ? this.#constant : undefined;
  }

  /** Adds what the rows get, weighted, to their totals. `scratch` is as long as `totals`. */
  addTo(totals: Float64Array, rows: Int32Array, scratch: Float64Array): void {
    for (let i = 0; i < rows.length; i++) scratch[i] = this.#scores[rows[i]];
    addNormalized(this.plugin, this.#scorer, this.weight, scratch, rows, totals);
  }

  #begin(score: number, row: number): void {
    this.#first = score;
    const one = Float64Array.of(score);
    normalize(this.plugin, this.#scorer, one, [row]);
    this.#constant = this.weight * one[0];
  }
}
