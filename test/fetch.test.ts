import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import type { CatalogueEntry } from '../src/trace/catalogue.ts';
import { explained, mayPass } from '../src/trace/fetch-errors.ts';
import { fetchTrace } from '../src/trace/fetch.ts';
import type { FetchOptions, FetchProgress } from '../src/trace/fetch.ts';
import { serve, traceServer } from './trace-server.ts';
import type { Behaviour, TraceServer } from './trace-server.ts';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251));
const OTHER = Buffer.from(CONTENT.map((byte) => 255 - byte));
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

let dir: string;
let server: TraceServer | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fetch-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(dir, { recursive: true, force: true });
});

async function start(behaviour: Partial<Behaviour> = {}): Promise<TraceServer> {
  server = await traceServer({ content: CONTENT, etag: '"one"', ...behaviour });
  return server;
}

const entry = (more: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
  name: 'small',
  title: 'a small log',
  home: 'https://logs.example.org/small',
  url: `${server?.url}/logs/small.swf.gz`,
  terms: 'free',
  citation: 'nobody',
  ...more,
});

/** Waits are cut to a hundredth; how long they would have been is kept. */
function options(more: Partial<FetchOptions> = {}): FetchOptions & { waits: number[]; progress: FetchProgress[] } {
  const waits: number[] = [];
  const progress: FetchProgress[] = [];
  return {
    dir,
    sleep: async (ms, signal) => {
      waits.push(ms);
      await setTimeout(ms / 100, undefined, { signal });
    },
    onProgress: (now) => progress.push(now),
    silence: 2000,
    attempts: 3,
    waits,
    progress,
    ...more,
  };
}

const path = () => join(dir, 'small.swf.gz');
const files = () => readdirSync(dir).sort();
const DONE = ['small.swf.gz', 'small.swf.gz.sha256'];

/** The server cuts the first connection after so many bytes. */
const cutFirst =
  (bytes: number): Behaviour['on'] =>
  (request, ask, answer, file) => {
    if (request > 0) return false;
    serve(ask, answer, file, bytes);
    return true;
  };

async function failure(promise: Promise<unknown>): Promise<InputError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

describe('a download that goes well', () => {
  test('brings the file, its checksum beside it, and nothing else', async () => {
    await start();
    const asked = options();
    const fetched = await fetchTrace(entry(), asked);
    expect(fetched).toEqual({
      path: path(),
      bytes: CONTENT.length,
      sha256: sha256(CONTENT),
      how: 'downloaded',
      checked: 'first use',
    });
    expect(readFileSync(path()).equals(CONTENT)).toBe(true);
    expect(readFileSync(`${path()}.sha256`, 'utf8')).toBe(`${sha256(CONTENT)}  small.swf.gz\n`);
    expect(files()).toEqual(DONE);
    expect(asked.progress[0]).toEqual({ received: 0, total: CONTENT.length, resumedFrom: 0, failures: 0 });
    expect(asked.progress.at(-1)?.received).toBe(CONTENT.length);
  });

  test('is checked against the published checksum', async () => {
    await start();
    expect(await fetchTrace(entry({ sha256: sha256(CONTENT) }), options())).toMatchObject({ checked: 'published' });
  });

  test('is not done again when the file is there', async () => {
    const { asked } = await start();
    await fetchTrace(entry(), options());
    expect(await fetchTrace(entry(), options())).toMatchObject({ how: 'already there', checked: 'recorded' });
    expect(asked).toHaveLength(1);
  });

  test('keeps the bytes of a .gz that the server calls a content encoding', async () => {
    await start({
      on: (_, __, answer) => {
        answer.setHeader('content-encoding', 'x-gzip');
      },
    });
    expect(await fetchTrace(entry(), options())).toMatchObject({ sha256: sha256(CONTENT) });
  });

  test('follows redirects', async () => {
    const { url } = await start({
      on: (request, _, answer) => {
        if (request > 1) return false;
        answer
          .writeHead(request === 0 ? 302 : 308, { location: request === 0 ? '/elsewhere' : `${url}/logs/again.swf.gz` })
          .end();
        return true;
      },
    });
    expect(await fetchTrace(entry(), options())).toMatchObject({ path: path(), sha256: sha256(CONTENT) });
  });

  test('can come from a mirror', async () => {
    const paths: (string | undefined)[] = [];
    const { url } = await start({
      on: (_, ask) => {
        paths.push(ask.url);
      },
    });
    const elsewhere = entry({ url: 'https://logs.example.org/logs/small.swf.gz?v=2' });
    await fetchTrace(elsewhere, options({ baseUrl: `${url}/mirror/` }));
    expect(paths).toEqual(['/mirror/logs/small.swf.gz?v=2']);
  });
});

