/** What an API server's refusals and silence mean to people, and what can be done about them. */
import { LiveTrouble } from '../trouble.ts';
import { ApiError, ConnectionError, isUncertain } from './api-error.ts';
import type { KubeApi } from './api.ts';

/** How long a server may take to answer for the first time [ms by the clock]. */
const PATIENCE = 10_000;
const PAUSE = 500;

/** A failed call in words; anything else as it is. */
export function troubleOf(error: unknown, server: string): unknown {
  if (error instanceof ConnectionError) {
    return new LiveTrouble(`it does not answer: ${error.message}`, server, 'see whether kubectl reaches it, and start again');
  }
  if (!(error instanceof ApiError)) return error;
  if (error.status === 403) return forbidden(error.message);
  if (error.status === 401) {
    const hint = 'log in again, or look at the user of the context in the kubeconfig';
    return new LiveTrouble(`it does not know who asks: ${error.message || 'Unauthorized'}`, server, hint);
  }
  const what = `it refuses a call (${[error.status, error.reason].filter(Boolean).join(' ')}): ${error.message}`;
  if (error.status >= 500) return new LiveTrouble(what, server, 'it has trouble of its own: start again when that is over');
  return new LiveTrouble(
    what,
    server,
    'what was asked for may be wrong: look at the namespace, the labels and the pods of the run',
  );
}

function forbidden(message: string): LiveTrouble {
  return new LiveTrouble(
    `the API server does not allow it: ${message}`,
    'rights of the driver',
    'bind the role that `yardmaster live rbac` prints to the user or service account of the context',
  );
}

/** Resolves when the server has answered anything: before all else, since what is begun is asked for again and again. */
export async function greet(api: KubeApi): Promise<void> {
  const until = api.clock.now() + PATIENCE;
  for (;;) {
    try {
      await api.call({ call: 'get version', method: 'GET', path: '/version' });
      return;
    } catch (error) {
      // Who may not ask for the version may be allowed all else.
      if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return;
      if (!isUncertain(error) || api.clock.now() > until) throw troubleOf(error, api.server);
    }
    await api.clock.sleep(PAUSE);
  }
}
