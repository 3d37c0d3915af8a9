import { basename } from 'node:path/posix';
import { didYouMean, usageError } from '../errors.ts';
import { archiveLogs } from './catalogue-archive.ts';
import { gpuTraces } from './catalogue-gpu.ts';
import { hpcTraces } from './catalogue-hpc.ts';

/** A published trace: what it is, where it is, and on what terms. We ship none of them. */
export interface CatalogueEntry {
  /** As on the command line. */
  readonly name: string;
  readonly title: string;
  /** Where its owners describe it. */
  readonly home: string;
  /** The file; absent if it cannot be had as one file. */
  readonly url?: string;
  /** How to get it where there is no `url`. */
  readonly obtain?: string;
  /** What to call the file here, where the last part of its address says too little. */
  readonly file?: string;
  /** Licence or terms of use. */
  readonly terms: string;
  /** Paper to cite, and whom to thank where the owners ask for it. */
  readonly citation: string;
  /** How to read it: a trace format with its parameters. Absent if no reader takes it as it is. */
  readonly read?: { readonly format: string; readonly parameters?: Readonly<Record<string, string>> };
  /** What to do with an archive of several files before it can be read. */
  readonly unpack?: string;
  /** [bytes], as published; absent if we do not know it exactly. */
  readonly bytes?: number;
  /** Of the published file (hex), where its owners state it or it is fixed by a revision; absent = trust on first use. */
  readonly sha256?: string;
  /** Processors (or nodes, where the log counts these) of the machine. */
  readonly procs?: number;
  /** GPUs of the machine. */
  readonly gpus?: number;
}

export const catalogue: readonly CatalogueEntry[] = [...archiveLogs, ...gpuTraces, ...hpcTraces];

/** The name under which the file of an entry is kept. */
export function fileName({ url, file, name }: CatalogueEntry): string {
  if (file !== undefined) return file;
  return url === undefined ? name : basename(new URL(url).pathname);
}

/** The entry with this name; `where` names the flag for the error. */
export function catalogueEntry(name: string, where: string): CatalogueEntry {
  const found = catalogue.find((entry) => entry.name === name.toLowerCase());
  if (found) return found;
  throw usageError(
    `there is no published trace "${name}" in the catalogue`,
    where,
    didYouMean(
      name,
      catalogue.map((entry) => entry.name),
    ),
  );
}
