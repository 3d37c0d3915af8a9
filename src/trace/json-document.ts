/** JSON that is read whole: what is wrong with it is said with its place, and with how it is to look (`hint`). */
import { InputError } from '../errors.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function parseJson(text: string, where: string, hint: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`it is no JSON: ${(error as Error).message}`, where, hint);
  }
}

export function jsonObject(value: unknown, where: string, hint: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new InputError('this is no object', where, hint);
}
