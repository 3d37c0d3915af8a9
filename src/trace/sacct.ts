import { InputError } from '../errors.ts';
import type { Parameters, ParameterSpecs } from '../parameters.ts';
import { zoneNamed } from './column-map-zones.ts';
import type { Zone } from './column-map-zones.ts';
import type { TraceFormat, TraceInput, TraceSink } from './format.ts';
import { wholeLines } from './read-lines.ts';
import { HEADERLESS, headerOf, namedColumns, SacctColumns } from './sacct-columns.ts';
import { readJobId } from './sacct-job-id.ts';
import { SacctJobs } from './sacct-jobs.ts';
import { RecordReader } from './sacct-record.ts';
import type { ResourceChoices } from './sacct-resources.ts';
import { writeSacct } from './sacct-write.ts';

const parameters: ParameterSpecs = {
  columns: {
    summary:
      'Names of the columns of a dump without header, with commas, blanks or + between them; empty = those that XDMoD asks for.',
    type: 'text',
    default: '',
  },
  zone: {
    summary:
      'Time zone of the cluster, such as Europe/Berlin. An hour that occurred twice is taken as the first one; one that was left out, with the offset before it.',
    type: 'text',
    default: 'UTC',
  },
  procs: {
    summary:
      'Which resources a job gets: those it was allocated or those it requested; the other ones where they are not recorded.',
    type: 'choice',
    choices: ['allocated', 'requested'],
    default: 'allocated',
  },
  tasks: {
    summary:
      'What a task of a job is: a processor (a GPU with its share of processors, if it has GPUs), or its part on one node.',
    type: 'choice',
    choices: ['cpus', 'nodes'],
    default: 'cpus',
  },
};

/** What Slurm recorded of the jobs of a cluster. */
export const sacct: TraceFormat = {
  name: 'sacct',
  summary: 'Slurm accounting: the output of `sacct -P` (or -p), with header or without.',
  source: 'Slurm, man page of sacct; XDMoD, Slurm shredder (columns of dumps without header)',
  extensions: ['.sacct', '.sacct.log', '.sacct.txt'],
  parameters,
  likelihood,
  read,
  write: { write: writeSacct, keepsSlurm: true },
};

function likelihood(head: string): number {
  const first = head.split('\n').find((line) => line.trim() !== '') ?? '';
  if (headerOf(first.trim()) !== undefined && first.includes('|')) return 1;
  const fields = first.trim().split('|');
  const wide = fields.length === HEADERLESS.length || (fields.length === HEADERLESS.length + 1 && fields.at(-1) === '');
  return wide && readJobId(fields[0]) !== undefined ? 0.9 : 0;
}

async function read(input: TraceInput, sink: TraceSink, given: Parameters): Promise<void> {
  const zone = zoneNamed(String(given.zone), 'format sacct, zone');
  const reader = new SacctReader(input.name, sink, zone, given);
  for await (const { bytes, from, end, torn } of wholeLines(input)) {
    const text = bytes.toString('utf8', from, end);
    for (let at = 0; at < text.length;) {
      const lineEnd = text.indexOf('\n', at);
      reader.take(text.slice(at, lineEnd), torn);
      at = lineEnd + 1;
    }
  }
  reader.finish();
  sink.declare({ epoch: 0, timeZone: zone.name });
}

const BARS = 'a bar stands within a field, such as the name of a job: correct the line, or ask sacct for fewer columns';

/** Dumps that were put one behind the other have a header each. */
const HEADER_AGAIN = /^(?!\d)(?=(.*\|)?jobid(raw)?\|)(.*\|)?submit\|/i;

class SacctReader {
  readonly #name: string;
  readonly #sink: TraceSink;
  readonly #zone: Zone;
  readonly #given: Parameters;
  readonly #jobs: SacctJobs;
  readonly #clusters = new Map<string, number>();
  #columns: SacctColumns | undefined;
  #records: RecordReader | undefined;
  #line = 0;

  constructor(name: string, sink: TraceSink, zone: Zone, given: Parameters) {
    this.#name = name;
    this.#sink = sink;
    this.#zone = zone;
    this.#given = given;
    this.#jobs = new SacctJobs(sink);
  }

  /** Takes in a line. `torn`: it has no line end. */
  take(raw: string, torn: boolean): void {
    this.#line++;
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.trim() === '') {
      this.#sink.noJob('blank lines');
      return;
    }
    const header = this.#columns === undefined || HEADER_AGAIN.test(line) ? headerOf(line) : undefined;
    if (header !== undefined) {
      this.#sink.noJob('headers');
      this.#useColumns(header);
      return;
    }
    if (this.#columns === undefined) this.#useColumns(this.#withoutHeader(line, torn));
    this.#takeRecord(line, torn);
  }

  finish(): void {
    this.#jobs.finish();
    if (this.#clusters.size > 1) {
      this.#sink.warn(
        `the records are of ${this.#clusters.size} clusters (${[...this.#clusters.keys()].slice(0, 5).join(', ')})`,
      );
    }
    if (this.#zone.doubtful > 0) {
      this.#sink.warn(`${this.#zone.doubtful} times fall into an hour that occurred twice or never in ${this.#zone.name}`);
    }
  }

  #takeRecord(line: string, torn: boolean): void {
    const columns = this.#columns!;
    const found = columns.take(line);
    if (found !== undefined) throw this.#wrongCount(found, columns.count, torn);
    const text = columns.get('id') || columns.get('rawId');
    const id = readJobId(text);
    if (id === undefined) throw this.#error(`"${text}" is not a job id`);
    if (id.isStep) {
      this.#sink.noJob('steps of jobs');
      return;
    }
    this.#jobs.add(this.#records!.read(this.#line), text, id, this.#cluster(columns.get('cluster')));
  }

  #useColumns(names: readonly string[]): void {
    this.#columns = new SacctColumns(names, `${this.#name}:${this.#line}`);
    const choices: ResourceChoices = { allocated: this.#given.procs === 'allocated', perNode: this.#given.tasks === 'nodes' };
    this.#records = new RecordReader(this.#name, this.#columns, this.#zone, choices, this.#sink);
  }

  #withoutHeader(line: string, torn: boolean): readonly string[] {
    if (this.#given.columns !== '') return namedColumns(String(this.#given.columns));
    const fields = line.split('|');
    const count = fields.at(-1) === '' ? fields.length - 1 : fields.length;
    if (fields.length === 1) throw this.#error('found no bars between columns', 'ask sacct for them: sacct -P');
    if (count >= HEADERLESS.length) return HEADERLESS;
    throw this.#wrongCount(count, HEADERLESS.length, torn);
  }

  #cluster(name: string): number {
    let cluster = this.#clusters.get(name);
    if (cluster === undefined) {
      cluster = this.#clusters.size;
      this.#clusters.set(name, cluster);
    }
    return cluster;
  }

  #wrongCount(found: number, wanted: number, torn: boolean): InputError {
    if (torn && found < wanted) {
      const problem = `the last line is cut off: found ${found} of ${wanted} columns`;
      return this.#error(problem, 'the file is incomplete: run sacct again, or take its last line out');
    }
    const hint = found > wanted && wanted > 1 && this.#columns !== undefined ? BARS : undefined;
    return this.#error(`found ${found} columns where there should be ${wanted}`, hint);
  }

  #error(problem: string, hint?: string): InputError {
    return new InputError(
      problem,
      `${this.#name}:${this.#line}`,
      hint ?? 'let sacct print its header (no -n), or name the columns of the dump: columns=jobid,user,...',
    );
  }
}
