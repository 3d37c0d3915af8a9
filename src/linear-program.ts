/**
 * Linear programs, some of whose variables may have to be whole, and the solver that policies get for them: HiGHS, compiled to
 * WebAssembly (npm `highs`). Same program, same answer: it has one thread and draws nothing by chance that is not seeded.
 */
import type { Highs, Model, ModelData } from 'highs';
import { importModule } from './import-module.ts';

/** Maximise the sum of `gain` times the variables, which are at least 0, so that every row is within its bounds. */
export class LinearProgram {
  readonly gains: number[] = [];
  readonly mosts: number[] = [];
  /** Variables that must be whole [index]. */
  readonly whole: number[] = [];
  /** Where variables must be whole: how far from the best sum an answer may be, against it [ratio]. */
  readonly gap: number;
  readonly rowLeast: number[] = [];
  readonly rowMost: number[] = [];
  /** Of each row: where its entries begin; one more than there are rows. */
  readonly starts: number[] = [0];
  readonly columns: number[] = [];
  readonly values: number[] = [];

  constructor({ gap = 0 }: { readonly gap?: number } = {}) {
    this.gap = gap;
  }

  /** Adds a variable, at most so large. Answers its index. */
  variable(gain: number, most = Infinity): number {
    this.mosts.push(most);
    return this.gains.push(gain) - 1;
  }

  /** The same for one that is 0 or 1. */
  choice(gain: number): number {
    const index = this.variable(gain, 1);
    this.whole.push(index);
    return index;
  }

  /** Adds a row over these variables. A coefficient of 0 need not be given. */
  row(least: number, most: number, columns: readonly number[], values: readonly number[]): void {
    this.rowLeast.push(least);
    this.rowMost.push(most);
    this.columns.push(...columns);
    this.values.push(...values);
    this.starts.push(this.columns.length);
  }
}

/** Which of several answers that are equally good. */
export type Answer =
  /** One at a corner, where as many variables as can be are at a bound. */
  | 'corner'
  /** One amidst all of them, as interior-point methods end: what is left over is spread. Not for whole variables. */
  | 'amidst';

export interface LinearSolver {
  /** The variables; undefined if no values of them keep the bounds, or if none is the best. */
  solve(program: LinearProgram, answer?: Answer): Float64Array | undefined;
}

let loaded: Promise<LinearSolver> | undefined;
let ready: LinearSolver | undefined;

/** Loads the solver, once. Takes a fifth of a second. */
export async function loadLinearSolver(): Promise<LinearSolver> {
  ready = await (loaded ??= load());
  return ready;
}

/** The solver, which has been loaded. */
export function linearSolver(): LinearSolver {
  if (ready === undefined) throw new Error('the solver has not been loaded: call the `load` of the policy first');
  return ready;
}

async function load(): Promise<LinearSolver> {
  const { default: start } = (await importModule('highs')) as typeof import('highs');
  const highs = await start();
  // The first run of an instance takes several times as long as those that follow: each is kept, and cleared between programs.
  const corner = highs.createModel();
  corner.options.set({ output_flag: false });
  const amidst = highs.createModel();
  // What presolving leaves out is not amidst, and cannot be told for sure without a corner.
  amidst.options.set({ output_flag: false, solver: 'ipm', run_crossover: 'off', presolve: 'off' });
  return {
    solve: (program, answer = 'corner') => {
      const data = dataOf(program, highs);
      corner.options.set({ mip_rel_gap: program.gap });
      return (answer === 'amidst' ? run(amidst, data, highs) : undefined) ?? run(corner, data, highs);
    },
  };
}

function dataOf(program: LinearProgram, { constants, infinity }: Highs): ModelData {
  const { gains, mosts, whole, rowLeast, rowMost, starts, columns, values } = program;
  const numCols = gains.length;
  const numRows = rowLeast.length;
  const integrality = new Int32Array(numCols);
  for (const index of whole) integrality[index] = constants.variableType.integer;
  const bound = (value: number) => (value === Infinity ? infinity : value === -Infinity ? -infinity : value);
  return {
    numCols,
    numRows,
    sense: constants.objectiveSense.maximize,
    colCost: gains,
    colLower: new Float64Array(numCols),
    colUpper: mosts.map(bound),
    rowLower: rowLeast.map(bound),
    rowUpper: rowMost.map(bound),
    matrix: { format: 'csr' as const, numRows, numCols, starts, indices: columns, values },
    ...(whole.length > 0 && { integrality }),
  };
}

/** Undefined if there is no best, or none was found. */
function run(model: Model, program: ModelData, { constants }: Highs): Float64Array | undefined {
  model.clearSolver();
  model.passModel(program);
  model.run();
  return model.getModelStatus() === constants.modelStatus.optimal ? Float64Array.from(model.getSolution().colValue) : undefined;
}
