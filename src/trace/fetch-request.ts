/**
 * One GET over HTTP or HTTPS, redirects followed. Not the global fetch: that unpacks a .gz which a server labels as a
 * content encoding, and then neither its length, nor its checksum, nor a resume means anything.
 */
import * as http from 'node:http';
import * as https from 'node:https';
import { PassThrough } from 'node:stream';

const MOST_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** What came, to its last byte, even if the connection then broke: that is thrown at the end. To be read once. */
  body(): AsyncIterable<Uint8Array>;
  /** Ends the connection. */
  close(): void;
}

/** What may wait in memory for the disk [bytes]. */
const WAITING = 1024 * 1024;

/** The server stopped talking. */
export class Silence extends Error {
  override readonly name = 'Silence';
}

/** A redirect that leads nowhere. */
export class BadRedirect extends Error {
  override readonly name = 'BadRedirect';
}

/** What a request needs besides its address. */
export interface RequestOptions {
  readonly headers: Record<string, string>;
  /** A connection on which nothing comes for so long is given up [ms]. */
  readonly silence: number;
  readonly signal?: AbortSignal;
}

/** Sends the request. The answer must be closed. */
export async function get(url: URL, options: RequestOptions): Promise<Answer> {
  let target = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const answer = await getOnce(target, options);
    const { location } = answer.headers;
    if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
    answer.close();
    target = followed(location, target);
  }
  throw new BadRedirect(`more than ${MOST_REDIRECTS} redirects`);
}

function followed(location: string, from: URL): URL {
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (next === undefined || !/^https?:$/.test(next.protocol)) throw new BadRedirect(`a redirect to "${location}"`);
  if (from.protocol === 'https:' && next.protocol === 'http:') {
    throw new BadRedirect(`a redirect from https to unprotected ${next.href}`);
  }
  return next;
}

function getOnce(url: URL, { headers, silence, signal }: RequestOptions): Promise<Answer> {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    let message: http.IncomingMessage | undefined;
    const sent = request(url, { headers, signal }, (incoming) => {
      message = incoming;
      resolve(answerFrom(incoming));
    });
    sent.setTimeout(silence, () => (message ?? sent).destroy(new Silence(`nothing came for ${silence / 1000} s`)));
    sent.on('error', reject);
    sent.end();
  });
}

function answerFrom(message: http.IncomingMessage): Answer {
  // A message that breaks drops what has not been read of it, so it is read at once.
  const read = new PassThrough({ highWaterMark: WAITING });
  let broken: Error | undefined;
  message.on('error', (error) => {
    broken = error;
    read.end();
  });
  message.pipe(read);
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    async *body() {
      for await (const piece of read) yield piece as Uint8Array;
      if (broken) throw broken;
    },
    close() {
      message.destroy();
      read.destroy();
    },
  };
}
