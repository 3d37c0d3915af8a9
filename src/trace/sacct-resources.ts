import type { GroupRow, WorkloadBuilder } from '../workload-builder.ts';
import type { SacctColumns } from './sacct-columns.ts';
import { readCount, readGres, readMemory, readTres } from './sacct-values.ts';

export interface ResourceChoices {
  /** What Slurm granted before what was asked for. */
  readonly allocated: boolean;
  /** One task a node, instead of one a processor or GPU. */
  readonly perNode: boolean;
}

/** What a job holds in all. */
export interface Resources {
  /** 0 = the record does not say. */
  readonly cpus: number;
  readonly nodes: number;
  /** [bytes]; 0 = the record does not say. */
  readonly memory: number;
  readonly gpus: number;
  readonly gpuModels: readonly string[];
}

/** More than any node holds; such numbers are flags or mistakes [bytes]. */
const ABSURD_MEMORY = 2 ** 50;
const MOST = 2 ** 31 - 1;

/** Tells what was replaced, or throws because a field cannot be read. */
export interface Complaints {
  repair(what: string): void;
  unreadable(column: string, value: string): never;
}

/** Adds up what the columns say of a job. */
export function resourcesOf(columns: SacctColumns, { allocated }: ResourceChoices, complaints: Complaints): Resources {
  const tresText = firstText(columns, allocated, 'allocatedTres', 'requestedTres');
  const tres = tresText === '' ? undefined : readTres(tresText);
  if (tresText !== '' && tres === undefined) complaints.unreadable('TRES', tresText);
  const counted = (field: 'cpus' | 'requestedCpus' | 'nodes' | 'requestedNodes') => {
    const count = readCount(columns.get(field));
    return count ?? complaints.unreadable(field, columns.get(field));
  };
  const cpuFields = allocated ? (['cpus', 'requestedCpus'] as const) : (['requestedCpus', 'cpus'] as const);
  const nodeFields = allocated ? (['nodes', 'requestedNodes'] as const) : (['requestedNodes', 'nodes'] as const);
  const cpus = firstKnown(
    () => counted(cpuFields[0]),
    () => tres?.cpus ?? NaN,
    () => counted(cpuFields[1]),
  );
  const nodes =
    firstKnown(
      () => counted(nodeFields[0]),
      () => tres?.nodes ?? NaN,
      () => counted(nodeFields[1]),
    ) || 1;
  const gres = tres !== undefined && tres.gpus > 0 ? undefined : gresOf(columns, allocated, nodes);
  const gpus = (gres ? gres.gpus : tres?.gpus) || 0;
  for (const count of [cpus, nodes, gpus]) if (count > MOST) complaints.unreadable('count', String(count));
  const memory = memoryOf(columns, cpus, nodes, complaints) || (tres?.memory ?? 0) || 0;
  return { cpus, nodes, memory, gpus, gpuModels: gres?.gpuModels ?? tres?.gpuModels ?? [] };
}

/** The task groups of a job: a task for each processor, for each GPU with its share of processors, or for each node. */
export function groupsOf(
  { cpus, nodes, memory, gpus, gpuModels }: Resources,
  { perNode }: ResourceChoices,
  jobs: WorkloadBuilder,
  complaints: Complaints,
): GroupRow[] {
  const models = gpus > 0 && gpuModels.length > 0 ? { gpuModels } : {};
  const group = (tasks: number, cpuEach: number, gpuEach: number, memoryEach: number): GroupRow => {
    let bytes = Math.round(memoryEach);
    if (bytes >= ABSURD_MEMORY) {
      complaints.repair('more memory than any node has: taken as unknown');
      bytes = 0;
    }
    return { tasks, request: jobs.request({ cpu: cpuEach, memory: bytes, gpu: gpuEach, ...(gpuEach > 0 ? models : {}) }) };
  };
  if (!perNode) {
    if (gpus === 0) return [group(cpus, 1000, 0, memory / cpus)];
    return [group(gpus, Math.max(1, Math.floor((cpus * 1000) / gpus)), 1000, memory / gpus)];
  }
  // What does not divide evenly goes to the first nodes.
  const count = Math.min(nodes, cpus);
  const [moreCpus, moreGpus] = [cpus % count, gpus % count];
  const cuts = [...new Set([moreCpus, moreGpus, count])].filter((cut) => cut > 0).sort((a, b) => a - b);
  return cuts.map((cut, index) => {
    const first = index === 0 ? 0 : cuts[index - 1];
    const cpu = Math.floor(cpus / count) + (first < moreCpus ? 1 : 0);
    const gpu = Math.floor(gpus / count) + (first < moreGpus ? 1 : 0);
    return group(cut - first, cpu * 1000, gpu * 1000, memory / count);
  });
}

/** Memory of the whole job [bytes]; NaN if the record does not say. */
function memoryOf(columns: SacctColumns, cpus: number, nodes: number, complaints: Complaints): number {
  const text = columns.get('memory');
  const memory = readMemory(text);
  if (memory === undefined) return complaints.unreadable('ReqMem', text);
  if (memory.unmasked) complaints.repair('ReqMem with the flag for "each cpu" in its number: taken out');
  return memory.bytes * (memory.per === 'cpu' ? cpus : memory.per === 'node' ? nodes : 1);
}

/** GPUs from the columns of older versions, where they stand for each node. */
function gresOf(columns: SacctColumns, allocated: boolean, nodes: number) {
  const text = firstText(columns, allocated, 'allocatedGres', 'requestedGres');
  if (!text.includes('gpu')) return undefined;
  const { gpus, gpuModels } = readGres(text);
  return { gpus: gpus * nodes, gpuModels };
}

type Pair = readonly ['allocatedTres', 'requestedTres'] | readonly ['allocatedGres', 'requestedGres'];

function firstText(columns: SacctColumns, allocated: boolean, ...[granted, asked]: Pair): string {
  return allocated ? columns.get(granted) || columns.get(asked) : columns.get(asked) || columns.get(granted);
}

/** The first number that is known and not 0; 0 if there is none. */
function firstKnown(...numbers: readonly (() => number)[]): number {
  for (const number of numbers) {
    const value = number();
    if (value > 0) return value;
  }
  return 0;
}
