/** The settings of a line or of a file by their keys, and the notations of their values. */
import { didYouMean, usageError } from './errors.ts';
import type { InputError } from './errors.ts';
import type { Setting } from './slurm-conf-lines.ts';
import { MINUTE, SECOND } from './units.ts';

const YES = new Set(['yes', 'up', 'true', '1']);
const NO = new Set(['no', 'down', 'false', '0']);

/** Settings by key. What is not in it is looked for in the table of defaults (`NodeName=DEFAULT`). */
export class ConfTable {
  readonly #settings = new Map<string, Setting>();
  /** Keys in lower case. */
  readonly #asked = new Set<string>();
  readonly #defaults: ConfTable | undefined;

  constructor(settings: readonly Setting[], defaults?: ConfTable) {
    this.#defaults = defaults;
    for (const setting of settings) this.#settings.set(setting.key.toLowerCase(), setting);
  }

  /** Both: what stands in the settings here, and beside it what stood in the table before. */
  mergedInto(earlier: ConfTable | undefined): ConfTable {
    return earlier === undefined ? this : new ConfTable([...earlier.#settings.values(), ...this.#settings.values()]);
  }

  get(key: string): Setting | undefined {
    return this.own(key) ?? this.#defaults?.own(key);
  }

  /** Without the defaults: some keys are not inherited. */
  own(key: string): Setting | undefined {
    const name = key.toLowerCase();
    this.#asked.add(name);
    return this.#settings.get(name);
  }

  /** What nobody has asked for. */
  rest(): Setting[] {
    return [...this.#settings].filter(([name]) => !this.#asked.has(name)).map(([, setting]) => setting);
  }

  keys(): string[] {
    return [...this.#settings.values()].map(({ key }) => key);
  }

  text(key: string): string | undefined {
    return this.get(key)?.value;
  }

  count(key: string, otherwise: number): number {
    return valueOf(this.get(key), otherwise, readCount);
  }

  flag(key: string, otherwise: boolean): boolean {
    return valueOf(this.get(key), otherwise, readFlag);
  }

  /** Of durations that are minutes when they are plain numbers, and are rounded up to whole ones [ms]. */
  minutes(key: string, otherwise: number): number {
    return valueOf(this.get(key), otherwise, readMinutes);
  }

  /** Of durations that are a plain number of seconds [ms]. */
  seconds(key: string, otherwise: number): number {
    return this.count(key, otherwise / SECOND) * SECOND;
  }

  /** Of memory in megabytes [bytes]. */
  megabytes(key: string, otherwise: number): number {
    return this.count(key, otherwise / 2 ** 20) * 2 ** 20;
  }

  /** Words between commas; undefined if the key is not there. */
  words(key: string): readonly string[] | undefined {
    return this.text(key)
      ?.split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
  }

  /** One of the words, whatever its case. */
  choice<Word extends string>(key: string, words: readonly Word[], otherwise: Word, prefix = ''): Word {
    return valueOf(this.get(key), otherwise, (setting) => {
      const value = setting.value.toLowerCase();
      const bare = value.startsWith(prefix) ? value.slice(prefix.length) : value;
      const found = words.find((word) => word === bare);
      if (found !== undefined) return found;
      throw wrongValue(
        setting,
        didYouMean(
          setting.value,
          words.map((word) => `${prefix}${word}`),
        ),
      );
    });
  }
}

function valueOf<Value>(setting: Setting | undefined, otherwise: Value, read: (setting: Setting) => Value): Value {
  return setting === undefined ? otherwise : read(setting);
}

/** The mistake of a value that cannot be read. */
export function wrongValue({ key, value, at }: Setting, hint: string): InputError {
  return usageError(`${key}=${value} cannot be read`, at, hint);
}

/** A number as C reads it (with 0 in front it is octal), or INFINITE or UNLIMITED. */
export function readCount(setting: Setting): number {
  const { value } = setting;
  if (/^(infinite|unlimited)$/i.test(value)) return Infinity;
  if (/^0[0-7]+$/.test(value)) return parseInt(value, 8);
  if (!/^(\d+|0x[\da-f]+)$/i.test(value)) throw wrongValue(setting, 'write a whole number, or UNLIMITED');
  return Number(value);
}

export function readFlag(setting: Setting): boolean {
  const value = setting.value.toLowerCase();
  if (YES.has(value)) return true;
  if (NO.has(value)) return false;
  throw wrongValue(setting, 'write YES or NO');
}

/** Minutes, as Slurm holds most of its limits: seconds are rounded up [ms]. */
export function readMinutes(setting: Setting): number {
  return Math.ceil(readTime(setting) / MINUTE) * MINUTE;
}

/** A duration: `minutes`, `minutes:seconds`, `hours:minutes:seconds`, `days-hours[:minutes[:seconds]]` [ms]. */
export function readTime(setting: Setting): number {
  const time = parseSlurmTime(setting.value);
  if (time === undefined) throw wrongValue(setting, 'write minutes, MM:SS, HH:MM:SS, D-HH:MM:SS or INFINITE');
  return time;
}

/** The same; undefined for what is no duration. Source: Slurm, src/common/parse_time.c, time_str2secs. */
export function parseSlurmTime(text: string): number | undefined {
  if (/^(-1|infinite|unlimited)$/i.test(text)) return Infinity;
  const match = /^(?:(\d{1,9})-)?(\d{1,9})(?::(\d{1,9}))?(?::(\d{1,9}))?$/.exec(text);
  if (match === null) return undefined;
  const [days, first, second, third] = match.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  if (days !== undefined) return (((days * 24 + (first ?? 0)) * 60 + (second ?? 0)) * 60 + (third ?? 0)) * SECOND;
  if (third !== undefined) return (((first ?? 0) * 60 + (second ?? 0)) * 60 + third) * SECOND;
  return ((first ?? 0) * 60 + (second ?? 0)) * SECOND;
}
