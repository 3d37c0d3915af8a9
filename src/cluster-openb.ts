/**
 * The node lists of Alibaba's GPU cluster trace of 2023 (openb), as a cluster: `sn,cpu_milli,memory_mib,gpu,model`.
 * Source: alibaba/clusterdata, cluster-trace-gpu-v2023.
 */
import type { Cluster, NodePool } from './cluster.ts';
import { InputError } from './errors.ts';

const HEADER = 'sn,cpu_milli,memory_mib,gpu,model';
const MIB = 2 ** 20;

export function isOpenbNodes(text: string): boolean {
  return text.replace(/^\uFEFF/, '').startsWith(HEADER);
}

/** Nodes in the order of the list; equal ones that follow each other are one pool. */
export function readOpenbNodes(text: string, file: string): Cluster {
  const pools: (NodePool & { count: number; nodeNames: string[] })[] = [];
  text.split('\n').forEach((line, index) => {
    if (index === 0 || line.trim() === '') return;
    const node = readNode(line.trim(), `${file}:${index + 1}`);
    const last = pools.at(-1);
    const { name, ...spec } = node;
    if (last && (['cpu', 'memory', 'gpus', 'gpuModel'] as const).every((key) => last[key] === spec[key])) {
      last.count++;
      last.nodeNames.push(name);
    } else {
      pools.push({ ...spec, name: `pool-${pools.length}`, count: 1, nodeNames: [name] });
    }
  });
  if (pools.length === 0) throw new InputError('it lists no node', file, 'is this the right file?');
  return { name: file.replace(/^.*\//, ''), interchangeable: false, pools, partitions: [], outages: [] };
}

function readNode(line: string, where: string): Pick<NodePool, 'name' | 'cpu' | 'memory' | 'gpus' | 'gpuModel'> {
  const [name, cpu, memory, gpus, model, ...more] = line.split(',');
  const numbers = [cpu, memory, gpus].map(Number);
  if (model === undefined || more.length > 0 || !numbers.every((value) => Number.isInteger(value) && value >= 0))
    throw new InputError(`"${line.slice(0, 60)}" is no node`, where, `write ${HEADER}`);
  const spec = { name, cpu: numbers[0], memory: numbers[1] * MIB, gpus: numbers[2] };
  return model === '' ? spec : { ...spec, gpuModel: model };
}
