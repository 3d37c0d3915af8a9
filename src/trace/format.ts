import type { Cluster } from '../cluster.ts';
import type { ParameterSpecs, Parameters } from '../parameters.ts';
import type { WorkloadBuilder } from '../workload-builder.ts';
import type { Workload } from '../workload.ts';

/** A trace format: how to read it, and how to write it if we can. One file, one line in index.ts. */
export interface TraceFormat {
  /** As on the command line; the file bears the same name. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Where the format is defined. */
  readonly source: string;
  /** File name endings without compression: `.swf`. */
  readonly extensions: readonly string[];
  readonly parameters?: ParameterSpecs;
  /** How much the beginning of a file (up to 64 KiB of text) looks like this format: 0 not at all, 1 certainly. */
  likelihood(head: string): number;
  read(input: TraceInput, into: TraceSink, parameters: Parameters): Promise<void>;
  readonly write?: TraceWriter;
}

export interface TraceWriter {
  /** True if it tells itself what it cannot hold of what only Slurm knows: else all of that is lost. */
  readonly keepsSlurm?: true;
  /** Loads what writing needs; must be awaited before `write` where it is there. */
  prepare?(): Promise<void>;
  /**
   * The file, piece by piece. What the format cannot hold is told to `lost`, once a kind and with the number of jobs.
   * `declared` is what the trace that was read said of itself, if it came from one.
   */
  write(workload: Workload, lost: (what: string, jobs: number) => void, declared?: Declared): Iterable<string | Uint8Array>;
}

/** An open trace, already decompressed. May be consumed once. */
export interface TraceInput {
  /** For messages: the file's name, or `standard input`. */
  readonly name: string;
  /** UTF-8 text in pieces that end anywhere. */
  text(): AsyncIterable<string>;
  /** The same before decoding, for formats whose speed depends on it: UTF-8 without byte order mark or NUL. */
  encodedText(): AsyncIterable<Uint8Array>;
  /** All of it, for formats that need random access (Parquet). */
  bytes(): Promise<Uint8Array>;
}

/** Where a reader puts what it finds. Everything in the file is accounted for: a job, a skip, or a line that holds none. */
export interface TraceSink {
  readonly jobs: WorkloadBuilder;
  /** A row that holds a job which cannot be replayed: left out and counted. `where` is a line or row number. */
  skip(reason: string, where: number): void;
  /** A value that was missing or impossible and has been replaced: the job is kept, the change is counted. */
  repair(what: string, where: number): void;
  /** Lines that hold no job: comments, header, blanks, steps of jobs. */
  noJob(what: string, lines?: number): void;
  /** A row that stands for several jobs, such as a range of an array: how many it gave after the first one. */
  furtherJobs(what: string, where: number, jobs: number): void;
  /** Something the user should know about the file as a whole, such as a header that lies. */
  warn(message: string): void;
  /** What the file says of the machine and itself. */
  declare(declared: Declared): void;
}

/** What a trace says of itself, where it says so. */
export interface Declared {
  readonly procs?: number;
  readonly nodes?: number;
  /** The machine itself, where the trace lists its nodes. */
  readonly cluster?: Cluster;
  /** Unix time of the trace's own zero [ms]. */
  readonly epoch?: number;
  readonly computer?: string;
  readonly timeZone?: string;
  /** Header fields as they stand, for `trace inspect` and for writing them back. */
  readonly header?: readonly (readonly [label: string, value: string])[];
}

/** A counted reason, with the first few places where it was met. */
export interface Tally {
  readonly what: string;
  readonly count: number;
  readonly where: readonly number[];
}

/** What reading a trace gave: the jobs, and an account of everything else in the file. */
export interface Trace {
  readonly workload: Workload;
  readonly format: string;
  /** SHA-256 of the file as it is stored (hex), compressed or not. */
  readonly sha256: string;
  /** Size as stored [bytes]. */
  readonly bytes: number;
  readonly declared: Declared;
  readonly skipped: readonly Tally[];
  readonly repaired: readonly Tally[];
  /** Lines without a job, by kind. jobs - furtherJobs + skipped + these = all lines or rows of the file. */
  readonly noJob: readonly Tally[];
  /** Jobs beyond the first one of a row that stands for several. */
  readonly furtherJobs: readonly Tally[];
  readonly warnings: readonly string[];
}
