/** A process that is asked line by line and answers line by line, without an event loop. */
import { closeSync } from 'node:fs';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { usageError } from '../../errors.ts';
import type { InputError } from '../../errors.ts';
import { formatDuration } from '../../units.ts';
import { LineReader, LineTooLong, openPipes, writeAll } from './pipe.ts';
import { ENDING, NO_ANSWER, OVER, PROCESS, STARTED, STARTING, STATE, TURN, watcherScript } from './watcher.ts';
import type { Fate, Watch } from './watcher.ts';

/** How a program is run. */
export interface Command {
  /** The file that the user named. */
  readonly path: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Where Python finds the client. */
  readonly searchPath: string;
}

/** Longest time until a process runs or, once killed, is gone [ms]. */
const LONGEST_START = 60_000;
/** What a line of a program is shown of in messages [characters]. */
const SHOWN = 200;

/** Those that were started and not yet seen to be gone. */
const living = new Set<Program>();

/**
 * What is stopped by Ctrl-C in the midst of its work is not brought to an end by itself: it cannot even be told whether it
 * comes to kill its program. When the process ends, it does.
 */
function killAllAtTheEnd(): void {
  for (const program of living) program.killUnseen();
}

export class Program {
  readonly #path: string;
  readonly #answerWithin: number;
  readonly #flags = new Int32Array(new SharedArrayBuffer(16));
  readonly #worker: Worker;
  readonly #port: MessageChannel['port1'];
  readonly #lines: LineReader;
  /** Ours while the program lives: its questions, its answers, and the end of the answers that the watcher writes to. */
  readonly #descriptors: readonly [writer: number, reader: number, watchers: number];
  #isClosed = false;

  /** Starts it. `answerWithin`: longest time for an answer [ms]. */
  constructor({ path, command, args, searchPath }: Command, answerWithin: number) {
    this.#path = path;
    this.#answerWithin = answerWithin;
    const [questions, answers] = pipesFor(path);
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#lines = new LineReader(answers.reader);
    const task: Watch = {
      command,
      args,
      // So that a set of texts has one order in Python, and answers are the same each time.
      environment: { PYTHONHASHSEED: '0' },
      searchPath,
      input: questions.reader,
      output: answers.writer,
      answerWithin,
      flags: this.#flags,
      port: port2,
    };
    this.#descriptors = [questions.writer, answers.reader, answers.writer];
    if (living.size === 0) process.once('exit', killAllAtTheEnd);
    living.add(this);
    this.#worker = new Worker(watcherScript(), { eval: true, workerData: task, transferList: [port2] });
    this.#worker.unref();
    port1.unref();
    Atomics.wait(this.#flags, STATE, STARTING, LONGEST_START);
    closeSync(questions.reader);
    if (this.#flags[STATE] !== STARTED) throw this.#gone();
  }

  /** Asks, and waits for the line that answers. */
  ask(question: string): string {
    Atomics.add(this.#flags, TURN, 1);
    try {
      writeAll(this.#descriptors[0], `${question}\n`);
    } catch (error) {
      // It has closed its input, or is gone: the next line says which.
      if ((error as { code?: string }).code !== 'EPIPE') throw error;
    }
    const line = this.#nextLine();
    Atomics.add(this.#flags, TURN, 1);
    if (line.endsWith(NO_ANSWER[0]) && Atomics.load(this.#flags, ENDING) === 1) throw this.#gone(line.slice(0, -1));
    return line;
  }

  #nextLine(): string {
    try {
      return this.#lines.next();
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      this.kill();
      const problem = `the program wrote a line of more than ${error.bytes} bytes`;
      throw usageError(problem, this.#path, 'an answer is one line of JSON, and a line feed ends it');
    }
  }

  /** Says goodbye, and waits until it is gone; one that does not go in time is killed. */
  close(goodbye: string): void {
    if (this.#isClosed) return;
    try {
      writeAll(this.#descriptors[0], `${goodbye}\n`);
    } catch {
      // It is gone already.
    }
    this.#release(this.#answerWithin);
  }

  /** Ends it at once. */
  kill(): void {
    this.#release(0);
  }

  /** Ends it without waiting until it is gone. */
  killUnseen(): void {
    if (Atomics.load(this.#flags, STATE) === STARTED) killNow(this.#flags[PROCESS]);
  }

  #release(patience: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#descriptors[0]);
    if (patience > 0) Atomics.wait(this.#flags, STATE, STARTED, patience);
    // What it still writes is read by nobody, and must not hold up the watcher's last line.
    closeSync(this.#descriptors[1]);
    if (Atomics.load(this.#flags, STATE) === STARTED) {
      this.killUnseen();
      Atomics.wait(this.#flags, STATE, STARTED, LONGEST_START);
    }
    // Not before the watcher has written its last to the pipe: the number would be another file's.
    if (Atomics.load(this.#flags, STATE) !== OVER) return;
    living.delete(this);
    if (living.size === 0) process.off('exit', killAllAtTheEnd);
    this.#port.close();
    void this.#worker.terminate();
    closeSync(this.#descriptors[2]);
  }

  /** Why there is no answer. `begun`: what it had written of one. */
  #gone(begun = ''): InputError {
    Atomics.wait(this.#flags, STATE, STARTED, LONGEST_START);
    const fate = (receiveMessageOnPort(this.#port) as { message: Fate } | undefined)?.message;
    this.#release(0);
    const written = begun === '' ? '' : `, in the middle of a line: ${shown(begun)}`;
    return this.#errorOf(fate, written);
  }

  #errorOf(fate: Fate | undefined, written: string): InputError {
    switch (fate?.why) {
      case 'late':
        return usageError(
          `the program did not answer within ${formatDuration(this.#answerWithin)}${written}`,
          this.#path,
          'it must answer each line with one line and flush it; give it more time with answer-within=5m',
        );
      case 'exited': {
        const how = fate.signal === null ? `with exit code ${fate.code}` : `by signal ${fate.signal}`;
        return usageError(`the program ended ${how} before it had answered${written}`, this.#path, GONE_HINT);
      }
      default: {
        const message = fate?.message ?? 'no process came up';
        return usageError(`the program cannot be started: ${message}`, this.#path, 'check its first line (#!) and its rights');
      }
    }
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It has gone by itself just now, which the watcher will know in a moment.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const GONE_HINT = 'what it wrote to standard error stands above; it must go on until it is told "end"';

function pipesFor(path: string) {
  try {
    return openPipes(2);
  } catch (error) {
    const hint = 'policies that are programs need named pipes (mkfifo), which Linux and macOS have';
    throw usageError(`no pipe to the program can be made: ${(error as Error).message}`, path, hint);
  }
}

/** A line of a program, for messages. */
export function shown(line: string): string {
  return line.length <= SHOWN ? line : `${line.slice(0, SHOWN)}… (${line.length} characters)`;
}
