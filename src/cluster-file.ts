/** Clusters described in files: which kind of file it is, and who reads it. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Cluster } from './cluster.ts';
import { parseClusterSpec } from './cluster-spec.ts';
import { usageError } from './errors.ts';

/** What is there instead, for files that are not read yet. */
const SUPPORTED = 'describe the cluster as YAML or JSON (see "yardmaster schema"), or as nodes=64,cpus=8,memory=512Gi';

/** The cluster that `--cluster` names: a file if there is one, else key=value text. */
export async function loadCluster(spec: string): Promise<Cluster> {
  if (existsSync(spec)) {
    if (statSync(spec).isDirectory()) throw usageError('it is a directory', spec, SUPPORTED);
    return readClusterFile(readFileSync(spec, 'utf8'), spec);
  }
  if (spec.includes('=')) return parseClusterSpec(spec);
  const hint = 'give an existing YAML or JSON file, procs=128, or nodes=64,cpus=8,memory=512Gi';
  throw usageError('there is no such file, and it is not key=value text', `cluster "${spec}"`, hint);
}

/** The cluster that the text of a file describes. Throws `InputError` with line and column. */
export async function readClusterFile(text: string, file: string): Promise<Cluster> {
  if (isSlurmConf(text, file)) throw usageError('this is a slurm.conf, which cannot be read yet', file, SUPPORTED);
  if (isNodeList(text)) throw usageError('these are nodes of "kubectl get nodes", which cannot be read yet', file, SUPPORTED);
  const { readDescription } = await import('./cluster-file-description.ts');
  return readDescription(text, file);
}

/** The JSON Schema of a description, for editors. */
export async function clusterJsonSchema(): Promise<object> {
  const schema = await import('./cluster-file-schema.ts');
  return schema.clusterJsonSchema();
}

function isSlurmConf(text: string, file: string): boolean {
  return basename(file) === 'slurm.conf' || /^\s*(NodeName|PartitionName|SlurmctldHost|ClusterName)\s*=/im.test(text);
}

/** A list of Kubernetes nodes, or one of them, as JSON or YAML. */
function isNodeList(text: string): boolean {
  const kind = /\bkind"?\s*:\s*"?(NodeList|Node|List)\b/.test(text);
  return kind && /\bapiVersion"?\s*:\s*"?v1\b/.test(text);
}
