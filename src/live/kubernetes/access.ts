/**
 * How to reach an API server and prove who one is. The client of Kubernetes reads the kubeconfig (certificates, tokens,
 * programs that give credentials); its calls and watches are not used, because its watches can end without a word.
 */
import type { RequestOptions } from 'node:https';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import { didYouMean, usageError } from '../../errors.ts';
import { importModule } from '../../import-module.ts';
import { LiveTrouble } from '../trouble.ts';

export interface ClusterAccess {
  /** Name of the context; people give it, so that nothing is done to a cluster by accident. */
  readonly context: string;
  /** Such as `https://127.0.0.1:6443`, perhaps with a path. */
  readonly server: string;
  /** Certificates and headers of a request. They may change with time. `anew`: those that were given last are refused. */
  credentials(anew?: boolean): Promise<RequestOptions>;
}

/** One context of a kubeconfig; of the usual one if no file is named. */
export async function openKubeconfig(context: string, file?: string): Promise<ClusterAccess> {
  let { config, cluster } = await openContext(context, file);
  return {
    context,
    server: cluster.server.replace(/\/+$/, ''),
    credentials: async (anew = false) => {
      // Programs that give credentials are asked again only by a client that does not know what they gave.
      if (anew) ({ config, cluster } = await openContext(context, file));
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      // Only a proxy needs the agent that comes with them: it would open a connection for each request.
      if (cluster.proxyUrl === undefined) delete options.agent;
      return options;
    },
  };
}

async function openContext(context: string, file: string | undefined): Promise<{ config: KubeConfig; cluster: Cluster }> {
  const config = await readKubeconfig(file);
  const where = file ?? 'kubeconfig';
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(context)) {
    const hint = names.length === 0 ? 'it has none; name a file with --kubeconfig' : didYouMean(context, names);
    throw usageError(`there is no context "${context}"`, where, hint);
  }
  config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw usageError(`context "${context}" names no cluster`, where, 'complete it');
  const { server } = cluster;
  if (!/^https?:/.test(server) || !URL.canParse(server)) {
    throw usageError(`"${server}" is no address of an API server`, `${where}, context ${context}`, 'write https://HOST:PORT');
  }
  // A plain server is for tests: the client wants to be told that it is meant so.
  if (server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true });
  return { config, cluster };
}

async function readKubeconfig(file: string | undefined): Promise<KubeConfig> {
  const { KubeConfig } = await loadClient();
  const config = new KubeConfig();
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file);
  } catch (error) {
    const problem = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw usageError(problem, file ?? 'kubeconfig', 'name another file with --kubeconfig');
  }
  return config;
}

/** It takes long to load and is big, so it is neither loaded nor needed before somebody goes live. */
async function loadClient(): Promise<typeof import('@kubernetes/client-node')> {
  try {
    return (await importModule('@kubernetes/client-node')) as typeof import('@kubernetes/client-node');
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new LiveTrouble(
      `it cannot be loaded: ${why}`,
      '@kubernetes/client-node',
      'install it beside yardmaster: npm install @kubernetes/client-node@1.4.0',
    );
  }
}
