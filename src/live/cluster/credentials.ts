/**
 * Who may do what on a process cluster. Users prove who they are by tokens, and the API server makes its own serving
 * certificate: Node cannot issue X.509 certificates without a library, tokens are as good on the loopback address, and
 * both are gone with the cluster. The certificate of a kind cluster is kind's matter.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { stringify } from 'yaml';

/** A user of the API. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly token: string;
}

/** The users of a cluster; those of the control plane have the names that the API server's own roles are bound to. */
export interface Users {
  readonly admin: User;
  readonly controllers: User;
  readonly scheduler: User;
  readonly kwok: User;
}

/** What KWOK's role is bound to. */
export const KWOK_USER = 'yardmaster:kwok';

export function makeUsers(): Users {
  return {
    admin: user('yardmaster:admin', ['system:masters']),
    controllers: user('system:kube-controller-manager'),
    scheduler: user('system:kube-scheduler'),
    kwok: user(KWOK_USER),
  };
}

function user(name: string, groups: readonly string[] = []): User {
  return { name, groups, token: randomBytes(24).toString('base64url') };
}

/** As kube-apiserver reads them with --token-auth-file: token, user, uid and groups. */
export function tokenFile(users: Users): string {
  const line = ({ token, name, groups }: User) => `${token},${name},${name},"${groups.join(',')}"\n`;
  return Object.values(users).map(line).join('');
}

/** With which the tokens of service accounts are signed, as PEM. */
export function serviceAccountKeys(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

/** How one reaches a cluster. */
export interface Access {
  /** The name of the cluster, the user and the context. */
  readonly context: string;
  readonly server: string;
  /** A file of certificates that the server's is checked against. */
  readonly certificates: string;
  readonly token: string;
}

/** A kubeconfig of one context. */
export function kubeconfig({ context, server, certificates, token }: Access): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ name: context, cluster: { server, 'certificate-authority': certificates } }],
    users: [{ name: context, user: { token } }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
  });
}
