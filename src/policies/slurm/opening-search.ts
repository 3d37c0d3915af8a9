/**
 * After whose end a job fits: running jobs are let go in groups that end close together, and it is tried after each group.
 * Source: Slurm 22.05, src/plugins/select/cons_common/job_test.c, _will_run_test.
 */
import type { EndOrder } from './end-order.ts';
import type { NodeSet } from './node-set.ts';
import type { Allocation } from './running.ts';
import type { Share } from './share.ts';

const FIRST_WINDOW = 30_000;
/** Jobs that are let go at once; more of them go all the same, before there is a test. */
const MOST_AT_ONCE = 202;

/** Where the job fits when this running job, the last one that it waits for, is gone. */
export interface Opening {
  readonly last: Allocation;
  readonly shares: readonly Share[];
}

export class OpeningSearch {
  readonly order: EndOrder;
  readonly #candidates: NodeSet;
  /** bf_window_linear [ms]; 0 = windows double. */
  readonly #linear: number;
  #window = FIRST_WINDOW;
  #barrier = NaN;
  /** Jobs that are gone [count]; of the others, those on other nodes make no difference. */
  #gone = 0;
  /** The last of the jobs that are gone, if it was not tried without them yet; -1 = it was. */
  #last = -1;
  #found: Opening | undefined;
  /** Nobody is left who could make room. */
  #isOver = false;

  constructor(order: EndOrder, candidates: NodeSet, linear: number) {
    this.order = order;
    this.#candidates = candidates;
    this.#linear = linear;
  }

  /**
   * Goes on where it stopped; what was found once is answered again, even if it is later than this. If those that end in time
   * do not let it in, it answers when the next ones end [Unix ms]; Infinity if none does. `choose`: what it would get when so
   * many jobs are gone.
   */
  upTo(latest: number, choose: (gone: number) => readonly Share[] | undefined): Opening | number {
    if (this.#found !== undefined) return this.#found;
    for (;;) {
      if (this.#last < 0 && !this.#isOver) this.#letGo();
      if (this.#last < 0) {
        this.#isOver = true;
        return Infinity;
      }
      const last = this.order.jobs[this.#last];
      if (last.end > latest) return last.end;
      this.#last = -1;
      this.#widen();
      const shares = choose(this.#gone);
      if (shares !== undefined) return (this.#found = { last, shares });
    }
  }

  /** A group is over with the first job on these nodes behind which the next one, wherever it runs, ends too late. */
  #letGo(): void {
    const nodes = this.#candidates;
    const order = this.order;
    const count = order.jobs.length;
    const begun = this.#gone;
    if (Number.isNaN(this.#barrier)) {
      const first = order.firstOn(nodes, 0);
      if (first === count) return;
      // Windows begin at a multiple of 30 s, so that one cycle cuts them like another.
      const { end } = order.jobs[first];
      this.#barrier = end + (FIRST_WINDOW - (end % FIRST_WINDOW));
    }
    const edge = Math.max(begun, order.firstAfter(this.#barrier + this.#window) - 1);
    const last = order.firstOn(nodes, edge);
    this.#last = last < count ? last : this.#lastOfAll(edge);
    this.#gone = Math.min(last + 1, count);
  }

  /**
   * The last job on these nodes, if none is behind `edge` [index]; -1 if there is none. If so many are left as go at once,
   * they go without a test, and Slurm looks in vain for more of them before it makes one.
   */
  #lastOfAll(edge: number): number {
    let last = -1;
    let left = 0;
    for (let index = this.#gone; index < edge; index++) {
      if (!this.order.overlaps(index, this.#candidates)) continue;
      last = index;
      left++;
    }
    return left % MOST_AT_ONCE === 0 ? -1 : last;
  }

  #widen(): void {
    const { jobs } = this.order;
    do this.#window = this.#linear > 0 ? this.#window + this.#linear : this.#window * 2;
    while (this.#gone < jobs.length && jobs[this.#gone].end > this.#barrier + this.#window);
  }
}