describe('a download that was cut', () => {
  test('is taken up where it ended', async () => {
    const { asked } = await start({ on: cutFirst(100_000) });
    const settings = options();
    expect(await fetchTrace(entry({ sha256: sha256(CONTENT) }), settings)).toMatchObject({ how: 'resumed' });
    expect(asked).toEqual([undefined, 'bytes=100000-']);
    expect(readFileSync(path()).equals(CONTENT)).toBe(true);
    expect(settings.waits).toEqual([1000]);
    expect(files()).toEqual(DONE);
  });

  test('is taken up by a later run', async () => {
    const { asked } = await start({ on: cutFirst(100_000) });
    await failure(fetchTrace(entry(), options({ attempts: 1 })));
    expect(files()).toEqual(['small.swf.gz.part', 'small.swf.gz.part.json']);
    expect(await fetchTrace(entry(), options())).toMatchObject({ how: 'resumed', sha256: sha256(CONTENT) });
    expect(asked).toEqual([undefined, 'bytes=100000-']);
  });

  test('is taken up by its date where there is no strong ETag', async () => {
    const { asked } = await start({ etag: 'W/"weak"', lastModified: 'Tue, 01 Nov 2005 10:00:00 GMT', on: cutFirst(1000) });
    await fetchTrace(entry(), options());
    expect(asked).toEqual([undefined, 'bytes=1000-']);
  });

  test('begins anew where the server names no version', async () => {
    const { asked } = await start({ etag: undefined, on: cutFirst(1000) });
    expect(await fetchTrace(entry(), options())).toMatchObject({ sha256: sha256(CONTENT) });
    expect(asked).toEqual([undefined, undefined]);
  });

  test('begins anew where the server knows no ranges', async () => {
    const { asked } = await start({ ranges: false, on: cutFirst(100_000) });
    expect(await fetchTrace(entry(), options())).toMatchObject({ sha256: sha256(CONTENT) });
    expect(asked).toEqual([undefined, 'bytes=100000-']);
  });

  test('begins anew when the file has changed meanwhile', async () => {
    await start({
      on: (request, ask, answer, file) => {
        if (request === 0) return cutFirst(100_000)(request, ask, answer, file);
        file.content = OTHER;
        file.etag = '"two"';
        return false;
      },
    });
    expect(await fetchTrace(entry(), options())).toMatchObject({ sha256: sha256(OTHER) });
    expect(readFileSync(path()).equals(OTHER)).toBe(true);
  });

  test('begins anew when the server lies about the version, and the published checksum tells', async () => {
    const { asked } = await start({
      on: (request, ask, answer, file) => {
        if (request === 0) {
          file.content = OTHER;
          serve(ask, answer, file, 100_000);
          file.content = CONTENT;
          return true;
        }
        return false;
      },
    });
    expect(await fetchTrace(entry({ sha256: sha256(CONTENT) }), options())).toMatchObject({ sha256: sha256(CONTENT) });
    expect(asked).toEqual([undefined, 'bytes=100000-', undefined]);
  });

  test('begins anew when the part is longer than the file', async () => {
    const { url } = await start();
    writeFileSync(`${path()}.part`, Buffer.concat([CONTENT, CONTENT]));
    writeFileSync(`${path()}.part.json`, JSON.stringify({ url: `${url}/logs/small.swf.gz`, validator: '"one"' }));
    expect(await fetchTrace(entry(), options())).toMatchObject({ sha256: sha256(CONTENT) });
  });

  test('begins anew when the server sends another piece than asked for', async () => {
    await start({
      on: (request, ask, answer, file) => {
        if (request === 0) return cutFirst(100_000)(request, ask, answer, file);
        if (request > 1) return false;
        answer
          .writeHead(206, { 'content-range': `bytes 0-99/${CONTENT.length}`, 'content-length': 100 })
          .end(CONTENT.subarray(0, 100));
        return true;
      },
    });
    expect(await fetchTrace(entry(), options())).toMatchObject({ sha256: sha256(CONTENT) });
  });

  test('goes on as long as each connection brings some more', async () => {
    const { asked } = await start({
      on: (_, ask, answer, file) => {
        serve(ask, answer, file, 40_000);
        return true;
      },
    });
    expect(await fetchTrace(entry(), options({ attempts: 2 }))).toMatchObject({ how: 'resumed', sha256: sha256(CONTENT) });
    expect(asked).toHaveLength(8);
  });

  test('is given up when it is cut at the same place again and again', async () => {
    const { asked } = await start({
      ranges: false,
      on: (_, ask, answer, file) => {
        serve(ask, answer, file, 40_000);
        return true;
      },
    });
    const error = await failure(fetchTrace(entry(), options({ attempts: 3 })));
    expect(error.hint).toContain(path());
    expect(asked.length).toBeLessThanOrEqual(4);
  });
});

