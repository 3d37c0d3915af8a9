/** What is expected, beside what was found. They agree if they are the same when written as JSON. */
export interface Comparison {
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Thrown for a vector that needs what is not modelled. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}
