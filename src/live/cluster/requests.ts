/**
 * Requests to the API server, as far as a cluster needs them to come up: whoever drives one has a client of its own
 * (`src/live/kubernetes`), with watches and retries.
 */
import { Agent, request } from 'node:https';
import { LiveTrouble } from '../trouble.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** How the API server is reached. */
export interface ApiAddress {
  readonly server: string;
  /** Of the authority that the server's certificate is checked against, as PEM. */
  readonly ca: string;
  /** Who one is, by a token or by a certificate and its key, as PEM. */
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** One that does not answer is taken to be gone after this [ms]. */
const TIMEOUT = 10_000;

export class Api {
  readonly #address: ApiAddress;
  readonly #agent: Agent;

  constructor(address: ApiAddress, connections = 16) {
    this.#address = address;
    const { ca, cert, key } = address;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, ca, cert, key });
  }

  close(): void {
    this.#agent.destroy();
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  /** Makes an object, and gives it as it was made. Throws `LiveTrouble` if the API server refuses it. */
  async create(path: string, object: object): Promise<unknown> {
    const { status, body } = await this.send('POST', path, object);
    if (status >= 300) throw refused(status, body, `${this.#address.server}${path}`);
    return JSON.parse(body) as unknown;
  }

  /** Parses the answer. Throws `LiveTrouble` if there is none. */
  async read(path: string): Promise<unknown> {
    const { status, body } = await this.get(path);
    if (status !== 200) throw refused(status, body, `${this.#address.server}${path}`);
    return JSON.parse(body) as unknown;
  }

  send(method: string, path: string, object?: object, type = 'application/json'): Promise<Answer> {
    const { server, token } = this.#address;
    const headers = {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(object === undefined ? {} : { 'content-type': type }),
    };
    return new Promise((done, failed) => {
      const call = request(`${server}${path}`, { method, headers, agent: this.#agent, timeout: TIMEOUT }, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', failed);
        response.on('end', () => done({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') }));
      });
      call.on('timeout', () => call.destroy(new Error(`no answer within ${TIMEOUT / 1000} s`)));
      call.on('error', ({ message }) => failed(new LiveTrouble(`no answer: ${message}`, server, 'see whether it runs')));
      call.end(object === undefined ? undefined : JSON.stringify(object));
    });
  }
}

function refused(status: number, body: string, where: string): LiveTrouble {
  return new LiveTrouble(`the API server answers ${status}: ${messageOf(body)}`, where, 'see the logs of the cluster for more');
}

/** A refusal is a `Status` object; what is no JSON is said as it is. */
function messageOf(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body.slice(0, 500);
  }
}