describe('a server in trouble', () => {
  test('is asked again, later each time', async () => {
    await start({
      on: (request, _, answer) => {
        if (request > 1) return false;
        answer.writeHead(503).end('busy');
        return true;
      },
    });
    const settings = options();
    expect(await fetchTrace(entry(), settings)).toMatchObject({ how: 'downloaded' });
    expect(settings.waits).toEqual([1000, 2000]);
  });

  test('is given the time it asks for', async () => {
    await start({
      on: (request, _, answer) => {
        if (request > 0) return false;
        answer.writeHead(429, { 'retry-after': '7' }).end();
        return true;
      },
    });
    const settings = options();
    await fetchTrace(entry(), settings);
    expect(settings.waits).toEqual([7000]);
  });

  test('is given up in the end', async () => {
    const { asked } = await start({
      on: (_, __, answer) => {
        answer.writeHead(500).end();
        return true;
      },
    });
    expect((await failure(fetchTrace(entry(), options()))).problem).toBe('the server answers 500');
    expect(asked).toHaveLength(3);
    expect(files()).toEqual([]);
  });

  test.each([404, 410, 403])('that answers %i is not asked again', async (status) => {
    const { asked } = await start({
      on: (_, __, answer) => {
        answer.writeHead(status).end('no');
        return true;
      },
    });
    const error = await failure(fetchTrace(entry(), options()));
    expect(error.problem).toBe(`the server answers ${status}`);
    expect(error.where).toBe(`${server?.url}/logs/small.swf.gz`);
    expect(error.hint).toContain('https://logs.example.org/small');
    expect(asked).toHaveLength(1);
    expect(files()).toEqual([]);
  });

  test('that says nothing at all is given up', async () => {
    const { asked } = await start({ on: () => true });
    const error = await failure(fetchTrace(entry(), options({ silence: 50 })));
    expect(error.problem).toContain('nothing came for 0.05 s');
    expect(asked).toHaveLength(3);
  });

  test('that stops in the middle is asked for the rest', async () => {
    const { asked } = await start({
      on: (request, _, answer) => {
        if (request > 0) return false;
        answer.writeHead(200, { 'content-length': CONTENT.length, etag: '"one"' }).write(CONTENT.subarray(0, 5000));
        return true;
      },
    });
    expect(await fetchTrace(entry(), options({ silence: 100 }))).toMatchObject({ how: 'resumed', sha256: sha256(CONTENT) });
    expect(asked).toEqual([undefined, 'bytes=5000-']);
  });

  test('that redirects for ever is given up at once', async () => {
    const { asked } = await start({
      on: (_, __, answer) => {
        answer.writeHead(302, { location: '/again' }).end();
        return true;
      },
    });
    expect((await failure(fetchTrace(entry(), options()))).problem).toContain('more than 10 redirects');
    expect(asked).toHaveLength(11);
  });

  test('that redirects to a file of ours is refused', async () => {
    await start({
      on: (_, __, answer) => {
        answer.writeHead(302, { location: 'file:///etc/hostname' }).end();
        return true;
      },
    });
    expect((await failure(fetchTrace(entry(), options()))).problem).toContain('file:///etc/hostname');
  });

  test('that is not there is told as such', async () => {
    const { url } = await start();
    const gone = entry();
    await server?.close();
    const error = await failure(fetchTrace(gone, options()));
    expect(error.problem).toContain('ECONNREFUSED');
    expect(error.where).toBe(`${url}/logs/small.swf.gz`);
    expect(error.hint).toContain(`save it as ${path()}`);
  });
});

