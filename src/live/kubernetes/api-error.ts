/** How calls to an API server fail. */

/** The server has answered that it will not do it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP. */
  readonly status: number;
  /** As its Status object says: `NotFound`, `AlreadyExists`, `Conflict`, `Expired` ... */
  readonly reason: string;
  /** How long it wants to be left alone [ms]; absent if it does not say. */
  readonly retryAfter?: number;

  constructor(status: number, reason: string, message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /** What is asked for, or watched from, is not kept any more: a list tells what is there. */
  get isGone(): boolean {
    return this.status === 410 || this.reason === 'Expired' || this.reason === 'Gone';
  }
}

/** There was no answer, or no credentials to ask with: nobody knows whether it was done. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** The caller has called it off. */
export class Aborted extends Error {
  override readonly name = 'Aborted';

  constructor() {
    super('the call was called off');
  }
}

/** Whether the call may have been carried out although it failed: the server had trouble, or did not answer. */
export function isUncertain(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ApiError && error.status >= 500);
}

/** Whether it would be refused as often as it were asked: what is asked for is wrong, or not allowed. */
export function isForGood(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && !PASSING.has(error.status);
}

/** Request timeout, conflict, gone (a list tells what is there), too many requests. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 410, 429]);

export function isStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status;
}

/** The error in the body of an answer, which is a Status object if it comes from the API server itself. */
export function readApiError(status: number, body: string, retryAfter: string | undefined): ApiError {
  let said: { reason?: unknown; message?: unknown; details?: { retryAfterSeconds?: unknown } } = {};
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) said = parsed;
  } catch {
    // A proxy in between says it in its own words.
  }
  const reason = typeof said.reason === 'string' ? said.reason : '';
  const message = typeof said.message === 'string' ? said.message : body.slice(0, 200);
  const seconds = Number(retryAfter ?? said.details?.retryAfterSeconds);
  // Proxies name a date, or no time at all, which would mean at once.
  return new ApiError(status, reason, message, seconds > 0 && seconds < Infinity ? seconds * 1000 : undefined);
}
