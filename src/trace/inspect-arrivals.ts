import { InputError } from '../errors.ts';
import { DAY, HOUR } from '../units.ts';
import type { Workload } from '../workload.ts';
import { zoneNamed } from './column-map-zones.ts';
import type { Zone } from './column-map-zones.ts';

/** When in the day and in the week jobs are submitted. */
export interface Arrivals {
  /** Jobs of each hour of the day, from midnight [count]. */
  readonly byHour: readonly number[];
  /** Jobs of each day of the week, from Monday [count]. */
  readonly byWeekday: readonly number[];
  /** The zone that hours and days are those of; UTC where the trace names none. */
  readonly timeZone: string;
  readonly zoneFrom: 'trace' | 'assumed';
}

/** The arrivals, or undefined where it is not known when the trace was taken. */
export function arrivalsOf({ submit, origin, epoch, count }: Workload, timeZone: string | undefined): Arrivals | undefined {
  if (Number.isNaN(epoch)) return undefined;
  const zone = knownZone(timeZone);
  const byHour = new Array<number>(24).fill(0);
  const byWeekday = new Array<number>(7).fill(0);
  for (let job = 0; job < count; job++) {
    const local = zone.toLocal(epoch + origin + submit[job]);
    const day = Math.floor(local / DAY);
    byHour[Math.floor((local - day * DAY) / HOUR)]++;
    // The first of January 1970 was a Thursday.
    byWeekday[(((day + 3) % 7) + 7) % 7]++;
  }
  return { byHour, byWeekday, timeZone: zone.name, zoneFrom: zone.name === timeZone ? 'trace' : 'assumed' };
}

/** Old logs name their zones in ways of their own; what nobody knows is taken as UTC, and said to be assumed. */
function knownZone(name: string | undefined): Zone {
  try {
    if (name !== undefined) return zoneNamed(name, '');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  return zoneNamed('UTC', '');
}