describe('a file that is not the right one', () => {
  test('is not kept, and both checksums are told', async () => {
    await start({ content: OTHER });
    const error = await failure(fetchTrace(entry({ sha256: sha256(CONTENT) }), options()));
    expect(error.problem).toContain(sha256(CONTENT));
    expect(error.problem).toContain(sha256(OTHER));
    expect(files()).toEqual([]);
  });

  test('is not overwritten', async () => {
    const { asked } = await start();
    writeFileSync(path(), 'my own work');
    const error = await failure(fetchTrace(entry({ sha256: sha256(CONTENT) }), options()));
    expect(error.problem).toContain(sha256(CONTENT));
    expect(error.hint).toContain('move it away');
    expect(readFileSync(path(), 'utf8')).toBe('my own work');
    expect(asked).toHaveLength(0);
  });

  test('is found when it has changed since its first download', async () => {
    await start();
    await fetchTrace(entry(), options());
    writeFileSync(path(), 'something else');
    const error = await failure(fetchTrace(entry(), options()));
    expect(error.problem).toContain(`that of its first download is ${sha256(CONTENT)}`);
    expect(readFileSync(path(), 'utf8')).toBe('something else');
  });

  test('is found when the server has another one at the second download', async () => {
    await start();
    await fetchTrace(entry(), options());
    rmSync(path());
    server!.behaviour.content = OTHER;
    const error = await failure(fetchTrace(entry(), options()));
    expect(error.problem).toContain('that of its first download');
    expect(error.hint).toContain('small.swf.gz.sha256');
    expect(files()).toEqual(['small.swf.gz.sha256']);
  });

  test('can have a record that makes no sense', async () => {
    await start();
    writeFileSync(`${path()}.sha256`, 'nonsense');
    expect((await failure(fetchTrace(entry(), options()))).where).toBe(`${path()}.sha256`);
  });
});

describe('several at once', () => {
  test('in one process download it once', async () => {
    const { asked } = await start();
    const all = await Promise.all([1, 2, 3].map(() => fetchTrace(entry(), options())));
    expect(all.map(({ how }) => how).sort()).toEqual(['already there', 'already there', 'downloaded']);
    expect(asked).toHaveLength(1);
    expect(files()).toEqual(DONE);
  });

  test.each([
    ['of a process that is gone', () => `${2 ** 22 + 1} ${hostname()} x\n`],
    ['of an earlier process with our number', () => `${process.pid} ${hostname()} x\n`],
  ])('a lock %s does not hold us up', async (_, lock) => {
    await start();
    writeFileSync(`${path()}.lock`, lock());
    expect(await fetchTrace(entry(), options())).toMatchObject({ how: 'downloaded' });
    expect(files()).toEqual(DONE);
  });

  test('a lock of a running process is waited for', async () => {
    await start();
    writeFileSync(`${path()}.lock`, `${process.ppid} ${hostname()} x\n`);
    const settings = options();
    const fetched = fetchTrace(entry(), settings);
    await setTimeout(50);
    expect(server?.asked).toHaveLength(0);
    rmSync(`${path()}.lock`);
    expect(await fetched).toMatchObject({ how: 'downloaded' });
    expect(settings.waits[0]).toBe(500);
  });

  test('a lock of another machine is told', async () => {
    await start();
    writeFileSync(`${path()}.lock`, '17 another.machine x\n');
    expect((await failure(fetchTrace(entry(), options()))).problem).toContain('process 17 on another.machine');
  });
});

describe('what stops a download', () => {
  test('an interrupt leaves what has come, for the next time', async () => {
    const { asked } = await start({
      on: (request, _, answer) => {
        if (request > 0) return false;
        answer.writeHead(200, { 'content-length': CONTENT.length, etag: '"one"' }).write(CONTENT.subarray(0, 5000));
        return true;
      },
    });
    const stop = new AbortController();
    const onProgress = ({ received }: FetchProgress) => {
      if (received === 5000) stop.abort();
    };
    await expect(fetchTrace(entry(), options({ signal: stop.signal, onProgress }))).rejects.toThrow(/abort/i);
    expect(files()).toEqual(['small.swf.gz.part', 'small.swf.gz.part.json']);
    expect(await fetchTrace(entry(), options())).toMatchObject({ how: 'resumed', sha256: sha256(CONTENT) });
    expect(asked).toEqual([undefined, 'bytes=5000-']);
  });

  test.each(['ENOSPC', 'EDQUOT'])('a full disk (%s) is told, and not tried again', (code) => {
    const full = Object.assign(new Error('write'), { code });
    expect(mayPass(full)).toBe(false);
    const told = explained(full, { ...entry(), url: undefined }, new URL('http://logs.example.org/small'), '/data/small');
    expect(told).toMatchObject({ problem: 'there is no room left on the disk', where: '/data/small' });
  });

  test('an error of our own keeps its stack', () => {
    const bug = new TypeError('undefined is not a function');
    expect(explained(bug, entry({ url: undefined }), new URL('http://logs.example.org/small'), '/data/small')).toBe(bug);
  });

  test('a folder that is a file is told', async () => {
    await start();
    writeFileSync(join(dir, 'file'), '');
    const error = await failure(fetchTrace(entry(), options({ dir: join(dir, 'file') })));
    expect(error.mistake).toBe('usage');
  });

  test('an entry without a file says how to get it', async () => {
    const error = await failure(fetchTrace(entry({ url: undefined, obtain: 'ask nicely' }), options()));
    expect(error.hint).toBe('ask nicely');
  });
});
