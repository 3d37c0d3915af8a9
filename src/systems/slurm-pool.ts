/** Nodes of a pool with what a slurm.conf says of partitions and preemption. */
import type { Cluster } from '../cluster.ts';
import { readSlurmConf } from '../slurm-conf.ts';

const MEBIBYTE = 2 ** 20;

/**
 * `conf`: the lines of a slurm.conf without those of nodes; partitions may say Nodes=ALL. `at`: its place. Of what such a
 * file cannot say of a node, its price and labels, nothing is kept.
 */
export function withSlurmConf(cluster: Cluster, conf: string, at: string): Cluster {
  const gpus = cluster.pools.some((pool) => pool.gpus > 0) ? ['GresTypes=gpu'] : [];
  const text = [...gpus, ...cluster.pools.map(nodeLine), conf].join('\n');
  const { cluster: read } = readSlurmConf({ conf: { text, path: at } });
  return { ...read, name: cluster.name };
}

function nodeLine({ name, count, cpu, memory, gpus }: Cluster['pools'][number]): string {
  const real = memory === Infinity ? '' : ` RealMemory=${Math.floor(memory / MEBIBYTE)}`;
  const gres = gpus > 0 ? ` Gres=gpu:${gpus}` : '';
  return `NodeName=${name}[1-${count}] CPUs=${Math.floor(cpu / 1000)}${real}${gres}`;
}
