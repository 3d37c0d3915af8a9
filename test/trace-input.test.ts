import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openTrace, StoredTrace, traceInMemory } from '../src/trace/input.ts';

const TEXT = 'job 1\njob 2, by Jürgen 🚀\nend without line end';
/** `printf 'job 1\n' | xz`: a machine without xz must be able to run these tests. */
const XZ = Buffer.from('/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAFam9iIDEKAAAAa+N6PF3RQ1AAAR4GwS+kHR+2830BAAAAAARZWg==', 'base64');

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'yardmaster-input-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function stored(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function textOf(trace: StoredTrace): Promise<string> {
  let text = '';
  for await (const piece of trace.text()) text += piece;
  return text;
}

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('what is stored', () => {
  test.each([
    { what: 'plain text', name: 'a.txt', bytes: Buffer.from(TEXT), text: TEXT },
    { what: 'gzip', name: 'a.gz', bytes: gzipSync(TEXT), text: TEXT },
    { what: 'gzip under another name', name: 'a.swf', bytes: gzipSync(TEXT), text: TEXT },
    {
      what: 'gzip members one after the other',
      name: 'b.gz',
      bytes: Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]),
      text: 'a\nb\n',
    },
    { what: 'gzip padded with zeros', name: 'c.gz', bytes: Buffer.concat([gzipSync('a\n'), Buffer.alloc(512)]), text: 'a\n' },
    { what: 'xz', name: 'a.xz', bytes: XZ, text: 'job 1\n' },
    { what: 'xz streams one after the other', name: 'b.xz', bytes: Buffer.concat([XZ, XZ]), text: 'job 1\njob 1\n' },
    { what: 'a byte order mark', name: 'd.txt', bytes: Buffer.from(`\uFEFF${TEXT}`), text: TEXT },
    { what: 'nothing', name: 'e.txt', bytes: Buffer.alloc(0), text: '' },
  ])('$what is read, hashed and counted as stored', async ({ name, bytes, text }) => {
    const trace = await openTrace(stored(name, bytes));
    expect(await trace.head()).toBe(text);
    expect(await textOf(trace)).toBe(text);
    expect(await trace.account()).toEqual({ sha256: sha256(bytes), bytes: bytes.length });
    expect(trace.invalidUtf8).toBe(false);
    await trace.close();
  });

  test('is hashed and counted to its end even if nobody reads it', async () => {
    const bytes = gzipSync('x'.repeat(1_000_000));
    const trace = traceInMemory(bytes);
    for await (const _ of trace.text()) break;
    expect(await trace.account()).toEqual({ sha256: sha256(bytes), bytes: bytes.length });
  });

  test('comes in pieces of any size without breaking characters', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', '\n', 'ü', '\u2028', '🚀', '\uFEFF'), { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('plain', 'gzip'),
        async (characters, size, how) => {
          const text = characters.join('');
          const bytes = how === 'gzip' ? gzipSync(text) : Buffer.from(text);
          const trace = new StoredTrace('pieces', inPieces(bytes, size));
          expect(await textOf(trace)).toBe(text.replace(/^\uFEFF/, ''));
          expect((await trace.account()).sha256).toBe(sha256(bytes));
        },
      ),
    );
  });

  test('is told about as it is read', async () => {
    const path = stored('progress.txt', 'x'.repeat(200_000));
    const seen: [number, number | undefined][] = [];
    const trace = await openTrace(path, (bytesRead, total) => seen.push([bytesRead, total]));
    await textOf(trace);
    expect(seen.at(-1)).toEqual([200_000, 200_000]);
    expect(seen.length).toBeGreaterThan(1);
  });

  test('is not taken for UTF-8 where it is not, and said so', async () => {
    const trace = traceInMemory(Buffer.from('; J\xfcrgen\n', 'latin1'));
    expect(await textOf(trace)).toBe('; J\uFFFDrgen\n');
    expect(trace.invalidUtf8).toBe(true);
  });
});

describe('a clear error', () => {
  const cut = gzipSync('0 1 2 3 4 5 6 7 8 9\n'.repeat(1000)).subarray(0, 60);
  const corrupt = Buffer.from(gzipSync(TEXT));
  corrupt[corrupt.length - 6] ^= 255;
  const tar = Buffer.alloc(1024);
  tar.write('ustar', 257);

  test.each([
    { what: 'gzip cut off', bytes: cut, says: /gzip data is broken.*\n.*fetch or compress it again/s },
    { what: 'gzip with a wrong checksum', bytes: corrupt, says: /gzip data is broken: incorrect data check/ },
    { what: 'xz cut off', bytes: XZ.subarray(0, XZ.length - 9), says: /near byte \d+: the xz data is broken: it ends too early/ },
    { what: 'bzip2', bytes: Buffer.from('BZh91AY&SY'), says: /bzip2.*\n.*bunzip2 -k memory/s },
    { what: 'Zstandard', bytes: Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), says: /Zstandard.*\n.*zstd -d memory/s },
    { what: 'zip', bytes: Buffer.from('PK\x03\x04....'), says: /zip archive.*\n.*unzip memory/s },
    { what: 'tar', bytes: tar, says: /tar archive.*\n.*tar xf memory/s },
    { what: 'tar in gzip', bytes: gzipSync(tar), says: /tar archive.*\n.*tar xf memory/s },
    { what: 'binary data', bytes: Buffer.from('abc\0def'), says: /byte 3 of its content: found a NUL byte/ },
    { what: 'UTF-16', bytes: Buffer.from('\uFEFFa\n', 'utf16le'), says: /UTF-16.*\n.*iconv/s },
  ])('for $what', async ({ bytes, says }) => {
    await expect(textOf(traceInMemory(bytes))).rejects.toThrow(says);
    await expect(textOf(traceInMemory(bytes))).rejects.toMatchObject({ name: 'InputError', mistake: 'data' });
  });

  test.each([
    { what: 'a missing file', path: () => join(folder, 'no'), says: /there is no such file/ },
    { what: 'a file below a file', path: () => join(stored('file', ''), 'no'), says: /not a folder/ },
    { what: 'a folder', path: () => folder, says: /this is a folder/ },
  ])('for $what is a usage error', async ({ path, says }) => {
    await expect(openTrace(path())).rejects.toThrow(says);
    await expect(openTrace(path())).rejects.toMatchObject({ name: 'InputError', mistake: 'usage' });
  });

  test.skipIf(process.getuid?.() === 0)('for a file that may not be read (not for root, who may read all)', async () => {
    const path = stored('secret', 'x');
    chmodSync(path, 0);
    const trace = await openTrace(path);
    await expect(textOf(trace)).rejects.toThrow(/no permission/);
  });
});

test('standard input is read as a stream', async () => {
  const bytes = gzipSync(TEXT);
  const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([bytes]) as typeof process.stdin);
  const trace = await openTrace('-');
  stdin.mockRestore();
  expect(trace.name).toBe('standard input');
  expect(await textOf(trace)).toBe(TEXT);
  expect(await trace.account()).toEqual({ sha256: sha256(bytes), bytes: bytes.length });
});

test('reads nothing twice', async () => {
  const path = stored('once.txt', TEXT);
  const trace = await openTrace(path);
  await trace.head();
  expect(await textOf(trace)).toBe(readFileSync(path, 'utf8'));
  expect((await trace.account()).bytes).toBe(Buffer.byteLength(TEXT));
});
