/** What the commands about systems are told. */
import { usageError } from '../errors.ts';
import type { SystemChanges } from '../systems/system-file.ts';

/** A share from 0 to 1. */
export function parseShare(text: string, flag: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw usageError(`"${text}" is no share`, flag, 'write a number from 0 to 1, such as 0.05');
}

/** A positive number. */
export function parseFactor(text: string, flag: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < Infinity) return value;
  throw usageError(`"${text}" is no factor`, flag, 'write a number above 0, such as 3 or 0.33');
}

/** `key=value` taken apart at the first `=`. */
function pairOf(text: string, flag: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw usageError(`"${text}" has no value`, flag, `write ${flag} name=value`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** What is changed of the systems as their files have them. */
export function changesOf({ pool, set, assumed }: { pool: string[]; set: string[]; assumed: string }): SystemChanges {
  return {
    pools: new Map(pool.map((one) => pairOf(one, '--pool'))),
    values: new Map(set.map((one) => pairOf(one, '--set'))),
    assumed: parseFactor(assumed, '--assumed'),
  };
}
