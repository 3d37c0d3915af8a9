/** Lists of resources with their counts or weights: TRES, GRES, licences. */
import type { Setting } from './slurm-conf-lines.ts';
import { wrongValue } from './slurm-conf-table.ts';
import type { SlurmGres, Tres } from './slurm.ts';

const MIB = 2 ** 20;
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, p: 2 ** 50 };
/** Resources that are counted in megabytes. */
const IN_MEGABYTES = /^(mem|vmem|fs\/|bb\/)/;

/** Counts: `cpu=1000,mem=500G,gres/gpu:a100=8`. Memory without a unit is megabytes; -1 takes a limit away. */
export function readTres(setting: Setting): Tres {
  return readPairs(setting, (name, number, unit) => {
    const bytes = IN_MEGABYTES.test(name);
    return number * (unit === '' ? (bytes ? MIB : 1) : UNITS[unit]);
  });
}

/** Weights: `CPU=1.0,Mem=0.25G,GRES/gpu=2.0`, where 0.25G is a quarter for each gigabyte; memory for each byte. */
export function readTresWeights(setting: Setting): Tres {
  return readPairs(setting, (name, number, unit) => {
    const bytes = IN_MEGABYTES.test(name);
    return number / (unit === '' ? (bytes ? MIB : 1) : UNITS[unit]);
  });
}

function readPairs(setting: Setting, amount: (name: string, number: number, unit: string) => number): Tres {
  const tres: Record<string, number> = {};
  for (const pair of setting.value.split(',')) {
    if (pair.trim() === '') continue;
    const match = /^\s*([\w/:.@-]+)=(-?\d*\.?\d+(?:e[+-]?\d+)?)([kmgtp]?)b?\s*$/i.exec(pair);
    if (match === null) throw wrongValue(setting, `write "${pair}" as name=number, for example gres/gpu=2 or mem=500G`);
    const [, name, number, unit] = match;
    const lower = name.toLowerCase();
    // Sacctmgr writes -1 where a limit was taken away.
    if (Number(number) >= 0) tres[lower] = amount(lower, Number(number), unit.toLowerCase());
  }
  return tres;
}

/** Licences: `matlab:4,ansys:2` or with `=`; one of each if no number is given. The same name twice adds up. */
export function readLicenses(setting: Setting): Readonly<Record<string, number>> {
  const licenses: Record<string, number> = {};
  for (const part of setting.value.split(/[,;]/)) {
    const text = part.trim();
    if (text === '' || text === '(null)') continue;
    const match = /^([^\s:=]+)(?:[:=](\d{1,9}))?$/.exec(text);
    if (match === null) throw wrongValue(setting, `write "${text}" as name:number`);
    const [, name, number = '1'] = match;
    licenses[name] = (Object.hasOwn(licenses, name) ? licenses[name] : 0) + Number(number);
  }
  return licenses;
}

/** `gpu:a100:4(S:0-1),mps:400,craynetwork:4,bandwidth:lustre:no_consume:4G`. */
export function readGres(setting: Setting): SlurmGres[] {
  if (/^(none|\(null\))$/i.test(setting.value)) return [];
  const parts = setting.value.split(/,(?![^(]*\))/).filter((part) => part !== '');
  return parts.map((part) => readOneGres(part, setting));
}

function readOneGres(part: string, setting: Setting): SlurmGres {
  const match = /^([^()]+?)(?:\(([^)]*)\))?$/.exec(part);
  if (match === null) throw wrongValue(setting, `write "${part}" as name:type:number, for example gpu:a100:4`);
  const [, text, binding = ''] = match;
  const [name, ...fields] = text.split(':').filter((field) => field !== '' && field !== 'no_consume');
  const number = fields.at(-1);
  const counted = number !== undefined && /^\d/.test(number);
  const count = counted ? readGresCount(number) : 1;
  const types = counted ? fields.slice(0, -1) : fields;
  if (name === undefined || count === undefined || types.length > 1) {
    throw wrongValue(setting, `write "${part}" as name:type:number, for example gpu:a100:4`);
  }
  const sockets = /^S:([\d,-]+)$/i.exec(binding);
  return {
    name: name.toLowerCase(),
    count,
    ...(types.length === 0 ? {} : { type: types[0] }),
    ...(sockets === null ? {} : { sockets: readNumbers(sockets[1]) }),
    ...(text.includes('no_consume') ? { shared: true } : {}),
  };
}

/** A count, with the units of powers of 1024 that Slurm allows; undefined for anything else. */
export function readGresCount(text: string): number | undefined {
  const match = /^(\d{1,15})([kmgtp]?)(?:i?b)?$/i.exec(text);
  return match === null ? undefined : Number(match[1]) * UNITS[match[2].toLowerCase()];
}

/** Numbers such as `0-3,8`; what is no range is left out. */
export function readNumbers(text: string): number[] {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part);
    if (match === null) continue;
    const last = Number(match[2] ?? match[1]);
    for (let number = Number(match[1]); number <= last; number++) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}
