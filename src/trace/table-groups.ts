/**
 * Task groups and dependencies as text in one cell, in our own tables.
 *
 * Groups: `2*cpu=4/memory=17179869184/gpu=0.5/model=A100|V100/gpu-memory=8589934592/rdma=1/min=1/max=4 + 8*cpu=1/mig=1g.5gb`. Amounts
 * are for one task; cpu and gpu in whole ones, memory in bytes, that of GPUs for each, anything else is another countable
 * resource. A MIG instance takes the place of `gpu`.
 * Dependencies: `12;13:ok;14:start:60`: the id, when it is satisfied (any if absent), and the seconds of think time.
 * Names and ids are percent-encoded where they hold characters of the notation.
 */
import { migShareOfProfile } from '../mig.ts';
import { AFTER_ANY, AFTER_NOT_OK, AFTER_OK, AFTER_START } from '../workload.ts';
import type { TaskRequest } from '../workload.ts';
import type { DependencyRow, GroupRow, WorkloadBuilder } from '../workload-builder.ts';

/** A task group with what it asks for. */
export interface Group {
  readonly tasks: number;
  readonly minimum: number;
  readonly most: number;
  readonly request: TaskRequest;
}

const KINDS = ['any', 'ok', 'not-ok', 'start'] as const;
const KIND_OF: Readonly<Record<string, number>> = {
  any: AFTER_ANY,
  ok: AFTER_OK,
  'not-ok': AFTER_NOT_OK,
  start: AFTER_START,
};
const OWN_WORDS = new Set(['cpu', 'memory', 'gpu', 'model', 'gpu-memory', 'mig', 'min', 'max']);
const MOST_TASKS = 2 ** 31 - 1;
/** Texts that are kept taken apart [count]: enough for any table that repeats itself. */
const MOST_KNOWN = 10_000;

export function formatGroups(groups: readonly Group[]): string {
  return groups.map(formatGroup).join(' + ');
}

function formatGroup({ tasks, minimum, most, request }: Group): string {
  const parts = [`cpu=${request.cpu / 1000}`];
  if (request.memory > 0) parts.push(`memory=${request.memory}`);
  if (request.mig !== undefined) parts.push(`mig=${encode(request.mig)}`);
  else if (request.gpu > 0) parts.push(`gpu=${request.gpu / 1000}`);
  if (request.gpuModels) parts.push(`model=${request.gpuModels.map(encode).join('|')}`);
  if (request.gpuMemory !== undefined) parts.push(`gpu-memory=${request.gpuMemory}`);
  for (const [name, count] of Object.entries(request.other ?? {}).sort()) parts.push(`${encodeName(name)}=${count}`);
  if (minimum !== tasks) parts.push(`min=${minimum}`);
  if (most !== tasks) parts.push(`max=${most}`);
  return `${tasks}*${parts.join('/')}`;
}

/** The groups of a cell, or undefined if it is not in the notation. */
export function parseGroups(text: string): Group[] | undefined {
  const groups: Group[] = [];
  for (const part of text.split('+')) {
    const group = parseGroup(part.trim());
    if (group === undefined) return undefined;
    groups.push(group);
  }
  return groups;
}

