/** Reads a kubeconfig that we or kind have written: one context, with a token or certificates in the file. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { LiveTrouble } from '../trouble.ts';
import type { ApiAddress } from './requests.ts';

const CLUSTER = z.object({
  server: z.string(),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
});
const USER = z.object({
  token: z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key-data': z.string().optional(),
});
const KUBECONFIG = z.object({
  'current-context': z.string(),
  clusters: z.tuple([z.object({ cluster: CLUSTER })]),
  users: z.tuple([z.object({ user: USER })]),
});

/** Throws `LiveTrouble` for any other kubeconfig: those are for the client of Kubernetes. */
export function readAddress(path: string): ApiAddress & { readonly context: string } {
  const read = KUBECONFIG.safeParse(parse(readFileSync(path, 'utf8')));
  if (!read.success) throw new LiveTrouble('it is not as it was written', path, 'take the cluster down, and up again');
  const { clusters, users, 'current-context': context } = read.data;
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  const { 'certificate-authority': file } = cluster;
  return {
    context,
    server: cluster.server,
    ca:
      file === undefined
        ? (decode(cluster['certificate-authority-data']) ?? '')
        : readFileSync(resolve(dirname(path), file), 'utf8'),
    token: user.token,
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  };
}

function decode(data: string | undefined): string | undefined {
  return data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8');
}
