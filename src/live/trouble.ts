/**
 * Trouble with a live cluster that is no mistake in what the user gave us: a program that ends, an API server that does
 * not answer. Shown bare, as an `InputError` is; the command line turns it into exit code 5.
 */
export class LiveTrouble extends Error {
  override readonly name = 'LiveTrouble';
  /** What is wrong, with what was found. */
  readonly problem: string;
  /** Where: a program, an address, an object. */
  readonly where: string;
  /** What the user can do about it. */
  readonly hint: string;

  constructor(problem: string, where: string, hint: string) {
    super(`${where}: ${problem}\n  hint: ${hint}`);
    this.problem = problem;
    this.where = where;
    this.hint = hint;
  }
}