function parseGroup(text: string): Group | undefined {
  const match = /^(\d{1,10})\*(.+)$/.exec(text);
  if (!match) return undefined;
  const tasks = Number(match[1]);
  let minimum = tasks;
  let most = tasks;
  let models: string[] | undefined;
  let mig: string | undefined;
  const amounts: Record<string, number> = { cpu: 0, memory: 0, gpu: 0, 'gpu-memory': NaN };
  const other: Record<string, number> = {};
  for (const pair of match[2].split('/')) {
    const equals = pair.indexOf('=');
    const written = pair.slice(0, Math.max(0, equals));
    const name = decode(written);
    const value = pair.slice(equals + 1);
    if (name === undefined || name === '') return undefined;
    if (written === 'model') {
      models = decodeAll(value.split('|'));
      if (models === undefined) return undefined;
      continue;
    }
    if (written === 'mig') {
      mig = decode(value);
      continue;
    }
    const amount = value === '' ? NaN : Number(value);
    if (!Number.isFinite(amount) || amount < 0) return undefined;
    if (written === 'min') minimum = amount;
    else if (written === 'max') most = amount;
    else if (Object.hasOwn(amounts, written)) amounts[written] = amount;
    // A resource may have any name, even one that an object has of its own.
    else Object.defineProperty(other, name, { value: amount, enumerable: true, configurable: true });
  }
  const isWhole = [minimum, most].every(Number.isInteger) && minimum >= 0 && minimum <= tasks && most >= tasks;
  if (tasks < 1 || most > MOST_TASKS || !isWhole) return undefined;
  const instance = mig === undefined ? undefined : migShareOfProfile(mig);
  if (mig !== undefined && instance === undefined) return undefined;
  const request: TaskRequest = {
    cpu: Math.round(amounts.cpu * 1000),
    memory: Math.round(amounts.memory),
    gpu: instance ?? Math.round(amounts.gpu * 1000),
    ...(amounts['gpu-memory'] >= 0 && { gpuMemory: Math.round(amounts['gpu-memory']) }),
    ...(mig !== undefined && { mig }),
    ...(models && { gpuModels: models }),
    ...(Object.keys(other).length > 0 && { other }),
  };
  return { tasks, minimum, most, request };
}

/** The group rows that cells stand for; each text is taken apart once, because many jobs ask for the same. */
export class GroupCells {
  readonly #jobs: WorkloadBuilder;
  readonly #known = new Map<string, readonly GroupRow[] | string | undefined>();

  constructor(jobs: WorkloadBuilder) {
    this.#jobs = jobs;
  }

  /** The rows; a text = why such a job cannot be replayed; undefined = the cell is not in the notation. */
  rows(text: string): readonly GroupRow[] | string | undefined {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const rows = this.#parsed(text);
    if (this.#known.size < MOST_KNOWN) this.#known.set(text, rows);
    return rows;
  }

  #parsed(text: string): readonly GroupRow[] | string | undefined {
    const groups = parseGroups(text);
    if (groups === undefined) return undefined;
    let millicores = 0;
    for (const { tasks, request } of groups) millicores += tasks * request.cpu;
    if (millicores > MOST_TASKS * 1000) return 'asks for more than can be counted';
    return groups.map(({ tasks, minimum, most, request }) => ({ tasks, minimum, most, request: this.#jobs.request(request) }));
  }
}

export function formatDependency({ id, kind = AFTER_ANY, think = NaN }: DependencyRow): string {
  const seconds = Number.isNaN(think) ? '' : `:${think / 1000}`;
  return `${encode(String(id))}:${KINDS[kind]}${seconds}`;
}

/** The dependencies of a cell, or undefined if it is not in the notation. */
export function parseDependencies(text: string): DependencyRow[] | undefined {
  const rows: DependencyRow[] = [];
  for (const part of text.split(';')) {
    const [encoded, kind = 'any', seconds, ...rest] = part.trim().split(':');
    const id = decode(encoded);
    const think = seconds === undefined || seconds === '' ? NaN : Number(seconds) * 1000;
    const noNumber = seconds !== undefined && seconds !== '' && !Number.isFinite(think);
    if (id === undefined || id === '' || rest.length > 0 || noNumber || !Object.hasOwn(KIND_OF, kind)) return undefined;
    rows.push({ id, kind: KIND_OF[kind], think: Math.round(think) });
  }
  return rows;
}

function encode(text: string): string {
  return text.replace(/[%+/|=;:\s]/g, encodeURIComponent);
}

/** A resource that bears one of our own words is told apart by its first letter, which is encoded. */
function encodeName(name: string): string {
  const encoded = encode(name);
  return OWN_WORDS.has(name) ? `%${name.charCodeAt(0).toString(16)}${name.slice(1)}` : encoded;
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function decodeAll(texts: readonly string[]): string[] | undefined {
  const decoded: string[] = [];
  for (const text of texts) {
    const one = decode(text);
    if (one === undefined) return undefined;
    decoded.push(one);
  }
  return decoded;
}
