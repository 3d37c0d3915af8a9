/**
 * Lists of machines that were published with GPU traces, as clusters: machines of Alibaba PAI (2020, no header), nodes of its
 * spot cluster (2026), hosts of Lingjun with their switches (2023), and machines of Microsoft Philly.
 */
import type { Cluster, NodePool, TopologyLevel } from './cluster.ts';
import { InputError } from './errors.ts';

const GIB = 2 ** 30;

/** A machine, and above it the switches from coarse to fine. */
interface Listed {
  readonly name: string;
  readonly spec: Pick<NodePool, 'cpu' | 'memory' | 'gpus' | 'gpuModel' | 'gpuMemory'>;
  readonly switches?: readonly string[];
}

interface MachineList {
  /** What the file begins with. */
  readonly begins: RegExp;
  readonly hasHeader: boolean;
  /** Names of the levels of switches. */
  readonly levels?: readonly string[];
  read(cells: readonly string[], header: readonly string[]): Listed | undefined;
}

const LISTS: readonly MachineList[] = [
  {
    // machine, gpu_type, cap_cpu, cap_mem [GB], cap_gpu
    begins: /^[0-9a-f]{16,},(CPU|[A-Z][A-Z0-9]*),\d+,\d+,\d+\r?(\n|$)/,
    hasHeader: false,
    read: ([name, model, cpu, memory, gpus, ...more]) =>
      more.length > 0 ? undefined : machine(name, Number(cpu), Number(memory) * GIB, Number(gpus), model),
  },
  {
    begins: /^(?=[^\n]*\bgpu_model\b)(?=[^\n]*\bgpu_capacity_num\b)(?=[^\n]*\bcpu_num\b)(?=[^\n]*\bnode_name\b)/,
    hasHeader: true,
    read: (cells, header) => {
      const cell = (name: string) => cells[header.indexOf(name)] ?? '';
      return machine(cell('node_name'), Number(cell('cpu_num')), Infinity, Number(cell('gpu_capacity_num')), cell('gpu_model'));
    },
  },
  {
    // Hosts of Lingjun have eight GPUs; the list says nothing of their processors, so each GPU is taken with twelve.
    begins: /^ip,DSW,PSW,ASW\r?(\n|$)/,
    hasHeader: true,
    levels: ['DSW', 'PSW', 'ASW'],
    read: ([name, ...switches]) => {
      const listed = switches.length === 3 ? machine(name, 96, Infinity, 8, '') : undefined;
      // A switch is told from others of its name by those above it.
      return listed && { ...listed, switches: switches.map((_, level) => switches.slice(0, level + 1).join('/')) };
    },
  },
  {
    begins: /^\s*machineId\s*,\s*number of GPUs\s*,\s*single GPU mem/i,
    hasHeader: true,
    read: ([name, gpus, memory = '', ...more]) => {
      const size = /^(\d+)\s*GB$/i.exec(memory);
      const count = Number(gpus);
      // Nothing is said of processors: each GPU is taken with one, as in the jobs.
      const listed = machine(name, count, Infinity, count, '');
      return listed && size && more.length === 0
        ? { ...listed, spec: { ...listed.spec, gpuMemory: Number(size[1]) * GIB } }
        : undefined;
    },
  },
];

export function isGpuMachineList(text: string): boolean {
  return listOf(text) !== undefined;
}

function listOf(text: string): MachineList | undefined {
  const head = text.slice(0, 4096).replace(/^\uFEFF/, '');
  return LISTS.find(({ begins }) => begins.test(head));
}

/** Machines in the order of the list; equal ones that follow each other are one pool. */
export function readGpuMachineList(text: string, file: string): Cluster {
  const list = listOf(text);
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const cellsOf = (line: string) => line.split(',').map((cell) => cell.trim());
  const header = list?.hasHeader === true ? cellsOf(lines[0]) : [];
  const machines: Listed[] = [];
  lines.forEach((line, index) => {
    if (line.trim() === '' || (index === 0 && header.length > 0)) return;
    const listed = list?.read(cellsOf(line), header);
    if (listed === undefined) {
      throw new InputError(
        `"${line.slice(0, 60)}" is no machine`,
        `${file}:${index + 1}`,
        'write it as the first ones are written',
      );
    }
    machines.push(listed);
  });
  if (machines.length === 0) throw new InputError('it lists no machine', file, 'is this the right file?');
  const bare: Cluster = {
    name: file.replace(/^.*\//, ''),
    interchangeable: false,
    pools: poolsOf(machines),
    partitions: [],
    outages: [],
  };
  return list?.levels === undefined
    ? bare
    : { ...bare, topology: list.levels.map((name, level) => levelOf(name, level, machines)) };
}

function machine(name: string, cpus: number, memory: number, gpus: number, model: string): Listed | undefined {
  const counts = [cpus, gpus].every((value) => Number.isInteger(value) && value >= 0 && value < 1_000_000);
  if (name === '' || !counts || cpus === 0 || Number.isNaN(memory) || memory < 0) return undefined;
  const spec = { cpu: cpus * 1000, memory, gpus };
  return { name, spec: gpus > 0 && model !== '' ? { ...spec, gpuModel: model } : spec };
}

function poolsOf(machines: readonly Listed[]): NodePool[] {
  const pools: (NodePool & { count: number; nodeNames: string[] })[] = [];
  for (const { name, spec } of machines) {
    const last = pools.at(-1);
    if (last && (['cpu', 'memory', 'gpus', 'gpuModel', 'gpuMemory'] as const).every((key) => last[key] === spec[key])) {
      last.count++;
      last.nodeNames.push(name);
    } else pools.push({ ...spec, name: `pool-${pools.length}`, count: 1, nodeNames: [name] });
  }
  return pools;
}

function levelOf(name: string, level: number, machines: readonly Listed[]): TopologyLevel {
  const codes = new Map<string, number>();
  const code = Int32Array.from(machines, ({ switches = [] }) => {
    const domain = switches[level];
    if (!codes.has(domain)) codes.set(domain, codes.size);
    return codes.get(domain) ?? -1;
  });
  return { name, domain: { code, names: [...codes.keys()] } };
}
