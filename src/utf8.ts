import { usageError } from './errors.ts';

/** The text of a file that people write. Some editors save it as UTF-16, which nothing that follows could read. */
export function textOf(bytes: Uint8Array, path: string): string {
  const [first, second] = bytes;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // Without a mark: half the bytes of Latin text are zero.
  if (isMarked || (bytes.length > 1 && (first === 0) !== (second === 0)))
    throw usageError('the text is UTF-16', path, `convert it first: iconv -f UTF-16 -t UTF-8 ${path}`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
