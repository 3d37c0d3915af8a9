/** Values of options, each checked where it is read; `flag` names the option in the error. */
import { usageError } from '../errors.ts';
import { parseDuration } from '../units.ts';

export function wholeNumber(text: string, flag: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  throw usageError(`"${text}" is not a whole number from ${least} on`, flag, `write for example ${flag} ${Math.max(least, 10)}`);
}

/** 0 or a number above. */
export function notNegative(text: string, flag: string): number {
  const number = Number(text);
  if (text.trim() !== '' && number >= 0 && number < Infinity) return number;
  throw usageError(`"${text}" is not a number from 0 on`, flag, `write for example ${flag} 20`);
}

/** A number above 0. */
export function positive(text: string, flag: string): number {
  const number = Number(text);
  if (text.trim() !== '' && number > 0 && number < Infinity) return number;
  throw usageError(`"${text}" is not a number above 0`, flag, `write for example ${flag} 1.5`);
}

/** `0.98` or `98%`. */
export function parseShare(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(\s*%)?$/.exec(text.trim());
  const share = match ? Number(match[1]) / (match[2] ? 100 : 1) : NaN;
  if (!(share >= 0 && share <= 1)) throw usageError(`"${text}" is not a share`, flag, 'write for example 98% or 0.98');
  return share;
}

/** A duration that may have a sign [ms]. */
export function signedDuration(text: string, flag: string): number {
  return text.startsWith('-') ? -parseDuration(text.slice(1), flag) : parseDuration(text.replace(/^\+/, ''), flag);
}
