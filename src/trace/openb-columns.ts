import { InputError } from '../errors.ts';
import type { TraceSink } from './format.ts';

/** One row of a list of pods. */
export interface OpenbPod {
  readonly name: string;
  readonly line: number;
  /** [millicores] */
  readonly cpu: number;
  /** [bytes] */
  readonly memory: number;
  /** [count] */
  readonly gpus: number;
  /** Of each of them [thousandths]. */
  readonly share: number;
  /** The only models that will do; empty = any. */
  readonly models: readonly string[];
  readonly qos?: string;
  readonly phase?: string;
  /** Since the beginning of the trace [s]; NaN where the cell is empty, absent where the list has no times. */
  readonly created?: number;
  readonly deleted?: number;
  readonly scheduled?: number;
}

const NEEDED = ['name', 'cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli'];
const MIB = 2 ** 20;

/** Reads rows by the names of their columns: the lists of more GPUs a pod have only the first five. */
export class OpenbColumns {
  readonly #names: readonly string[];
  readonly #file: string;

  constructor(header: readonly string[], file: string, line: number) {
    this.#names = header.map((name) => name.replace(/^\uFEFF/, '').trim());
    this.#file = file;
    const missing = NEEDED.filter((name) => !this.#names.includes(name));
    if (missing.length === 0) return;
    const hint = `a list of pods begins with ${NEEDED.join(',')}; a list of nodes is given to --cluster`;
    throw new InputError(`there is no column ${missing.join(', ')}`, `${file}:${line}`, hint);
  }

  get hasTimes(): boolean {
    return ['creation_time', 'deletion_time'].every((name) => this.#names.includes(name));
  }

  /** The pod of a row; undefined if it cannot be replayed, which is counted. */
  pod(cells: readonly string[], line: number, sink: TraceSink): OpenbPod | undefined {
    if (cells.length !== this.#names.length) {
      const problem = `found ${cells.length} fields where the header has ${this.#names.length}`;
      throw new InputError(problem, `${this.#file}:${line}`, 'correct the row: was the file cut off?');
    }
    const text = (name: string) => cells[this.#names.indexOf(name)]?.trim() ?? '';
    const gpus = this.#count(text('num_gpu'), 'num_gpu', line);
    const share = gpus === 0 ? 0 : this.#count(text('gpu_milli'), 'gpu_milli', line);
    if (gpus > 0 && !(share >= 1 && share <= 1000 && (gpus === 1 || share === 1000))) {
      sink.skip('asks for shares of several GPUs, or for no share that there is', line);
      return undefined;
    }
    return {
      name: text('name'),
      line,
      cpu: this.#count(text('cpu_milli'), 'cpu_milli', line),
      memory: this.#count(text('memory_mib'), 'memory_mib', line) * MIB,
      gpus,
      share,
      models: text('gpu_spec')
        .split('|')
        .filter((model) => model !== ''),
      qos: text('qos') || undefined,
      phase: text('pod_phase') || undefined,
      ...(this.hasTimes && { created: time(text('creation_time')), deleted: time(text('deletion_time')) }),
      ...(this.#names.includes('scheduled_time') && { scheduled: time(text('scheduled_time')) }),
    };
  }

  #count(text: string, column: string, line: number): number {
    const value = Number(text);
    if (text !== '' && Number.isInteger(value) && value >= 0) return value;
    throw new InputError(`${column} is "${text}"`, `${this.#file}:${line}`, 'write a whole number');
  }
}

/** A time may be written as a whole number or as one with a point and zeros. */
function time(text: string): number {
  return text === '' ? NaN : Math.round(Number(text));
}
