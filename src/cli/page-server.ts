import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { usageError } from '../errors.ts';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|::1)$/;

/** The page asks for nothing from elsewhere, and nothing in it could. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; connect-src 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Serves one page, and tells those who look at it when there is a new one. */
export class PageServer {
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #listeners = new Set<ServerResponse>();
  #page = Buffer.from('');
  /** Of the page; told to those who listen. */
  #version = 0;
  #host = '';

  /** Where it can be looked at. Port 0: any that is free. */
  async listen(host: string, port: number): Promise<string> {
    this.#host = host;
    await new Promise<void>((done, failed) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => failed(listenError(error, host, port)));
      this.#server.listen(port, host, done);
    });
    const { port: taken } = this.#server.address() as AddressInfo;
    return `http://${host.includes(':') ? `[${host}]` : host}:${taken}/`;
  }

  show(html: string): void {
    this.#version++;
    this.#page = Buffer.from(html);
    for (const listener of this.#listeners) this.#tell(listener);
  }

  /** Ends every connection, those that listen too. */
  close(): Promise<void> {
    for (const listener of this.#listeners) listener.end();
    this.#server.closeAllConnections();
    return new Promise((done) => this.#server.close(() => done()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '' } = request;
    const path = url.replace(/\?.*/, '');
    if (!this.#isMeant(request)) refuse(response, 403, 'this address is not the one that is served\n');
    else if (method !== 'GET' && method !== 'HEAD') refuse(response, 405, 'only GET\n', { allow: 'GET, HEAD' });
    else if (path === '/') this.#sendPage(response, method);
    else if (path === '/events' && method === 'GET') this.#listen(response);
    else refuse(response, 404, 'there is only one page: /\n');
  }

  /** A page from elsewhere must not read results by a name of its own that leads here. */
  #isMeant({ headers: { host = '' } }: IncomingMessage): boolean {
    return !LOOPBACK.test(this.#host) || LOOPBACK.test(host.replace(/:\d+$/, ''));
  }

  #sendPage(response: ServerResponse, method: string): void {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/html; charset=utf-8', 'content-length': this.#page.length });
    response.end(method === 'HEAD' ? undefined : this.#page);
  }

  #listen(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    this.#listeners.add(response);
    response.on('close', () => this.#listeners.delete(response));
    this.#tell(response);
  }

  #tell(listener: ServerResponse): void {
    listener.write(`retry: 1000\ndata: ${this.#version}\n\n`);
  }
}

function refuse(response: ServerResponse, status: number, text: string, more: Record<string, string> = {}): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8', ...more });
  response.end(text);
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return usageError(`port ${port} is taken`, '--port', 'name another one, or 0 for any that is free');
  if (error.code === 'EACCES') return usageError(`port ${port} may not be used`, '--port', 'take one from 1024 on');
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return usageError(`"${host}" is no address of this machine`, '--host', 'write for example --host 127.0.0.1');
  return error;
}

/** What a page needs beside itself to follow the results: it loads again when it is told of another version. */
export function followingPage(html: string): string {
  const script =
    "let shown;new EventSource('events').onmessage=({data})=>{if(shown!==undefined&&shown!==data)location.reload();shown=data}";
  const end = html.lastIndexOf('</body>');
  return `${html.slice(0, end)}<script>${script}</script>\n${html.slice(end)}`;
}
