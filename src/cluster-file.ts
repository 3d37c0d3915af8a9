/** Clusters described in files: which kind of file it is, and who reads it. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import type { Cluster } from './cluster.ts';
import { parseClusterSpec } from './cluster-spec.ts';
import { usageError } from './errors.ts';

/** What is there instead, for files that are not read yet. */
const SUPPORTED =
  'describe the cluster as YAML or JSON (see "yardmaster schema"), give the output of "kubectl get nodes -o json", or nodes=64,cpus=8,memory=512Gi';

/** As much as fits into one text; ten thousand nodes with all they say of themselves are less [bytes]. */
const LARGEST = 480 * 2 ** 20;

/** A cluster, and the file it was read from if it was one. */
export interface LoadedCluster {
  readonly cluster: Cluster;
  /** The hash is of the very bytes that were read. */
  readonly file?: { readonly path: string; readonly sha256: string };
  /** What the file says of the cluster that not all policies heed. */
  readonly warnings?: readonly string[];
}

/** The cluster that `--cluster` names: a file if there is one, else key=value text. */
export async function loadCluster(spec: string): Promise<Cluster> {
  return (await loadClusterWithFile(spec)).cluster;
}

/** The same, with what is needed to name its file in results. */
export async function loadClusterWithFile(spec: string): Promise<LoadedCluster> {
  if (existsSync(spec)) {
    const bytes = readBytes(spec);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { ...(await readClusterText(bytes.toString('utf8'), spec)), file: { path: spec, sha256 } };
  }
  if (spec.includes('=')) return { cluster: parseClusterSpec(spec) };
  const hint = 'give an existing YAML or JSON file, procs=128, or nodes=64,cpus=8,memory=512Gi';
  throw usageError('there is no such file, and it is not key=value text', `cluster "${spec}"`, hint);
}

/** The content of a regular file or a pipe, if it is not too large. */
function readBytes(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const found = fstatSync(file);
    if (found.isDirectory()) throw usageError('it is a directory', path, SUPPORTED);
    if (!found.isFile() && !found.isFIFO()) throw usageError('it is neither a file nor a pipe', path, SUPPORTED);
    const pieces: Buffer[] = [];
    // Some files hold more than their size says, and a pipe has none: what counts is what comes.
    for (let total = 0; ; total += pieces[pieces.length - 1].length) {
      if (total > LARGEST) throw usageError('it is larger than 480 MiB', path, SUPPORTED);
      const piece = Buffer.allocUnsafe(1 << 16);
      const length = readSync(file, piece);
      if (length === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}

/** The cluster that the text of a file describes. Throws `InputError` with line and column. */
export async function readClusterFile(text: string, file: string): Promise<Cluster> {
  return (await readClusterText(text, file)).cluster;
}

async function readClusterText(text: string, file: string): Promise<{ cluster: Cluster; warnings?: readonly string[] }> {
  if (isNodeList(text)) {
    const { readNodeFile } = await import('./cluster-kubernetes.ts');
    return readNodeFile(text, file);
  }
  if (isSlurmConf(text, file)) throw usageError('this is a slurm.conf, which cannot be read yet', file, SUPPORTED);
  const { readDescription } = await import('./cluster-file-description.ts');
  return { cluster: readDescription(text, file) };
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
