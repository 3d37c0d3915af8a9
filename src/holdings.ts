/** What runs held and when: the one way in which everything that adds up what jobs held finds it. */
/** Stretches of time [from, until) of jobs, as columns [ms]. A job may have none, one or several. */
export interface Spans {
  readonly count: number;
  readonly job: ArrayLike<number>;
  readonly from: Float64Array;
  readonly until: Float64Array;
  /** What each held [row of `Schedule.holdings`]; -1 = what its job asks for. Absent if all did. */
  readonly holding?: Int32Array;
  /** Of pieces: which row was cut into them; absent if none was cut. */
  readonly piece?: Int32Array;
}

/** When the jobs of rows came to hold what these say, as in `Schedule.holdings`. */
export interface ChangeTimes {
  readonly job: ArrayLike<number>;
  readonly time: ArrayLike<number>;
}

/** How much a span counts for. */
export interface Amount {
  /** What the job asks for. */
  readonly ofJob: ArrayLike<number>;
  /** By the rows of `Schedule.holdings`; absent where nobody held anything else. */
  readonly ofHolding?: ArrayLike<number>;
}

/** That of a row of spans. */
export function amountOf({ ofJob, ofHolding }: Amount, { job, holding }: Pick<Spans, 'job' | 'holding'>, row: number): number {
  if (holding === undefined || ofHolding === undefined || holding[row] < 0) return ofJob[job[row]];
  return ofHolding[holding[row]];
}

/**
 * The same spans in pieces, within each of which the job held the same. Spans begin with runs of their jobs, and end with them or
 * earlier; rows without length, or with a NaN, are left out.
 */
export function piecesOf(spans: Spans, holdings: ChangeTimes | undefined): Spans {
  if (holdings === undefined || holdings.job.length === 0) return spans;
  const changes = rowsOfJobs(holdings.job);
  const [from, until, holding, piece] = [[] as number[], [] as number[], [] as number[], [] as number[]];
  const add = (row: number, begins: number, ends: number, held: number) => {
    if (!(ends > begins)) return;
    from.push(begins);
    until.push(ends);
    holding.push(held);
    piece.push(row);
  };
  for (let row = 0; row < spans.count; row++) {
    let [begins, held] = [spans.from[row], -1];
    for (const change of changes.get(spans.job[row]) ?? []) {
      const time = holdings.time[change];
      // What an earlier run held says nothing of this one.
      if (!(time >= spans.from[row] && time < spans.until[row])) continue;
      add(row, begins, time, held);
      [begins, held] = [time, change];
    }
    add(row, begins, spans.until[row], held);
  }
  return {
    count: piece.length,
    job: Int32Array.from(piece, (row) => spans.job[row]),
    from: Float64Array.from(from),
    until: Float64Array.from(until),
    holding: Int32Array.from(holding),
    piece: Int32Array.from(piece),
  };
}

/** The rows of each job that has any, in their order. */
export function rowsOfJobs(job: ArrayLike<number>, count = job.length): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (let row = 0; row < count; row++) {
    const own = rows.get(job[row]);
    if (own === undefined) rows.set(job[row], [row]);
    else own.push(row);
  }
  return rows;
}
