/**
 * Which clusters live mode touches without being asked twice. By mistake one gives a kubeconfig with the company's clusters
 * in it; to bind pods there would be no test.
 */
import { usageError } from '../../errors.ts';
import type { ClusterAccess } from './access.ts';

/** Words of names that people give to clusters that matter. */
const PRECIOUS = /(^|[^a-z])(prod|production|prd|live|main|customer|critical)([^a-z]|$)/i;

/** The word in a name that says that a cluster matters; undefined if there is none. */
export function preciousWord(name: string): string | undefined {
  return PRECIOUS.exec(name)?.[2];
}

/** Why the cluster looks like one that matters; undefined if it does not. */
export function whyPrecious({ context, server }: Pick<ClusterAccess, 'context' | 'server'>): string | undefined {
  const host = hostOf(server);
  // What `live up` makes is ours, whatever it is called.
  if (isLoopback(host) && context.startsWith('yardmaster-')) return undefined;
  const word = preciousWord(context) ?? preciousWord(host);
  if (word !== undefined) return `its name has the word "${word}"`;
  // At the other end of a tunnel may be anything: there is nothing but the name to go by.
  return isLoopback(host) || isPrivate(host)
    ? undefined
    : `its server ${host} is neither on this machine nor in a private network`;
}

/** Throws `InputError` unless the cluster looks harmless or its context has been typed a second time. */
export function refusePrecious(access: Pick<ClusterAccess, 'context' | 'server'>, acknowledged: string | undefined): void {
  const why = whyPrecious(access);
  if (why === undefined || acknowledged === access.context) return;
  throw usageError(
    `this may be a cluster that matters: ${why}`,
    `context ${access.context}`,
    `if pods may be made, bound and deleted there, add --i-know-this-cluster ${access.context}`,
  );
}

function hostOf(server: string): string {
  return new URL(server).hostname.replace(/^\[|\]$/g, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** RFC 1918, RFC 4193 and link-local addresses, and names that only a private network knows. */
function isPrivate(host: string): boolean {
  if (/^10\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^169\.254\./.test(host)) return true;
  if (/^f[cd][0-9a-f]{2}:|^fe80:/i.test(host)) return true;
  return /\.(local|internal|lan|home|test|localdomain)$/i.test(host) || (!host.includes('.') && !host.includes(':'));
}
