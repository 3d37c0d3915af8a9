import { LinearProgram, linearSolver } from '../../linear-program.ts';

/** A job for which rounds are planned. Times are [ms]. */
export interface WindowJob {
  readonly job: number;
  /** GPUs [count]. */
  readonly width: number;
  /** How long it runs in all, and what of that is done. */
  readonly total: number;
  readonly done: number;
  /** By when it should be over. */
  readonly goal: number;
}

/** What rounds are planned for. Times are [ms]. */
export interface Window {
  readonly now: number;
  readonly jobs: readonly WindowJob[];
  /** [count] */
  readonly gpus: number;
  readonly rounds: number;
  readonly round: number;
  /** What a second costs that the longest job has left after the window. */
  readonly makespanWeight: number;
  /** How far a job may end after its goal [ratio]. */
  readonly mostUnfair: number;
  /** How much more a job that ends too late is worth, as a power of how much too late it is. */
  readonly urgency: number;
  /** How far from the best plan one may be, against it [ratio]. */
  readonly gap: number;
}

export interface RoundCounts {
  /** Of each job, in the order of the window. */
  readonly counts: readonly number[];
  /** What each job is worth [ratio]; 1 unless it ends too late. */
  readonly worth: readonly number[];
}

/** Where the logarithm of progress is exact: between them it is a line. It is that of `NONE` where nothing is done. */
const BASES = [0, 0.2, 0.4, 0.6, 0.8, 1];
const NONE = 1e-6;

/** Of a job that is as good as over but late, that power. */
const LAST_ROUND = 100;
/** A worth beyond which nothing is gained but trouble for the solver. */
const WORTHIEST = 1e6;

/**
 * How many rounds of the window each job gets: the sum of the logarithms of progress is as large as can be, less what the longest
 * rest costs, with every job over by its goal; where that cannot be, late jobs are worth more instead. Rounds are alike in all of
 * this, so that whole numbers of rounds are enough: which they are is another matter (`arrange`). Source: uw-mad-dash/shockwave,
 * scheduler/shockwave.py (`dynamic_eisenberg_gale_scheduling`, `relax_finish_time_constraints`).
 */
export function countRounds(window: Window): RoundCounts {
  const same = window.jobs.map(() => 1);
  const fair = window.jobs.map((one) => leastProgress(window, one));
  // All that a job can get is too little for it: no need to ask the solver.
  const most = window.rounds * window.round;
  if (fair.every((least, at) => least <= Math.min(most, window.jobs[at].total - window.jobs[at].done))) {
    const counts = solve(window, same, fair);
    if (counts !== undefined) return { counts, worth: same };
  }
  const worth = window.jobs.map((one) => worthOf(window, one));
  const none = window.jobs.map(() => 0);
  return { counts: solve(window, worth, none) ?? none, worth };
}

/** What part of its time a job of one GPU would run if so many shared these; one GPU if none is up. The width does not count. */
export function equalShare(gpus: number, jobs: number): number {
  return Math.min(1, Math.max(1, gpus) / jobs);
}

/** How long a job must run in the window so that it is over by its goal with an equal share after it [ms]; Infinity = it cannot. */
function leastProgress(window: Window, { total, done, goal }: WindowJob): number {
  const after = goal * window.mostUnfair - (window.now + window.rounds * window.round);
  return after < 0 ? Infinity : Math.max(0, total - done - after * equalShare(window.gpus, window.jobs.length));
}

function worthOf(window: Window, { total, done, goal }: WindowJob): number {
  const ratio = (window.now + (total - done) / equalShare(window.gpus, window.jobs.length)) / goal;
  if (!(ratio > window.mostUnfair)) return 1;
  return Math.min(WORTHIEST, ratio ** (total - done < window.round ? LAST_ROUND : window.urgency));
}

/** Undefined if some cannot run for as long as they must. Inside, times are rounds. */
function solve(window: Window, worth: readonly number[], least: readonly number[]): number[] | undefined {
  const { jobs, gpus, rounds, round, makespanWeight, gap } = window;
  const program = new LinearProgram({ gap });
  // The mean of the logarithms over jobs and rounds is what counts against the longest rest: all is multiplied by that number.
  const scale = jobs.length * rounds;
  const rest = program.variable((-makespanWeight * scale * round) / 1000);
  const counts = jobs.map(({ width }) => wholeVariable(program, width > gpus ? 0 : rounds));
  jobs.forEach((one, at) => {
    const total = one.total / round;
    const pieces = piecesOf(one).map(({ length, slope }) => program.variable((worth[at] * slope) / total, length * total));
    const ones = pieces.map(() => 1);
    program.row(least[at] / round, Infinity, pieces, ones);
    program.row(-Infinity, 0, [counts[at], ...pieces], [-1, ...ones]);
    program.row(total - one.done / round, Infinity, [rest, ...pieces], [1, ...ones]);
  });
  const widths = jobs.map(({ width }) => width);
  program.row(-Infinity, gpus * rounds, counts, widths);
  const solution = linearSolver().solve(program);
  return solution && counts.map((variable) => Math.round(solution[variable]));
}

function wholeVariable(program: LinearProgram, most: number): number {
  const variable = program.variable(0, most);
  program.whole.push(variable);
  return variable;
}

/** The lines of the logarithm that are ahead of a job. They are ever flatter, so that a solver takes them in their order. */
function piecesOf({ total, done }: WindowJob): { length: number; slope: number }[] {
  const reached = done / total;
  const height = (base: number) => Math.log(base === 0 ? NONE : base);
  return BASES.slice(1).flatMap((end, at) => {
    const length = end - Math.max(BASES[at], reached);
    return length > 0 ? [{ length, slope: (height(end) - height(BASES[at])) / (end - BASES[at]) }] : [];
  });
}
