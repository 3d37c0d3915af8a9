/** The lines that pass between yardmaster and a program: one JSON object each. */
import { usageError } from '../../errors.ts';
import { shown } from './program.ts';
import type { Program } from './program.ts';

export type Message = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Numbers what is sent, and checks that what comes back answers it. */
export class Conversation {
  readonly #program: Program;
  readonly #path: string;
  #number = 0;

  constructor(program: Program, path: string) {
    this.#program = program;
    this.#path = path;
  }

  ask(type: string, facts: object): Message {
    const n = ++this.#number;
    return this.#read(this.#program.ask(JSON.stringify({ n, type, ...facts })), n);
  }

  #read(line: string, n: number): Message {
    let answer: unknown;
    try {
      answer = JSON.parse(line);
    } catch (error) {
      const problem = `the program wrote what is no JSON: ${shown(line)}\n  ${(error as Error).message}`;
      throw usageError(problem, this.#path, 'write messages for people to standard error; one line of JSON answers each line');
    }
    if (!isObject(answer)) {
      throw usageError(`the program answered ${shown(line)}`, this.#path, 'an answer is a JSON object');
    }
    if (answer.n !== n) {
      const problem = `the program answered message ${JSON.stringify(answer.n)} when it was asked message ${n}: ${shown(line)}`;
      throw usageError(problem, this.#path, 'answer each line once, with its "n"');
    }
    return answer;
  }
}
