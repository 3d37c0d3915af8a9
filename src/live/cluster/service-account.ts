import type { Api } from './requests.ts';

/** How long a token is asked to be good for; an API server may give less [s]. */
const MONTH = 30 * 86_400;

/** Makes an account for a program and gives a token of it. */
export async function serviceAccountToken(
  api: Api,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await api.create(accounts, { metadata: { name } });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: MONTH } };
  const answer = (await api.create(`${accounts}/${name}/token`, request)) as { status: { token: string } };
  return answer.status.token;
}
