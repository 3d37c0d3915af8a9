import { InputError } from '../errors.ts';
import type { Parameters } from '../parameters.ts';
import { knownTable } from './column-map-known.ts';
import type { Cell } from './column-map-notations.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { JsonScanner } from './jsonl-scanner.ts';
import type { JsonText } from './jsonl-scanner.ts';
import { jsonlWriter } from './jsonl-writer.ts';
import { TableRows } from './table.ts';
import { mapFor, TABLE_PARAMETERS } from './table-map.ts';

/** Objects whose keys are looked at before it is settled which columns there are. */
const LOOKED_AT = 1000;

type JsonObject = Readonly<Record<string, unknown>>;

/** Tables as JSON objects, one job an object. */
export const jsonl: TraceFormat = {
  name: 'jsonl',
  summary: 'A table as JSON objects, one a line or all in one array; which key is what is said by a map.',
  source: 'JSON Lines, https://jsonlines.org, and RFC 8259',
  extensions: ['.jsonl', '.ndjson'],
  parameters: TABLE_PARAMETERS,
  likelihood,
  async read(input, into, parameters) {
    const scanner = new JsonScanner(input.name);
    const reader = new JsonReader(input, into, parameters);
    for await (const piece of input.text()) await reader.take(scanner.take(piece));
    scanner.finish();
    await reader.finish();
  },
  write: jsonlWriter,
};

function likelihood(head: string): number {
  if (!/^\s*\[?\s*\{/.test(head)) return 0;
  try {
    const [first] = new JsonScanner('').take(head);
    if (first === undefined) return 0;
    const object: unknown = JSON.parse(first.text);
    return isObject(object) && knownTable(Object.keys(object)) ? 0.95 : 0.6;
  } catch {
    return 0;
  }
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

class JsonReader {
  readonly #name: string;
  readonly #sink: TraceSink;
  readonly #parameters: Parameters;
  /** Objects that wait until it is settled which columns there are. */
  #waiting: { object: JsonObject; line: number }[] = [];
  #table: TableRows | undefined;
  /** The columns that are read; the others stay as they are. */
  #columns: readonly string[] = [];
  #cells: Cell[] = [];

  constructor(input: TraceInput, sink: TraceSink, parameters: Parameters) {
    this.#name = input.name;
    this.#sink = sink;
    this.#parameters = parameters;
  }

  async take(objects: readonly JsonText[]): Promise<void> {
    for (const { text, line } of objects) {
      const object = this.#parse(text, line);
      if (object === undefined) continue;
      if (this.#table !== undefined) this.#add(object, line);
      else if (this.#waiting.push({ object, line }) >= LOOKED_AT) await this.#open();
    }
  }

  async finish(): Promise<void> {
    if (this.#table === undefined && this.#waiting.length > 0) await this.#open();
    this.#table?.finish();
  }

  #parse(text: string, line: number): JsonObject | undefined {
    try {
      return JSON.parse(text) as JsonObject;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      if (this.#parameters.unreadable === 'skip') {
        this.#sink.skip('is not valid JSON', line);
        return undefined;
      }
      throw new InputError(
        `not valid JSON: ${error.message}`,
        `${this.#name}:${line}`,
        'correct the object, or leave such ones out with unreadable=skip',
      );
    }
  }

  /** Settles the columns: keys that only some objects have are columns too. */
  async #open(): Promise<void> {
    const names = new Set<string>();
    for (const { object } of this.#waiting) for (const name of Object.keys(object)) names.add(name);
    const all = [...names];
    const map = await mapFor(all, this.#parameters, this.#name);
    this.#table = new TableRows(all, map, this.#parameters, this.#name, this.#sink);
    const used = new Set(this.#table.used);
    this.#columns = all.map((name) => (used.has(name) ? name : ''));
    this.#cells = all.map(() => undefined);
    for (const { object, line } of this.#waiting) this.#add(object, line);
    this.#waiting = [];
  }

  #add(object: JsonObject, line: number): void {
    for (let column = 0; column < this.#columns.length; column++) {
      const name = this.#columns[column];
      if (name !== '') this.#cells[column] = Object.hasOwn(object, name) ? cellFor(object[name]) : undefined;
    }
    this.#table!.add(this.#cells, line);
  }
}

function cellFor(value: unknown): Cell {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  return value === undefined ? undefined : JSON.stringify(value);
}
