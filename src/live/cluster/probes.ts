/** Whether a program answers that it is well. */
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import type { RequestOptions } from 'node:https';

/** One that takes longer is not well yet [ms]. */
const PATIENCE = 1000;

/** True if the address answers with 200; undefined if it does not, or not yet. */
export function answers(url: string): Promise<true | undefined> {
  // What serves over TLS has a certificate of its own making, and only a health check is asked of it.
  const options: RequestOptions = { agent: false, timeout: PATIENCE, rejectUnauthorized: false };
  return new Promise((done) => {
    const call = (url.startsWith('https:') ? httpsGet : httpGet)(url, options, (response) => {
      response.resume();
      done(response.statusCode === 200 || undefined);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => done(undefined));
  });
}
