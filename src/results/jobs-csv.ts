import { nodeCount, nodeName } from '../cluster.ts';
import type { Cluster } from '../cluster.ts';
import { restartsOf, STATE_NAMES } from '../schedule.ts';
import type { Placements, Schedule } from '../schedule.ts';
import { gpusOf, jobId } from '../workload.ts';
import type { Category, Workload } from '../workload.ts';
import { csvSeconds, csvText } from './csv.ts';

/** Columns of jobs.csv, in their order. A contract: changes go through CHANGELOG.md. */
export const JOBS_HEADER =
  'job,submit_s,start_s,end_s,state,wait_s,user,queue,cpus,gpus,nodes,placement,restarts,account,partition,qos';

/** Text handed on at a time [characters]. */
const PIECE = 1 << 18;

/**
 * jobs.csv, piece by piece: a row for each job in the order of the workload, times in the trace's own time base,
 * an empty cell where there is no value.
 */
export function* jobsCsv(workload: Workload, cluster: Cluster, schedule: Schedule): Generator<string> {
  const { origin } = workload;
  const { submit, start, end, state } = schedule;
  const numericIds = workload.ids instanceof Float64Array;
  const users = categoryCells(workload.user);
  const queues = categoryCells(workload.queue);
  const accounts = categoryCells(workload.account);
  const partitions = categoryCells(workload.partition);
  const qos = categoryCells(workload.qos);
  const restarts = restartsOf(schedule);
  const placementCells = schedule.placements ? new PlacementCells(cluster, schedule.placements) : undefined;
  let text = `${JOBS_HEADER}\n`;
  for (let job = 0; job < workload.count; job++) {
    const id = numericIds ? `${workload.ids[job]}` : csvText(jobId(workload, job));
    text +=
      `${id},${csvSeconds(origin + submit[job])},${csvSeconds(origin + start[job])},${csvSeconds(origin + end[job])},` +
      `${STATE_NAMES[state[job]]},${csvSeconds(start[job] - submit[job])},` +
      `${users[workload.user.code[job] + 1]},${queues[workload.queue.code[job] + 1]},` +
      `${cpusOf(workload, job)},${gpusOf(workload, job) / 1000},` +
      `${placementCells === undefined ? ',' : placementCells.of(job)},${restarts[job]},` +
      `${accounts[workload.account.code[job] + 1]},${partitions[workload.partition.code[job] + 1]},` +
      `${qos[workload.qos.code[job] + 1]}\n`;
    if (text.length > PIECE) {
      yield text;
      text = '';
    }
  }
  yield text;
}

/** Processors of a job over all its tasks, fractions included [count]. */
function cpusOf({ firstGroup, groupTasks, groupRequest, requests }: Workload, job: number): number {
  let millicores = 0;
  for (let group = firstGroup[job]; group < firstGroup[job + 1]; group++) {
    millicores += groupTasks[group] * requests[groupRequest[group]].cpu;
  }
  return millicores / 1000;
}

/** The cell of each code of a category, from -1 ("the trace does not say") on. */
function categoryCells({ names }: Category): string[] {
  return ['', ...names.map(csvText)];
}

/** The columns `nodes` and `placement`: how many nodes the last run held, and `node*tasks` for each of them. */
class PlacementCells {
  readonly #names: readonly string[];
  readonly #placements: Placements;

  constructor(cluster: Cluster, placements: Placements) {
    this.#names = Array.from({ length: nodeCount(cluster) }, (_, node) => nodeName(cluster, node));
    this.#placements = placements;
  }

  of(job: number): string {
    const { first, node, tasks } = this.#placements;
    const from = first[job];
    const until = first[job + 1];
    if (from === until) return ',';
    if (until === from + 1) return `1,${csvText(`${this.#names[node[from]]}*${tasks[from]}`)}`;
    // Groups of a job may share a node: one entry a node, in the order of the nodes.
    const tasksOn = new Map<number, number>();
    for (let entry = from; entry < until; entry++) tasksOn.set(node[entry], (tasksOn.get(node[entry]) ?? 0) + tasks[entry]);
    const nodes = [...tasksOn.keys()].sort((a, b) => a - b);
    return `${nodes.length},${csvText(nodes.map((on) => `${this.#names[on]}*${tasksOn.get(on)}`).join(' '))}`;
  }
}
