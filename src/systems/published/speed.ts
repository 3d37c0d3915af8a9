/** How much slower work runs inside: KSI evaluation of 2023 and its second round of 2025. */
import type { Mix } from '../step.ts';
import { mean, oneByOne } from './bench.ts';
import type { Bench, Comparison } from './bench.ts';

const FIRST = 'gwdg/pub-2025-ksi-evaluation, Nov 2023';
const SECOND_ROUND = 'gwdg/pub-2025-ksi-evaluation, Jul 2025';
const SECOND = 1000;

interface Speed {
  readonly system: string;
  readonly what: string;
  readonly mix: Mix;
  /** Native time over time inside [ratio]. */
  readonly published: number;
  readonly kind: Comparison['kind'];
  readonly source: string;
}

const CPU = { network: 0, io: 0 };
const NETWORK = { network: 1, io: 0 };
const SPEEDS: readonly Speed[] = [
  { system: 'bridge-operator', what: 'sysbench', mix: CPU, published: 1.0001, kind: 'outcome', source: FIRST },
  { system: 'hpk', what: 'sysbench', mix: CPU, published: 0.9723, kind: 'input', source: FIRST },
  { system: 'ksi', what: 'sysbench', mix: CPU, published: 0.9656, kind: 'input', source: FIRST },
  { system: 'bridge-operator', what: 'iperf3', mix: NETWORK, published: 1, kind: 'outcome', source: FIRST },
  { system: 'hpk', what: 'iperf3', mix: NETWORK, published: 7386 / 9414, kind: 'input', source: FIRST },
  { system: 'ksi', what: 'iperf3', mix: NETWORK, published: 613 / 9414, kind: 'input', source: FIRST },
  { system: 'ksi-2025', what: 'iperf3', mix: NETWORK, published: 9414 / 9415, kind: 'input', source: SECOND_ROUND },
  { system: 'hpk', what: 'fio, sequential read', mix: { network: 0, io: 1 }, published: 0.89, kind: 'input', source: FIRST },
  { system: 'ksi', what: 'fio, sequential read', mix: { network: 0, io: 1 }, published: 0.827, kind: 'input', source: FIRST },
];

export function compareSpeeds(bench: Bench): Comparison[] {
  return SPEEDS.map(({ mix, ...row }) => ({ ...row, unit: 'of native', model: speedOf(bench, row.system, mix) }));
}

/** Native time over time inside. */
export function speedOf(bench: Bench, name: string, mix: Mix): number {
  const runtime = 1000 * SECOND;
  const jobs = oneByOne(3, 100_000 * SECOND, { runtime, tasks: 1, cpu: 1000 });
  const { start, end } = bench.run(bench.system(name), { jobs, mixOf: () => mix }).jobs;
  return runtime / mean(Array.from(end, (time, job) => time - start[job]));
}
