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
const IO = { network: 0, io: 1 };
const SPEEDS: readonly Speed[] = [
  { system: 'bridge-operator', what: 'sysbench', mix: CPU, published: 1.0001, kind: 'outcome', source: FIRST },
  { system: 'hpk', what: 'sysbench', mix: CPU, published: 0.9723, kind: 'input', source: FIRST },
  { system: 'ksi', what: 'sysbench', mix: CPU, published: 0.9656, kind: 'input', source: FIRST },
  { system: 'bridge-operator', what: 'iperf3', mix: NETWORK, published: 1, kind: 'outcome', source: FIRST },
  { system: 'hpk', what: 'iperf3', mix: NETWORK, published: 7386 / 9414, kind: 'input', source: FIRST },
  { system: 'ksi', what: 'iperf3', mix: NETWORK, published: 613 / 9414, kind: 'input', source: FIRST },
  { system: 'ksi', what: 'iperf3, second round', mix: NETWORK, published: 657 / 9415, kind: 'outcome', source: SECOND_ROUND },
  { system: 'ksi-2025', what: 'iperf3', mix: NETWORK, published: 9414 / 9415, kind: 'input', source: SECOND_ROUND },
  { system: 'hpk', what: 'fio, sequential read', mix: IO, published: 0.89, kind: 'input', source: FIRST },
  { system: 'ksi', what: 'fio, sequential read', mix: IO, published: 0.827, kind: 'input', source: FIRST },
];

/** What was measured beside these: of Bridge-Operator, HPK and KSI, native time over time inside [ratio]. */
const COARSE: readonly (readonly [what: string, mix: Mix, ...of: [bridge: number, hpk: number, ksi: number]])[] = [
  ['STREAM', CPU, 0.999, 0.9996, 0.9947],
  ['fio, sequential write', IO, 1.042, 0.952, 0.875],
  ['fio, random read', IO, 1.01, 0.968, 0.939],
  ['fio, random write', IO, 1.042, 0.941, 0.91],
  ['netperf, TCP latency', NETWORK, 57.8 / 58.1, 57.8 / 58.6, 57.8 / 81.9],
];

export function compareSpeeds(bench: Bench): Comparison[] {
  const row = { kind: 'coarse', source: FIRST } as const;
  const coarse = COARSE.flatMap(([what, mix, ...of]) =>
    ['bridge-operator', 'hpk', 'ksi'].map((system, at) => ({ ...row, system, what, mix, published: of[at] })),
  );
  const bridge = { system: 'bridge-operator', what: 'fio, sequential read', mix: IO, published: 0.996, ...row } as const;
  const second = { ...row, system: 'ksi-2025', what: 'netperf, TCP latency', mix: NETWORK, source: SECOND_ROUND };
  const all = [...SPEEDS, bridge, ...coarse, { ...second, published: 57.4 / 59.4 }];
  return all.map(({ mix, ...one }) => ({ ...one, unit: 'of native', model: speedOf(bench, one.system, mix) }));
}

/** Native time over time inside. */
export function speedOf(bench: Bench, name: string, mix: Mix): number {
  const runtime = 1000 * SECOND;
  const jobs = oneByOne(3, 100_000 * SECOND, { runtime, tasks: 1, cpu: 1000 });
  const { start, end } = bench.run(bench.system(name), { jobs, mixOf: () => mix }).jobs;
  return runtime / mean(Array.from(end, (time, job) => time - start[job]));
}
