/** Stands between a driver and a real API server, and does to its calls what networks and busy servers do. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Target {
  readonly server: string;
  readonly ca: string;
  readonly token: string;
}

/** What becomes of a call. */
export type Fault =
  | { readonly kind: 'refuse'; readonly status: number }
  /** Never arrives; or arrives and is carried out, but its answer does not come back. */
  | { readonly kind: 'lose call' }
  | { readonly kind: 'lose answer' }
  | { readonly kind: 'delay'; readonly ms: number };

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly isWatch: boolean;
  readonly isBinding: boolean;
}

const REASONS: Readonly<Record<number, string>> = { 409: 'Conflict', 429: 'TooManyRequests', 500: 'InternalError' };

export class FaultProxy {
  readonly #target: Target;
  readonly #agent: Agent;
  readonly #server: Server;
  readonly #watches = new Set<ServerResponse>();
  /** Watches over which nothing comes any more, though they stay open. */
  readonly #stalled = new Set<ServerResponse>();
  /** What becomes of a call; undefined: what should. */
  rule: (call: Call) => Fault | undefined = () => undefined;
  /** Called before a binding is passed on, and when its answer is there but not given back. */
  beforeBinding: (path: string) => Promise<void> = async () => {};
  afterBinding: (path: string) => Promise<void> = async () => {};
  /** Answers of the API server itself that what is asked for has been compacted away [count]. */
  gone = 0;

  constructor(target: Target) {
    this.#target = target;
    this.#agent = new Agent({ keepAlive: true, ca: target.ca });
    this.#server = createServer((incoming, outgoing) => {
      this.#serve(incoming, outgoing).catch(() => outgoing.destroy());
    });
  }

  /** Answers where it listens. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    this.#agent.destroy();
  }

  /** Ends all watches without a word. Answers how many there were. */
  dropWatches(): number {
    const count = this.#watches.size;
    for (const watch of this.#watches) watch.destroy();
    return count;
  }

  /** Leaves all watches open, and passes nothing on over them any more. */
  stallWatches(): void {
    for (const watch of this.#watches) this.#stalled.add(watch);
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = incoming;
    const call = { method, path, isWatch: path.includes('watch=true'), isBinding: path.endsWith('/binding') };
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const fault = this.rule(call);
    if (fault?.kind === 'refuse') return refuse(outgoing, fault.status);
    if (fault?.kind === 'lose call') return void outgoing.destroy();
    if (fault?.kind === 'delay') await sleep(fault.ms);
    if (call.isBinding) await this.beforeBinding(path);
    const answer = await this.#pass(call, incoming, Buffer.concat(chunks), outgoing);
    if (call.isWatch && answer.statusCode === 200) return this.#watch(answer, outgoing);
    const body: Buffer[] = [];
    for await (const chunk of answer) body.push(chunk as Buffer);
    if (answer.statusCode === 410) this.gone++;
    if (call.isBinding) await this.afterBinding(path);
    if (fault?.kind === 'lose answer') return void outgoing.destroy();
    outgoing.writeHead(answer.statusCode ?? 500, headersOf(answer));
    outgoing.end(Buffer.concat(body));
  }

  #pass({ method, path }: Call, incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): Promise<IncomingMessage> {
    const { server, token } = this.#target;
    const headers: Record<string, string | number> = { authorization: `Bearer ${token}`, accept: 'application/json' };
    const type = incoming.headers['content-type'];
    if (type !== undefined) headers['content-type'] = type;
    if (body.length > 0) headers['content-length'] = body.length;
    return new Promise((resolve, reject) => {
      const passed = httpsRequest(`${server}${path}`, { method, headers, agent: this.#agent }, resolve);
      passed.on('error', reject);
      // Who does not wait for a watch any more does not want it.
      outgoing.on('close', () => passed.destroy());
      passed.end(body);
    });
  }

  #watch(answer: IncomingMessage, outgoing: ServerResponse): void {
    this.#watches.add(outgoing);
    outgoing.on('close', () => {
      this.#watches.delete(outgoing);
      this.#stalled.delete(outgoing);
    });
    outgoing.writeHead(200, headersOf(answer));
    outgoing.flushHeaders();
    answer.on('data', (chunk: Buffer) => {
      if (this.#stalled.has(outgoing)) return;
      if (chunk.includes('"code":410')) this.gone++;
      outgoing.write(chunk);
    });
    answer.on('error', () => outgoing.destroy());
    answer.on('end', () => (this.#stalled.has(outgoing) ? undefined : outgoing.end()));
  }
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const kept = ['content-type', 'retry-after'].flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(kept);
}

function refuse(outgoing: ServerResponse, status: number): void {
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: REASONS[status], message: 'a fault', code: status };
  outgoing.writeHead(status, { 'content-type': 'application/json', ...(status === 429 ? { 'retry-after': '1' } : {}) });
  outgoing.end(JSON.stringify(body));
}
