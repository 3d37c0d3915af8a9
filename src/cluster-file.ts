/** Clusters described in files: which kind of file it is, and who reads it. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Cluster } from './cluster.ts';
import { isGpuMachineList, readGpuMachineList } from './cluster-gpu-lists.ts';
import { isHeliosCapacity, readHeliosCapacity } from './cluster-helios.ts';
import { isOpenbNodes, readOpenbNodes } from './cluster-openb.ts';
import { parseClusterSpec } from './cluster-spec.ts';
import { usageError } from './errors.ts';
import type { HashedFile } from './slurm-conf-files.ts';
import type { SlurmConfOptions } from './slurm-conf-notes.ts';
import { textOf } from './utf8.ts';

/** What is there instead, for files that are not read yet. */
const SUPPORTED =
  'describe the cluster as YAML or JSON (see "yardmaster schema"), give a slurm.conf or the output of "kubectl get nodes -o json", or nodes=64,cpus=8,memory=512Gi';

/** As much as fits into one text; ten thousand nodes with all they say of themselves are less [bytes]. */
const LARGEST = 480 * 2 ** 20;

/** A cluster, and the file it was read from if it was one. */
export interface LoadedCluster {
  readonly cluster: Cluster;
  /** The hash is of the very bytes that were read. */
  readonly file?: HashedFile;
  /** Others that belong to it: gres.conf beside a slurm.conf. */
  readonly beside?: readonly HashedFile[];
  /** What the file says of the cluster that not all policies heed. */
  readonly warnings?: readonly string[];
  /** Of a slurm.conf: options that are not heeded. */
  readonly options?: SlurmConfOptions;
}

/** What a file says, before it has a place and a hash. */
type ReadCluster = Omit<LoadedCluster, 'file'>;
const NOTHING_GIVEN: ReadonlyMap<string, string> = new Map();

/** The cluster that `--cluster` names: a file if there is one, else key=value text. */
export async function loadCluster(spec: string): Promise<Cluster> {
  return (await loadClusterWithFile(spec)).cluster;
}

/** The same, with what is needed to name its file in results. */
export async function loadClusterWithFile(spec: string): Promise<LoadedCluster> {
  if (existsSync(spec)) return readFile(spec);
  const slurm = spec.includes(',') ? (await import('./slurm-conf-files.ts')).splitSlurmSpec(spec) : undefined;
  if (slurm !== undefined) return readFile(slurm.path, slurm.given);
  if (spec.includes('=')) return { cluster: parseClusterSpec(spec) };
  const hint = 'give an existing YAML, JSON or slurm.conf file, procs=128, or nodes=64,cpus=8,memory=512Gi';
  throw usageError('there is no such file, and it is not key=value text', `cluster "${spec}"`, hint);
}

async function readFile(path: string, given?: ReadonlyMap<string, string>): Promise<LoadedCluster> {
  const bytes = readBytes(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const text = textOf(isGzip(bytes) ? unpack(bytes, path) : bytes, path);
  return { ...(await readClusterText(text, path, given)), file: { path, sha256 } };
}

function unpack(bytes: Buffer, path: string): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST });
  } catch (error) {
    throw usageError(`the gzip data is broken: ${(error as Error).message}`, path, 'fetch or compress it again');
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
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

/** `given`: the files that were named behind a slurm.conf. */
async function readClusterText(text: string, file: string, given?: ReadonlyMap<string, string>): Promise<ReadCluster> {
  if (isOpenbNodes(text)) return { cluster: readOpenbNodes(text, file) };
  if (isGpuMachineList(text)) return { cluster: readGpuMachineList(text, file) };
  if (isHeliosCapacity(text)) return { cluster: readHeliosCapacity(text, file) };
  if (isNodeList(text)) {
    const { readNodeFile } = await import('./cluster-kubernetes.ts');
    return readNodeFile(text, file);
  }
  if (isSlurmConf(text, file)) {
    const { loadSlurmConf } = await import('./slurm-conf-files.ts');
    return loadSlurmConf({ path: file, text }, given ?? NOTHING_GIVEN, readBytes);
  }
  if (given !== undefined) throw usageError('it is no slurm.conf, and no files belong to it', file, 'give its path alone');
  if (isManifest(text)) throw usageError('it holds Kubernetes objects, but no nodes', file, NODES);
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

const NODES = 'give the output of `kubectl get nodes -o json`; pods and jobs are a trace: yardmaster replay FILE';

/** Kubernetes objects of whatever kind: no description of a cluster has these keys. */
function isManifest(text: string): boolean {
  return /^\s*[{"]*apiVersion"?\s*:/m.test(text) && /^\s*[{"]*kind"?\s*:/m.test(text);
}

/** A list of Kubernetes nodes, or one of them, as JSON or YAML. */
function isNodeList(text: string): boolean {
  const kind = /\bkind"?\s*:\s*"?(NodeList|Node|List)\b/.test(text);
  return kind && /\bapiVersion"?\s*:\s*"?v1\b/.test(text);
}
