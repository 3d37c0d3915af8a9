/**
 * The store behind a control plane, by itself: what the API server has written, in the order in which it was written,
 * whatever becomes of the API server. Source: etcd, api/etcdserverpb/rpc.proto, over its gateway of JSON.
 */
import type { ControlPlane } from './control-plane.ts';

interface RawEvent {
  readonly type?: 'DELETE';
  readonly kv: { readonly key: string; readonly value?: string; readonly mod_revision: string };
}

/** An object as it was written; `object` is undefined when it was removed. */
export interface Written {
  readonly key: string;
  readonly object: unknown;
}

const encode = (text: string) => Buffer.from(text).toString('base64');

export class Etcd {
  readonly #url: string;

  private constructor(url: string) {
    this.#url = url;
  }

  /** Has the API server write JSON from now on, which restarts it. */
  static async open(plane: ControlPlane): Promise<Etcd> {
    const argumentsOf = (name: string) => plane.state.processes.find((one) => one.name === name)?.args ?? [];
    const url = argumentsOf('etcd').find((one) => one.startsWith('--listen-client-urls='));
    if (url === undefined) throw new Error('etcd does not say where it listens');
    argumentsOf('kube-apiserver').push('--storage-media-type=application/json');
    await plane.restart('kube-apiserver');
    return new Etcd(url.slice(url.indexOf('=') + 1));
  }

  async revision(): Promise<number> {
    const { header } = (await this.#post('maintenance/status', {})) as { header: { revision: string } };
    return Number(header.revision);
  }

  /** Forgets all that was before now. */
  async compact(): Promise<void> {
    await this.#post('kv/compaction', { revision: await this.revision(), physical: true });
  }

  /** Tells what is written from now on, until the signal comes. Resolves when it listens; `over` when it ends. */
  async follow(prefix: string, tell: (written: Written) => void, signal: AbortSignal): Promise<{ over: Promise<void> }> {
    const begin = (await this.revision()) + 1;
    const create = { key: encode(prefix), range_end: encode(`${prefix.slice(0, -1)}0`), start_revision: begin };
    const response = await fetch(`${this.#url}/v3/watch`, {
      ...{ method: 'POST', body: JSON.stringify({ create_request: create }), signal },
    });
    if (response.body === null) throw new Error('etcd does not answer');
    const read = async (body: AsyncIterable<Uint8Array>) => {
      let rest = '';
      const decoder = new TextDecoder();
      for await (const chunk of body) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line !== '') for (const event of eventsOf(line)) tell(readEvent(event));
      }
    };
    const over = read(response.body).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    return { over };
  }

  async #post(path: string, body: object): Promise<unknown> {
    const response = await fetch(`${this.#url}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd answers ${response.status}: ${await response.text()}`);
    return await response.json();
  }
}

function eventsOf(line: string): readonly RawEvent[] {
  const { result, error } = JSON.parse(line) as {
    result?: { events?: RawEvent[]; canceled?: boolean; cancel_reason?: string };
    error?: unknown;
  };
  if (error !== undefined || result?.canceled === true) throw new Error(`etcd ends the watch: ${line.slice(0, 300)}`);
  return result?.events ?? [];
}

function readEvent({ type, kv: { key, value } }: RawEvent): Written {
  const name = Buffer.from(key, 'base64').toString();
  return {
    key: name,
    object: type === 'DELETE' ? undefined : (JSON.parse(Buffer.from(value ?? '', 'base64').toString()) as unknown),
  };
}
