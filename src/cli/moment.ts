import { usageError } from '../errors.ts';
import { parseDuration } from '../units.ts';

/** A point in time: a date, as Unix time, or a duration since some beginning [ms]. */
export interface Moment {
  readonly time: number;
  readonly isDate: boolean;
}

const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?(Z|[+-]\d{2}:\d{2})?$/;

/** `2010-03-01`, `2010-03-01T08:00`, the same with `Z` or `+01:00` (UTC if it says neither), or a duration. */
export function parseMoment(text: string, where: string): Moment {
  if (!/^\d{4}-/.test(text)) return { time: parseDuration(text, where), isDate: false };
  const [, day, clock = '00:00', zone = 'Z'] = DATE.exec(text) ?? [];
  const time = day === undefined ? NaN : Date.parse(`${day}T${clock}${zone}`);
  // A day that the month does not have would be taken for one of the next month.
  const exists = !Number.isNaN(time) && new Date(Date.parse(`${day}T00:00Z`)).toISOString().startsWith(day);
  if (!exists) throw usageError(`"${text}" is not a date`, where, 'write 2010-03-01, or 2010-03-01T08:00 (UTC), or a duration');
  return { time, isDate: true };
}
