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
  readonly token: string;
  /** Of the authority that the server's certificate is checked against, as PEM. */
  readonly ca: string;
}

/** One that does not answer is taken to be gone after this [ms]. */
const TIMEOUT = 10_000;

export class Api {
  readonly #address: ApiAddress;
  readonly #agent: Agent;

  constructor(address: ApiAddress, connections = 16) {
    this.#address = address;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, ca: address.ca });
  }

  close(): void {
    this.#agent.destroy();
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  /** Makes an object. Throws `LiveTrouble` if the API server refuses it. */
  async create(path: string, object: object): Promise<void> {
    const { status, body } = await this.send('POST', path, object);
    if (status >= 300) throw refused(status, body, `${this.#address.server}${path}`);
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
      authorization: `Bearer ${token}`,
      accept: 'application/json',
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
      call.on('error', failed);
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
