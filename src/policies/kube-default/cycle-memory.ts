/**
 * What the cycles of one profile on one snapshot share: what is known of each class of pods, and room for lists of
 * nodes that each cycle fills anew.
 */
import { ClassColumns } from './class-columns.ts';
import type { Nominations } from './filter-run.ts';
import { grownFloats, grownInts } from './growing.ts';
import { KeptByClass } from './kept-by-class.ts';
import type { FilterPlugin } from './plugin.ts';
import type { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';
import { addNormalized } from './score-run.ts';
import type { WeightedPlugin } from './score-run.ts';
import type { Snapshot } from './snapshot.ts';
import { VerdictTable } from './verdict-table.ts';

/** Columns of classes may take so much [B]. On 5,000 nodes that is enough for about 250 classes. */
const BUDGET = 64 * 2 ** 20;

export class CycleMemory {
  readonly table = new VerdictTable();
  readonly classes = new KeptByClass<ClassColumns>(BUDGET);
  readonly snapshot: Snapshot;
  readonly #profile: Profile;
  readonly #choosy: readonly FilterPlugin[];
  readonly #scoresByCluster: readonly WeightedPlugin[];
  /** Rows of nodes that pass, rows of those that do not, and the numbers of their verdicts. */
  passed = new Int32Array(0);
  failed = new Int32Array(0);
  verdicts = new Int32Array(0);
  /** For each of those that pass: what a search read of its scores, and then its total. */
  totals = new Float64Array(0);
  /** By row: 1 if pods are nominated there, 0 if not. */
  nominated = new Int32Array(0);
  #nominatedRows: number[] = [];
  #scratch = new Float64Array(0);

  constructor(profile: Profile, snapshot: Snapshot) {
    this.snapshot = snapshot;
    this.#profile = profile;
    this.#choosy = profile.filters.filter(({ isForPodAlone }) => isForPodAlone !== undefined);
    this.#scoresByCluster = profile.scores.filter(({ plugin }) => plugin.scoreReads === 'cluster');
  }

  static of(profile: Profile, snapshot: Snapshot): CycleMemory {
    let bySnapshot = MEMORIES.get(profile);
    if (bySnapshot === undefined) MEMORIES.set(profile, (bySnapshot = new WeakMap()));
    let memory = bySnapshot.get(snapshot);
    if (memory === undefined) bySnapshot.set(snapshot, (memory = new CycleMemory(profile, snapshot)));
    return memory;
  }

  /** What is known of the pod's class, ready to be read. */
  columnsOf(pod: PodInfo): ClassColumns {
    const { filters, scores } = this.#profile;
    const make = () => new ClassColumns(pod, this.snapshot, filters, scores, this.table);
    if (this.#choosy.some(({ isForPodAlone }) => isForPodAlone?.(pod))) return make();
    let columns = this.classes.find(pod.class.id);
    if (columns === undefined || columns.rows !== this.snapshot.versions.length) {
      columns = make();
      this.classes.keep(pod.class.id, columns);
    }
    columns.prepare();
    return columns;
  }

  /** Makes room for all nodes in the lists, and notes where pods are nominated to. */
  begin(nominations: Nominations): void {
    const rows = this.snapshot.versions.length;
    if (this.passed.length < rows) {
      this.passed = grownInts(this.passed, rows);
      this.failed = grownInts(this.failed, rows);
      this.verdicts = grownInts(this.verdicts, rows);
      this.nominated = grownInts(this.nominated, rows);
      this.totals = grownFloats(this.totals, rows);
      this.#scratch = grownFloats(this.#scratch, rows);
    }
    for (const row of this.#nominatedRows) this.nominated[row] = 0;
    this.#nominatedRows = [];
    if (nominations.nodes === undefined) this.#noteNominated(this.snapshot.order);
    else for (const name of nominations.nodes) this.#noteNominated([this.snapshot.rowOf(name) ?? -1]);
  }

  /** The totals of the nodes that passed in the search before, in their order; valid until the next cycle. */
  complete(pod: PodInfo, columns: ClassColumns, rows: Int32Array): Float64Array {
    const totals = this.totals.subarray(0, rows.length);
    const scratch = this.#scratch.subarray(0, rows.length);
    let constant = 0;
    for (const raw of columns.raw) constant += raw.constant ?? 0;
    for (let i = 0; i < totals.length; i++) totals[i] += constant;
    for (const raw of columns.raw) if (raw.constant === undefined) raw.addTo(totals, rows, scratch);
    for (const { plugin, weight } of this.#scoresByCluster) {
      const scorer = plugin.preScore(pod, this.snapshot, rows);
      if (scorer === undefined) continue;
      for (let i = 0; i < rows.length; i++) scratch[i] = scorer.score(rows[i]);
      addNormalized(plugin.name, scorer, weight, scratch, rows, totals);
    }
    return totals;
  }

  #noteNominated(rows: ArrayLike<number>): void {
    for (let i = 0; i < rows.length; i++) {
      if (rows[i] < 0) continue;
      this.nominated[rows[i]] = 1;
      this.#nominatedRows.push(rows[i]);
    }
  }
}

const MEMORIES = new WeakMap<Profile, WeakMap<Snapshot, CycleMemory>>();
