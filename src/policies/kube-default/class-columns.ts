/**
 * What the plugins of a profile say of each node for the pods of one class, kept from cycle to cycle: a row is judged
 * anew only when its version in the snapshot has changed. Plugins that read the cluster are left out.
 */
import { look } from './filter-run.ts';
import type { FirstLook, NamedCheck } from './filter-run.ts';
import type { FilterPlugin, NodeScorer } from './plugin.ts';
import type { PodInfo } from './pod-info.ts';
import { RawColumn } from './raw-column.ts';
import type { WeightedPlugin } from './score-run.ts';
import type { Snapshot } from './snapshot.ts';
import { SUCCESS } from './status.ts';
import { PASS } from './verdict-table.ts';
import type { VerdictTable } from './verdict-table.ts';

interface WeightedScorer {
  readonly weight: number;
  readonly scorer: NodeScorer;
}

export class ClassColumns {
  /** How many rows there is room for. With more, the plugins' own columns are others, too. */
  readonly rows: number;
  /** What the filters said of the class, up to the first that reads the cluster. */
  readonly known: FirstLook;
  /** By row, where it is fresh: the number of the verdict. */
  readonly verdicts: Int32Array;
  /** By row, where it is fresh and the verdict is a pass: the weighted sum of the scores that need no normalising. */
  readonly sums: Float64Array;
  /** By row: the version of the snapshot that the row was judged at. */
  readonly judged: Float64Array;
  /** The scores that need it. */
  readonly raw: readonly RawColumn[];
  /** By row: the same for what is read from the node object alone. */
  readonly #nodeJudged: Float64Array;
  readonly #nodeVerdicts: Int32Array;
  readonly #nodeSums: Float64Array;
  readonly #nodeChecks: NamedCheck[] = [];
  readonly #podChecks: NamedCheck[] = [];
  readonly #nodeScorers: WeightedScorer[] = [];
  readonly #podScorers: WeightedScorer[] = [];
  readonly #snapshot: Snapshot;
  readonly #table: VerdictTable;
  readonly #readsImages: boolean;
  #imageVersion: number;

  constructor(
    pod: PodInfo,
    snapshot: Snapshot,
    filters: readonly FilterPlugin[],
    scores: readonly WeightedPlugin[],
    table: VerdictTable,
  ) {
    this.#snapshot = snapshot;
    this.#table = table;
    this.rows = snapshot.versions.length;
    this.verdicts = new Int32Array(this.rows);
    this.sums = new Float64Array(this.rows);
    this.judged = new Float64Array(this.rows);
    this.#nodeJudged = new Float64Array(this.rows);
    this.#nodeVerdicts = new Int32Array(this.rows);
    this.#nodeSums = new Float64Array(this.rows);
    this.known = this.#askFilters(filters, pod);
    this.raw = this.#askScores(scores, pod);
    this.#readsImages = scores.some(({ plugin }) => plugin.scoreReads === 'nodes');
    this.#imageVersion = snapshot.imageVersion;
  }

  /** [B] */
  get bytes(): number {
    return this.rows * (2 * 4 + (4 + this.raw.length) * 8) + 2000;
  }

  /** To be called before a cycle reads the columns. */
  prepare(): void {
    if (!this.#readsImages || this.#imageVersion === this.#snapshot.imageVersion) return;
    this.#imageVersion = this.#snapshot.imageVersion;
    this.#nodeJudged.fill(0);
    this.judged.fill(0);
  }

  /** Judges a row anew. */
  judge(row: number): void {
    const snapshot = this.#snapshot;
    if (this.#nodeJudged[row] !== snapshot.nodeVersions[row]) this.#judgeNode(row);
    let verdict = this.#nodeVerdicts[row];
    if (verdict === PASS) verdict = this.#firstObjection(this.#podChecks, row);
    this.verdicts[row] = verdict;
    if (verdict === PASS) {
      this.sums[row] = this.#nodeSums[row] + sumOf(this.#podScorers, row);
      for (let i = 0; i < this.raw.length; i++) if (!this.raw[i].readsNodeOnly) this.raw[i].judge(row);
    }
    this.judged[row] = snapshot.versions[row];
  }

  #judgeNode(row: number): void {
    const verdict = this.#firstObjection(this.#nodeChecks, row);
    this.#nodeVerdicts[row] = verdict;
    if (verdict === PASS) {
      this.#nodeSums[row] = sumOf(this.#nodeScorers, row);
      for (let i = 0; i < this.raw.length; i++) if (this.raw[i].readsNodeOnly) this.raw[i].judge(row);
    }
    this.#nodeJudged[row] = this.#snapshot.nodeVersions[row];
  }

  #firstObjection(checks: readonly NamedCheck[], row: number): number {
    for (let i = 0; i < checks.length; i++) {
      const { name, check } = checks[i];
      const status = check.filter(row);
      if (status !== SUCCESS && status.code !== 'Success') return this.#table.numberOfStatus(name, status);
    }
    return PASS;
  }

  #askFilters(filters: readonly FilterPlugin[], pod: PodInfo): FirstLook {
    const first = filters.findIndex(({ filterReads }) => filterReads === 'cluster');
    const known = look(filters, pod, this.#snapshot, undefined, first < 0 ? filters.length : first);
    const readsNodeOnly = new Set(filters.filter(({ filterReads }) => filterReads === 'node').map(({ name }) => name));
    for (const check of known.checks) {
      // The first that objects decides, so what reads the node alone waits for what stands before it.
      const early = readsNodeOnly.has(check.name) && this.#podChecks.length === 0;
      (early ? this.#nodeChecks : this.#podChecks).push(check);
    }
    return known;
  }

  #askScores(scores: readonly WeightedPlugin[], pod: PodInfo): RawColumn[] {
    const raw: RawColumn[] = [];
    for (const { plugin, weight } of scores) {
      if (plugin.scoreReads === 'cluster') continue;
      const scorer = plugin.preScore(pod, this.#snapshot, this.#snapshot.order);
      if (scorer === undefined) continue;
      const readsNodeOnly = plugin.scoreReads !== 'pods-of-node';
      if (scorer.normalize !== undefined) raw.push(new RawColumn(plugin.name, scorer, weight, this.rows, readsNodeOnly));
      else (readsNodeOnly ? this.#nodeScorers : this.#podScorers).push({ weight, scorer });
    }
    return raw;
  }
}

function sumOf(scorers: readonly WeightedScorer[], row: number): number {
  let sum = 0;
  for (let i = 0; i < scorers.length; i++) sum += scorers[i].weight * scorers[i].scorer.score(row);
  return sum;
}
