import { Float64Column, Int32Column } from '../columns.ts';
import { InputError } from '../errors.ts';
import { STATE_NAMES } from '../schedule.ts';
import type { Category } from '../workload.ts';
import { CsvCells } from './csv-cells.ts';
import type { JobTable } from './job-table.ts';
import { placementsOf } from './read-placements.ts';

/** Columns without which a table of jobs says nothing; those that came later may be missing. */
const NEEDED = [
  'job',
  'submit_s',
  'start_s',
  'end_s',
  'state',
  'wait_s',
  'user',
  'queue',
  'cpus',
  'gpus',
  'placement',
  'restarts',
];

/** Reads jobs.csv. `file` is what errors call it. */
export function readJobs(bytes: Buffer, file: string): JobTable {
  const cells = new CsvCells(bytes, file);
  const missing = NEEDED.filter((name) => !cells.header.includes(name));
  if (missing.length > 0) {
    throw new InputError(
      `it has no column ${missing.join(', ')}`,
      `${file}:1`,
      'is this a jobs.csv of yardmaster? write the results anew with this version',
    );
  }
  const columns = new JobColumns(Math.ceil(bytes.length / 48));
  const readers = cells.header.map((name) => columns.reader(name));
  while (cells.nextRow()) {
    for (const read of readers) {
      cells.nextCell();
      read?.(cells);
    }
  }
  return columns.done(cells.header);
}

/** The columns while they grow. */
class JobColumns {
  readonly #ids = new IdColumn();
  readonly #submit: Float64Column;
  readonly #start: Float64Column;
  readonly #end: Float64Column;
  readonly #wait: Float64Column;
  readonly #cpus: Float64Column;
  readonly #gpus: Float64Column;
  readonly #state: Int32Column;
  readonly #restarts: Int32Column;
  readonly #user = new NameColumn();
  readonly #queue = new NameColumn();
  readonly #account = new NameColumn();
  readonly #partition = new NameColumn();
  readonly #qos = new NameColumn();
  readonly #placement = new NameColumn();

  constructor(rows: number) {
    const numbers = () => new Float64Column(rows);
    [this.#submit, this.#start, this.#end] = [numbers(), numbers(), numbers()];
    [this.#wait, this.#cpus, this.#gpus] = [numbers(), numbers(), numbers()];
    [this.#state, this.#restarts] = [new Int32Column(rows), new Int32Column(rows)];
  }

  /** What takes the cells of a column; undefined for one that is not kept. */
  reader(name: string): ((cells: CsvCells) => void) | undefined {
    const decimals = (column: Float64Column) => (cells: CsvCells) => column.push(cells.thousandths());
    const readers: Record<string, (cells: CsvCells) => void> = {
      job: (cells) => this.#ids.push(cells),
      submit_s: decimals(this.#submit),
      start_s: decimals(this.#start),
      end_s: decimals(this.#end),
      wait_s: decimals(this.#wait),
      cpus: decimals(this.#cpus),
      gpus: decimals(this.#gpus),
      state: (cells) => this.#state.push(stateCode(cells)),
      restarts: (cells) => this.#restarts.push(cells.whole()),
      user: (cells) => this.#user.push(cells.text()),
      queue: (cells) => this.#queue.push(cells.text()),
      account: (cells) => this.#account.push(cells.text()),
      partition: (cells) => this.#partition.push(cells.text()),
      qos: (cells) => this.#qos.push(cells.text()),
      placement: (cells) => this.#placement.push(cells.text()),
    };
    return readers[name];
  }

  done(header: readonly string[]): JobTable {
    const ifThere = (name: string, column: NameColumn) => (header.includes(name) ? column.done() : undefined);
    const count = this.#submit.length;
    const placement = this.#placement.done();
    return {
      count,
      ids: this.#ids.done(),
      submit: this.#submit.done(),
      start: this.#start.done(),
      end: this.#end.done(),
      wait: this.#wait.done(),
      state: Uint8Array.from(this.#state.done()),
      user: this.#user.done(),
      queue: this.#queue.done(),
      account: ifThere('account', this.#account),
      partition: ifThere('partition', this.#partition),
      qos: ifThere('qos', this.#qos),
      cpus: this.#cpus.done(),
      gpus: this.#gpus.done(),
      restarts: this.#restarts.done(),
      placements: () => (placement.names.length === 0 ? undefined : placementsOf(placement)),
    };
  }
}

function stateCode(cells: CsvCells): number {
  const name = cells.text();
  const code = STATE_NAMES.indexOf(name as (typeof STATE_NAMES)[number]);
  if (code < 0) throw cells.damaged(`"${name}" is not a state of a job`);
  return code;
}

/** Names with few distinct values; an empty cell is -1. */
export class NameColumn {
  readonly #codes = new Map<string, number>();
  readonly #code = new Int32Column();

  push(name: string): void {
    if (name === '') {
      this.#code.push(-1);
      return;
    }
    let code = this.#codes.get(name);
    if (code === undefined) this.#codes.set(name, (code = this.#codes.size));
    this.#code.push(code);
  }

  done(): Category {
    return { code: this.#code.done(), names: [...this.#codes.keys()] };
  }
}

/** Ids, kept as numbers as long as each is one that prints as it was written. */
class IdColumn {
  readonly #numbers = new Float64Column();
  #texts: string[] | undefined;

  push(cells: CsvCells): void {
    const text = cells.text();
    if (this.#texts === undefined && /^(0|-?[1-9]\d{0,14})$/.test(text)) {
      this.#numbers.push(Number(text));
      return;
    }
    this.#texts ??= Array.from(this.#numbers.done(), String);
    this.#texts.push(text);
  }

  done(): Float64Array | readonly string[] {
    return this.#texts ?? this.#numbers.done();
  }
}
