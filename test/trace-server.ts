/** A file server on 127.0.0.1 that can misbehave in the ways servers do. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Behaviour {
  content: Buffer;
  etag?: string;
  lastModified?: string;
  /** Whether it answers ranges. */
  ranges: boolean;
  /** What it does with the n-th request (from 0); undefined = serves the file. */
  on(request: number, ask: IncomingMessage, answer: ServerResponse, file: Behaviour): boolean | void;
}

export interface TraceServer {
  readonly url: string;
  readonly behaviour: Behaviour;
  /** Range headers of the requests, in order; undefined for a whole file. */
  readonly asked: (string | undefined)[];
  close(): Promise<void>;
}

export async function traceServer(behaviour: Partial<Behaviour> & { content: Buffer }): Promise<TraceServer> {
  const file: Behaviour = { ranges: true, on: () => {}, ...behaviour };
  const asked: (string | undefined)[] = [];
  const server: Server = createServer((ask, answer) => {
    const request = asked.push(ask.headers.range) - 1;
    if (file.on(request, ask, answer, file) !== true) serve(ask, answer, file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    behaviour: file,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Serves the file, or its rest if a range is asked for and `if-range` still holds. Ends the connection after `cutAfter` bytes. */
export function serve(ask: IncomingMessage, answer: ServerResponse, file: Behaviour, cutAfter = Infinity): void {
  const { content, etag, lastModified, ranges } = file;
  if (etag) answer.setHeader('etag', etag);
  if (lastModified) answer.setHeader('last-modified', lastModified);
  const start = Number(/^bytes=(\d+)-$/.exec(ask.headers.range ?? '')?.[1] ?? NaN);
  const version = ask.headers['if-range'];
  const holds = version === undefined || version === etag || version === lastModified;
  if (ranges && holds && start >= content.length) {
    answer.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const from = ranges && holds && start >= 0 ? start : 0;
  const body = content.subarray(from);
  answer.writeHead(from > 0 ? 206 : 200, {
    'content-length': body.length,
    ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
  });
  if (body.length <= cutAfter) answer.end(body);
  else answer.write(body.subarray(0, cutAfter), () => answer.destroy());
}
