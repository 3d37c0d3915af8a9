/** Times as sacct prints them. */
import { DAY, HOUR, MINUTE } from '../units.ts';

export type Lost = (what: string, jobs: number) => void;

/** `[days-]hours:minutes:seconds`, with a fraction where there is one. */
export function clockText(ms: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const days = Math.floor(ms / DAY);
  const [hours, minutes] = [Math.floor((ms % DAY) / HOUR), Math.floor((ms % HOUR) / MINUTE)];
  const seconds = Math.floor((ms % MINUTE) / 1000);
  const fraction = ms % 1000 === 0 ? '' : `.${String(ms % 1000).padStart(3, '0')}`;
  return `${days === 0 ? '' : `${days}-`}${two(hours)}:${two(minutes)}:${two(seconds)}${fraction}`;
}

/** `2024-10-01T08:00:00`, in universal time; fractions are cut off. */
export function dateText(unix: number): string {
  return new Date(unix).toISOString().slice(0, 19);
}
