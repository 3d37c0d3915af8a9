/**
 * Capacity of a Helios cluster by day (`date,VC,...,total`, in GPUs), as a cluster: each virtual cluster is a partition of
 * its own, whose nodes come and go. Source: S-Lab-System-Group/HeliosData, cluster_gpu_number.csv; nodes have eight GPUs
 * and, on Venus and Earth, 48 processors (Hu et al., SC 2021, table 1).
 */
import type { Cluster, NodePool, Outage } from './cluster.ts';
import { InputError } from './errors.ts';
import { DAY } from './units.ts';

const GPUS_PER_NODE = 8;
const CPU_PER_NODE = 48_000;

export function isHeliosCapacity(text: string): boolean {
  return /^\uFEFF?date,[^\n]+,total\r?\n\d{4}-\d\d-\d\d,/.test(text);
}

/**
 * `instantOf` tells when a day begins [ms since the first submission], given its date written as if it were UTC [ms]; absent:
 * the first submission is the beginning of the first day. The last day's capacity stays for good, the first day's was there.
 */
export function readHeliosCapacity(text: string, file: string, instantOf?: (date: number) => number): Cluster {
  const [header, ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const names = header.split(',').slice(1, -1);
  const days = lines.flatMap((line, index) => (line.trim() === '' ? [] : [readDay(line, names.length, `${file}:${index + 2}`)]));
  if (names.length === 0 || days.length === 0) throw new InputError('it lists no day', file, 'is this cluster_gpu_number.csv?');
  days.forEach(({ date }, index) => {
    if (index === 0 || date > days[index - 1].date) return;
    throw new InputError('its days are not in order', `${file}:${index + 2}`, 'sort them by date');
  });
  const begins = instantOf ?? ((date: number) => date - days[0].date);
  const from = days.map(({ date }, index) => (index === 0 ? -Infinity : begins(date)));
  const pools: NodePool[] = [];
  const outages: Outage[] = [];
  let firstNode = 0;
  names.forEach((name, column) => {
    const nodes = days.map((day) => day.nodes[column]);
    const count = Math.max(...nodes);
    if (count === 0) return;
    pools.push({ name, count, cpu: CPU_PER_NODE, memory: Infinity, gpus: GPUS_PER_NODE });
    outages.push(...outagesOf(nodes, from, firstNode, count));
    firstNode += count;
  });
  if (pools.length === 0) throw new InputError('it lists no GPU', file, 'is this cluster_gpu_number.csv?');
  const partitions = pools.map(({ name }) => ({ name, pools: [name] }));
  return { name: file.replace(/^.*\//, ''), interchangeable: false, pools, partitions, outages };
}

/** The last nodes of a pool are those that are not there on days with fewer. */
function outagesOf(nodes: readonly number[], from: readonly number[], firstNode: number, count: number): Outage[] {
  const outages: Outage[] = [];
  for (let day = 0; day < nodes.length;) {
    let next = day + 1;
    while (next < nodes.length && nodes[next] === nodes[day]) next++;
    const until = next < nodes.length ? from[next] : Infinity;
    const missing = count - nodes[day];
    if (missing > 0 && until > 0) {
      outages.push({ firstNode: firstNode + nodes[day], nodes: missing, from: Math.max(0, from[day]), until });
    }
    day = next;
  }
  return outages;
}

function readDay(line: string, width: number, where: string): { date: number; nodes: number[] } {
  const [day, ...cells] = line.split(',');
  const date = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(day) : NaN;
  const gpus = cells.slice(0, width).map((cell) => (cell.trim() === '' ? NaN : Number(cell)));
  const whole = gpus.every((count) => Number.isInteger(count / GPUS_PER_NODE) && count >= 0 && count < 2 ** 31);
  if (date % DAY === 0 && cells.length === width + 1 && whole) return { date, nodes: gpus.map((count) => count / GPUS_PER_NODE) };
  const hint = 'write a date and the GPUs of each virtual cluster, eight for each node, and their total';
  throw new InputError(`"${line.slice(0, 60)}" is no day`, where, hint);
}
