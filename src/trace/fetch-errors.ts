/** What went wrong with a download, in words, and whether trying again can help. */
import { InputError } from '../errors.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { BadRedirect, Silence } from './fetch-request.ts';

/** An answer other than the file. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  /** How long the server asks us to wait [ms]. */
  readonly retryAfter?: number;

  constructor(status: number, retryAfter?: number) {
    super(`the server answers ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** The answer ended before the file did, or does not fit what we have. */
export class Incomplete extends Error {
  override readonly name = 'Incomplete';
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const NOT_ALLOWED = new Set(['EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOTDIR', 'EEXIST']);

/** Whether the same request may succeed later. */
export function mayPass(error: unknown): boolean {
  if (error instanceof InputError || error instanceof BadRedirect) return false;
  if (error instanceof Refusal) return error.status >= 500 || error.status === 408 || error.status === 429;
  const code = codeOf(error);
  if (FULL.has(code) || NOT_ALLOWED.has(code) || isCertificateTrouble(code)) return false;
  if (error instanceof Error && error.name === 'AbortError') return false;
  return code !== '' || error instanceof Incomplete || error instanceof Silence;
}

/** The error as the user should see it. Errors of our own code come back as they are. */
export function explained(error: unknown, entry: CatalogueEntry, url: URL, path: string): unknown {
  if (!(error instanceof Error) || error instanceof InputError || error.name === 'AbortError') return error;
  const code = codeOf(error);
  if (FULL.has(code)) {
    return new InputError('there is no room left on the disk', path, 'make room and run it again: what has come is kept');
  }
  if (NOT_ALLOWED.has(code)) {
    return new InputError(`it cannot be written (${code})`, path, 'choose another folder', 'usage');
  }
  if (error instanceof Refusal) return new InputError(error.message, url.href, adviceFor(error.status, entry, path));
  const byHand = `try again later, or download it by hand and save it as ${path}`;
  if (code !== '' || error instanceof Incomplete || error instanceof Silence || error instanceof BadRedirect) {
    return new InputError(`the download failed: ${error.message}${code ? ` (${code})` : ''}`, url.href, byHand);
  }
  return error;
}

function adviceFor(status: number, { home }: CatalogueEntry, path: string): string {
  if (status === 404 || status === 410) return `it may have been renamed or replaced: look at ${home}, and save it as ${path}`;
  if (status === 401 || status === 403) return `it may have to be asked for: look at ${home}, and save it as ${path}`;
  return `try again later, or see ${home}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** A certificate that is wrong now will be wrong in a second. */
function isCertificateTrouble(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code);
}
