/**
 * Requests to the API server, one at a time and without retries: all that a cluster needs to come up. Who drives one takes
 * `KubeApi`.
 */
import { wallClock } from '../kubernetes/clock.ts';
import { Connection, readText } from '../kubernetes/connection.ts';
import type { ApiRequest } from '../kubernetes/connection.ts';
import { ConnectionError } from '../kubernetes/api-error.ts';
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
  readonly #connection: Connection;

  constructor({ server, token, ca, cert, key }: ApiAddress) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const credentials = () => Promise.resolve({ ca, cert, key, headers });
    this.#connection = new Connection({ context: '', server, credentials }, wallClock);
  }

  close(): void {
    this.#connection.close();
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  /** Makes an object, and gives it as it was made. Throws `LiveTrouble` if the API server refuses it. */
  async create(path: string, object: object): Promise<unknown> {
    const { status, body } = await this.send('POST', path, object);
    if (status >= 300) throw this.#refused(status, body, path);
    return JSON.parse(body) as unknown;
  }

  /** Parses the answer. Throws `LiveTrouble` if there is none. */
  async read(path: string): Promise<unknown> {
    const { status, body } = await this.get(path);
    if (status !== 200) throw this.#refused(status, body, path);
    return JSON.parse(body) as unknown;
  }

  /** Changes some fields of an object. Throws `LiveTrouble` if the API server refuses it. */
  async merge(path: string, fields: object): Promise<void> {
    const { status, body } = await this.send('PATCH', path, fields, 'application/merge-patch+json');
    if (status !== 200) throw this.#refused(status, body, path);
  }

  /** Any other request. Throws `LiveTrouble` if there is no answer. */
  async send(method: ApiRequest['method'], path: string, body?: object, contentType?: string): Promise<Answer> {
    try {
      const response = await this.#connection.send({ method, path, body, contentType, timeout: TIMEOUT });
      return { status: response.status, body: await readText(response.body) };
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      throw new LiveTrouble(`no answer: ${error.message}`, this.#connection.server, 'see whether it runs');
    }
  }

  #refused(status: number, body: string, path: string): LiveTrouble {
    const where = `${this.#connection.server}${path}`;
    return new LiveTrouble(`the API server answers ${status}: ${messageOf(body)}`, where, 'see the logs of the cluster for more');
  }
}

/** A refusal is a `Status` object; what is no JSON is said as it is. */
function messageOf(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body.slice(0, 500);
  }
}
