/** The notations of sacct. Each function answers undefined for what it cannot read, NaN for "there is no value". */
import type { Zone } from './column-map-zones.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../units.ts';

const TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;
const UNIX = /^\d{9,11}$/;
const NO_VALUE = new Set(['', 'unknown', 'none', 'n/a', '(null)']);
/** Date.UTC takes days beyond a month's end for days of the next one. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** When: local time, local time with an offset (SLURM_TIME_FORMAT), or Unix seconds [Unix ms]. */
export function readTime(text: string, zone: Zone): number | undefined {
  const match = TIME.exec(text);
  if (match === null) {
    if (NO_VALUE.has(text.toLowerCase())) return NaN;
    return UNIX.test(text) ? Number(text) * SECOND : undefined;
  }
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > DAYS[month - 1] || hour > 23 || minute > 59 || second > 60) return undefined;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  if (year < 1970 || Number.isNaN(local)) return undefined;
  const offset = match[7];
  if (offset === undefined) return zone.toUnix(local);
  if (offset === 'Z') return local;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return local - (offset[0] === '-' ? -minutes : minutes) * MINUTE;
}

/** How long: `[[days-]hours:]minutes:seconds[.fraction]` [ms]. */
export function readClock(text: string): number | undefined {
  const match = /^(?:(\d{1,6})-)?(?:(\d{1,8}):)?(\d{1,8}):(\d\d(?:\.\d+)?)$/.exec(text);
  if (match === null) return NO_VALUE.has(text.toLowerCase()) || text === 'INVALID' ? NaN : undefined;
  const [, days = '0', hours = '0', minutes, seconds] = match;
  return Number(days) * DAY + Number(hours) * HOUR + Number(minutes) * MINUTE + Math.round(Number(seconds) * SECOND);
}

/** A limit: a time, NaN if none was asked, Infinity if none was set [ms]. `Partition_Limit` does not say which. */
export function readLimit(text: string): number | undefined {
  if (/^unlimited$/i.test(text)) return Infinity;
  return /^(partition_limit|invalid)$/i.test(text) ? NaN : readClock(text);
}

const COUNT_UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** How many: large counts may be written `1.50K`. */
export function readCount(text: string): number | undefined {
  if (NO_VALUE.has(text.toLowerCase())) return NaN;
  const match = /^(\d{1,15}(?:\.\d+)?)([KMG]?)$/.exec(text);
  return match === null ? undefined : Math.round(Number(match[1]) * COUNT_UNITS[match[2]]);
}

const MEMORY_UNITS: Readonly<Record<string, number>> = { '': 20, K: 10, M: 20, G: 30, T: 40, P: 50 };
/** Slurm stores memory for each cpu with its highest bit set [MB]; versions that did not know it printed the bit. */
const PER_CPU_FLAGS: readonly bigint[] = [2n ** 63n, 2n ** 31n];

export interface Memory {
  /** NaN = there is no value. */
  readonly bytes: number;
  readonly per: 'cpu' | 'node' | 'job';
  /** The flag for "each cpu" stood in the number. */
  readonly unmasked: boolean;
}

/** Memory: `2800Mc` for each cpu, `31000Mn` for each node, since version 21.08 `62.50G` for the job. Plain numbers are MB. */
export function readMemory(text: string): Memory | undefined {
  const none: Memory = { bytes: NaN, per: 'job', unmasked: false };
  if (NO_VALUE.has(text.toLowerCase())) return none;
  const match = /^(\d{1,20})(\.\d+)?([KMGTP]?)([cn]?)$/.exec(text);
  if (match === null) return undefined;
  const [, whole, fraction = '', unit, suffix] = match;
  const per = suffix === 'c' ? 'cpu' : suffix === 'n' ? 'node' : 'job';
  if (unit === 'M' || unit === '') {
    const flag = PER_CPU_FLAGS.find((bit) => BigInt(whole) >= bit);
    if (flag !== undefined) return { bytes: Number(BigInt(whole) - flag) * 2 ** 20, per: 'cpu', unmasked: true };
  }
  // 0 asks for all the memory of a node, whatever it is.
  const bytes = Number(whole + fraction) * 2 ** MEMORY_UNITS[unit];
  return bytes === 0 ? none : { bytes, per, unmasked: false };
}

/** What a TRES list says: `cpu=12,mem=31000M,node=1,gres/gpu=2,gres/gpu:v100=2`. */
export interface Tres {
  readonly cpus: number;
  readonly nodes: number;
  /** [bytes] */
  readonly memory: number;
  readonly gpus: number;
  readonly gpuModels: readonly string[];
}

/** Reads a TRES list; what it does not say is NaN. */
export function readTres(text: string): Tres | undefined {
  const tres = { cpus: NaN, nodes: NaN, memory: NaN, gpus: NaN, gpuModels: [] as string[] };
  let typed = 0;
  for (const part of text.split(',')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = part.slice(0, equals).toLowerCase();
    const value = part.slice(equals + 1);
    if (equals < 1) return undefined;
    if (name === 'mem') tres.memory = readMemory(value)?.bytes ?? NaN;
    if (name === 'cpu') tres.cpus = readCount(value) ?? NaN;
    if (name === 'node') tres.nodes = readCount(value) ?? NaN;
    if (name === 'gres/gpu') tres.gpus = readCount(value) ?? NaN;
    if (name.startsWith('gres/gpu:')) {
      typed += readCount(value) ?? 0;
      tres.gpuModels.push(part.slice('gres/gpu:'.length, equals));
    }
  }
  // Newer versions say both: all GPUs, and those of each model.
  if (Number.isNaN(tres.gpus) && typed > 0) tres.gpus = typed;
  return tres;
}

/** GPUs of each node in the older notation: `gpu:2`, `gpu:v100:2(IDX:0-1)`, `gres:gpu:2`, several with commas. */
export function readGres(text: string): { gpus: number; gpuModels: readonly string[] } {
  let gpus = 0;
  const gpuModels: string[] = [];
  for (const part of text.replace(/\([^)]*\)/g, '').split(',')) {
    const match = /^(?:gres[:/])?gpu(?::([A-Za-z][^:=]*))?(?:[:=](\d{1,6}))?$/.exec(part);
    if (match === null) continue;
    gpus += match[2] === undefined ? 1 : Number(match[2]);
    if (match[1] !== undefined) gpuModels.push(match[1]);
  }
  return { gpus, gpuModels };
}
