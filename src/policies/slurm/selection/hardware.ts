/** Nodes as the select plugin counts them. Source: Slurm 22.05, src/plugins/select/cons_common/cons_common.c, _allocate_sc. */
import type { NodePool } from '../../../cluster.ts';
import type { SlurmConfig, SlurmGres, SlurmPool, SlurmSelect } from '../../../slurm.ts';

/** Processors are counted in thousandths, as requests are. */
const PROCESSOR = 1000;

/** A node of one pool. */
export interface Hardware {
  /** What is handed out: cores; sockets with CR_Socket; thousandths of processors where there is no slurm.conf [count]. */
  readonly units: number;
  /** Cores of each unit [count]; 0 where there is no slurm.conf. */
  readonly unitCores: number;
  /** Processors of each core that Slurm counts: its threads, or 1 if threads are not counted. */
  readonly threads: number;
  /** Infinity = not counted [bytes]. */
  readonly memory: number;
  /** Entries that are used up, in the order in which Slurm takes from them. */
  readonly gres: readonly SlurmGres[];
}

/** Without a slurm.conf nodes have what their pool says, to the last thousandth. */
export function hardwareOf(pool: NodePool, slurm: SlurmPool | undefined, unit: SlurmSelect['unit']): Hardware {
  const memory = pool.memory;
  if (slurm === undefined) {
    return { units: Math.floor(pool.cpu), unitCores: 0, threads: 1, memory, gres: plainGres(pool) };
  }
  const processors = Math.floor(pool.cpu / PROCESSOR);
  const described = Math.max(1, slurm.sockets * slurm.coresPerSocket - slurm.coresReserved);
  const threads = Math.max(1, Math.floor(processors / described));
  const unitCores = unit === 'socket' || unit === 'board' ? slurm.coresPerSocket : 1;
  const units = Math.max(1, Math.floor(processors / threads / unitCores));
  return { units, unitCores, threads, memory, gres: slurm.gres.filter(({ shared }) => shared !== true) };
}

/** Processors that a job gets with each unit, if it may use so many threads of a core [thousandths]. */
export function unitProcessors({ unitCores, threads }: Hardware, mostThreads: number): number {
  return unitCores === 0 ? 1 : unitCores * Math.min(threads, mostThreads) * PROCESSOR;
}

export function hardwareOfPools(pools: readonly NodePool[], slurm: SlurmConfig | undefined): Hardware[] {
  return pools.map((pool, index) => hardwareOf(pool, slurm?.pools[index], slurm?.select.unit ?? 'cpu'));
}

function plainGres({ gpus, gpuModel, other = {} }: NodePool): SlurmGres[] {
  const gres: SlurmGres[] = gpus > 0 ? [{ name: 'gpu', count: gpus, ...(gpuModel === undefined ? {} : { type: gpuModel }) }] : [];
  for (const [name, count] of Object.entries(other)) gres.push({ name, count: Math.floor(count) });
  return gres;
}
