/** Local date-times to Unix time. */
import { usageError } from '../errors.ts';
import { DAY, HOUR, MINUTE } from '../units.ts';

/** Turns a local time, written as if it were UTC [ms], into Unix time [ms]. */
export interface Zone {
  readonly name: string;
  toUnix(local: number): number;
  /** The other way round. */
  toLocal(unix: number): number;
  /** Local times that occurred twice or never, because clocks were set back or forward, so far [count]. */
  readonly doubtful: number;
  /** Local times that were turned into Unix time so far [count]. */
  readonly converted: number;
}

/** A zone by its name in the tz database (`Europe/Berlin`, `UTC`) or as a fixed offset (`+02:00`). */
export function zoneNamed(name: string, where: string): Zone {
  const fixed = /^([+-])(\d{2}):?(\d{2})$/.exec(name);
  if (fixed) {
    const offset = (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * HOUR + Number(fixed[3]) * MINUTE);
    return new FixedZone(name, offset);
  }
  if (name === 'UTC') return new FixedZone(name, 0);
  try {
    return new NamedZone(name);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw usageError(`there is no time zone "${name}"`, where, 'write a name such as Europe/Berlin, UTC or +02:00');
  }
}

class FixedZone implements Zone {
  readonly name: string;
  readonly doubtful = 0;
  converted = 0;
  readonly #offset: number;

  constructor(name: string, offset: number) {
    this.name = name;
    this.#offset = offset;
  }

  toUnix(local: number): number {
    this.converted++;
    return local - this.#offset;
  }

  toLocal(unix: number): number {
    return unix + this.#offset;
  }
}

/** Days are asked once: on all but two days of a year the offset does not change. */
class NamedZone implements Zone {
  readonly name: string;
  doubtful = 0;
  converted = 0;
  readonly #format: Intl.DateTimeFormat;
  /** Offset of a whole local day [ms]; NaN = it changes that day. */
  readonly #offsetOfDay = new Map<number, number>();
  /** The same for days of UTC. */
  readonly #offsetOfUtcDay = new Map<number, number>();

  constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  }

  toUnix(local: number): number {
    this.converted++;
    const day = Math.floor(local / DAY);
    let offset = this.#offsetOfDay.get(day);
    if (offset === undefined) {
      // A day either way, because offsets reach from -12 to +14 hours.
      const before = this.#offsetAt((day - 1) * DAY);
      offset = before === this.#offsetAt((day + 2) * DAY) ? before : NaN;
      this.#offsetOfDay.set(day, offset);
    }
    return Number.isNaN(offset) ? this.#onDayOfChange(local) : local - offset;
  }

  toLocal(unix: number): number {
    const day = Math.floor(unix / DAY);
    let offset = this.#offsetOfUtcDay.get(day);
    if (offset === undefined) {
      const before = this.#offsetAt(day * DAY);
      offset = before === this.#offsetAt((day + 1) * DAY) ? before : NaN;
      this.#offsetOfUtcDay.set(day, offset);
    }
    return unix + (Number.isNaN(offset) ? this.#offsetAt(unix) : offset);
  }

  /** Of a time that occurred twice the first is taken; one that never did is read with the offset before the change. */
  #onDayOfChange(local: number): number {
    const before = local - this.#offsetAt(local - DAY);
    const after = local - this.#offsetAt(local + DAY);
    if (before === after) return before;
    const beforeHolds = before + this.#offsetAt(before) === local;
    const afterHolds = after + this.#offsetAt(after) === local;
    if (beforeHolds === afterHolds) this.doubtful++;
    return beforeHolds || !afterHolds ? before : after;
  }

  /** Local time minus UTC at this Unix time [ms]. */
  #offsetAt(unix: number): number {
    const second = Math.floor(unix / 1000) * 1000;
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of this.#format.formatToParts(second)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
  }
}
