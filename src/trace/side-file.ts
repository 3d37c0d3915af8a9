/** Files that a trace needs beside itself, such as tables of throughputs. */
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { InputError, usageError } from '../errors.ts';

/** As much as fits into one text [bytes]. */
const LARGEST = 256 * 2 ** 20;

/** The text of a file, unpacked if it is gzip. `parameter` is what named it, for errors. */
export async function readSideFile(path: string, parameter: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw usageError(`${path} cannot be read: ${(error as Error).message}`, parameter, 'check the path');
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8');
  try {
    return (await promisify(gunzip)(bytes, { maxOutputLength: LARGEST })).toString('utf8');
  } catch (error) {
    throw new InputError(`its gzip data is broken: ${(error as Error).message}`, path, 'unpack it, or fetch it again');
  }
}
