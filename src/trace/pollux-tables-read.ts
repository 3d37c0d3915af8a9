/** The tables of an application of Pollux, each row by the names of its columns: their order differs from file to file. */
import { InputError } from '../errors.ts';
import { CsvScanner } from './csv-scanner.ts';
import { readSideFile } from './side-file.ts';

export type TableRow = Readonly<Record<string, number>>;

/** Epochs that make up a whole training. Source: petuum/adaptdl (osdi21), simulator/applications.py. */
export const EPOCHS: Readonly<Record<string, number>> = {
  bert: 2,
  cifar10: 100,
  ncf: 10,
  imagenet: 90,
  deepspeech2: 80,
  yolov3: 50,
};

/** Most samples on each GPU, where it is not what was measured; from the same file. */
export const LARGEST_LOCAL: Readonly<Record<string, number>> = { yolov3: 8 };

/** Reads the tables in a folder as they are asked for, each once. */
export class TableFolder {
  readonly #folder: string;
  readonly #files = new Map<string, Promise<readonly TableRow[]>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(path: string, needed: readonly string[]): Promise<readonly TableRow[]> {
    let table = this.#files.get(path);
    if (table === undefined) this.#files.set(path, (table = readTable(`${this.#folder}/${path}`, needed)));
    return table;
  }
}

async function readTable(path: string, needed: readonly string[]): Promise<readonly TableRow[]> {
  const records = new CsvScanner(path, ',').take(await readSideFile(path, 'format pollux, tables'), true);
  const names = records[0]?.cells.map((name) => name.trim()) ?? [];
  const missing = needed.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new InputError(`there is no column ${missing.join(', ')}`, path, 'is this a table of Pollux?');
  return records.slice(1).map(({ cells, line }) => {
    const row = Object.fromEntries(needed.map((name) => [name, Number(cells[names.indexOf(name)] ?? NaN)]));
    if (needed.every((name) => row[name] >= 0)) return row;
    throw new InputError(`a row without ${needed.join(', ')}`, `${path}:${line}`, 'correct it, or fetch the file again');
  });
}
