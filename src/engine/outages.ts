import type { Cluster } from '../cluster.ts';
import { nodeCount, poolOfNodes } from '../cluster.ts';
import { Float64Column } from '../columns.ts';
import { randomStream } from '../random.ts';
import type { Random } from '../random.ts';
import type { Schedule } from '../schedule.ts';
import { NODE_FAILS, NODE_REPAIRED, OUTAGE_BEGINS, OUTAGE_ENDS } from './event-queue.ts';
import type { EventQueue } from './event-queue.ts';

/**
 * When nodes are not there: the outages that the cluster's description lists, and failures drawn from its pools'
 * models. Each node draws from a stream of its own, so that what happens to one never moves another's failures.
 */
export class Outages {
  readonly #cluster: Cluster;
  readonly #events: EventQueue;
  readonly #streams: (Random | undefined)[];
  readonly #poolOf: Int32Array;
  /** How many reasons each node has to be down. */
  readonly #reasons: Int32Array;
  readonly #change: (node: number, down: boolean) => void;
  /** Beginnings and ends of outages that are still to come [count]. */
  planned = 0;
  /** Nodes that are down [count]. */
  #down = 0;
  /** GPUs that are down with them [count]: whenever it changed. */
  readonly #changedAt = new Float64Column(16);
  readonly #gpusDown = new Float64Column(16);
  #drawn = 0;
  /** How often the last node that was down has come back [count]. */
  recoveries = 0;

  /** `change` is called when a node goes down or comes back, never twice in a row for the same direction. */
  constructor(cluster: Cluster, seed: number | string, events: EventQueue, change: (node: number, down: boolean) => void) {
    this.#cluster = cluster;
    this.#events = events;
    this.#change = change;
    const fails = cluster.pools.some((pool) => pool.failures !== undefined);
    const nodes = fails || cluster.outages.length > 0 ? nodeCount(cluster) : 0;
    this.#reasons = new Int32Array(nodes);
    this.#poolOf = nodes > 0 ? poolOfNodes(cluster) : new Int32Array(0);
    this.#streams = [];
    cluster.outages.forEach(({ firstNode, nodes: count, from, until }, row) => {
      if (!(firstNode >= 0 && firstNode + count <= nodes)) {
        throw new Error(`an outage of ${cluster.name} takes nodes ${firstNode} to ${firstNode + count - 1}, but it has ${nodes}`);
      }
      // One that was over before the first submission is none.
      if (until > Math.max(0, from)) this.#plan(Math.max(0, from), OUTAGE_BEGINS, row);
    });
    if (!fails) return;
    for (let node = 0; node < nodes; node++) {
      const model = cluster.pools[this.#poolOf[node]].failures;
      this.#streams.push(model && randomStream(seed, `failures/${node}`));
      if (model === undefined) continue;
      this.#drawn++;
      this.#drawFailure(node, 0);
    }
  }

  get allUp(): boolean {
    return this.#down === 0;
  }

  /** Events of chance failures that are always in the queue: the next one of each node that may fail [count]. */
  get drawn(): number {
    return this.#drawn;
  }

  /** What the schedule says of GPUs. */
  counted(): Pick<Schedule, 'gpusDown'> {
    if (this.#gpusDown.length === 0) return {};
    return { gpusDown: { time: this.#changedAt.done(), value: this.#gpusDown.done() } };
  }

  /** Carries out one of the four kinds of events that concern nodes. */
  apply(kind: number, row: number, now: number): void {
    if (kind === OUTAGE_BEGINS) this.#outage(row, 1, now);
    else if (kind === OUTAGE_ENDS) this.#outage(row, -1, now);
    else if (kind === NODE_REPAIRED) this.#repaired(row, now);
    else this.#fails(row, now);
  }

  #outage(row: number, by: 1 | -1, now: number): void {
    const { firstNode, nodes, until } = this.#cluster.outages[row];
    this.planned--;
    if (by === 1 && until !== Infinity) this.#plan(until, OUTAGE_ENDS, row);
    for (let node = firstNode; node < firstNode + nodes; node++) this.#reason(node, by, now);
  }

  #plan(time: number, kind: number, row: number): void {
    this.planned++;
    this.#events.push(time, kind, row);
  }

  #fails(node: number, now: number): void {
    const { mttr } = this.#cluster.pools[this.#poolOf[node]].failures!;
    this.#events.push(now + Math.max(1, Math.round(this.#streams[node]!.exponential(mttr))), NODE_REPAIRED, node);
    this.#reason(node, 1, now);
  }

  #repaired(node: number, now: number): void {
    this.#reason(node, -1, now);
    this.#drawFailure(node, now);
  }

  #drawFailure(node: number, now: number): void {
    const { mtbf, shape = 1 } = this.#cluster.pools[this.#poolOf[node]].failures!;
    const scale = shape === 1 ? mtbf : mtbf / gamma(1 + 1 / shape);
    this.#events.push(now + Math.max(1, Math.round(this.#streams[node]!.weibull(shape, scale))), NODE_FAILS, node);
  }

  #reason(node: number, by: 1 | -1, now: number): void {
    const before = this.#reasons[node];
    this.#reasons[node] += by;
    if (before !== 0 && this.#reasons[node] !== 0) return;
    this.#down += by;
    this.#countGpus(node, by, now);
    if (this.#down === 0) this.recoveries++;
    this.#change(node, by === 1);
  }

  #countGpus(node: number, by: 1 | -1, now: number): void {
    const { gpus } = this.#cluster.pools[this.#poolOf[node]];
    if (gpus === 0) return;
    const last = this.#gpusDown.length - 1;
    this.#changedAt.push(now);
    this.#gpusDown.push((last < 0 ? 0 : this.#gpusDown.get(last)) + by * gpus);
  }
}

/** The gamma function (Lanczos, g = 7), to turn a Weibull mean into its scale. */
function gamma(x: number): number {
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  let sum = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) sum += coefficients[i] / (x - 1 + i);
  const t = x + 6.5;
  return Math.sqrt(2 * Math.PI) * t ** (x - 0.5) * Math.exp(-t) * sum;
}
