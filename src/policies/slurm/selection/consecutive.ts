/**
 * Runs of consecutive nodes of one weight: the lightest, then the tightest that suffices, else the largest; nodes from its
 * start on, but one node that suffices alone before several. Source: Slurm 22.05, src/plugins/select/cons_tres/job_test.c,
 * _eval_nodes.
 */
import type { Search } from './search.ts';

interface Run {
  readonly first: number;
  last: number;
  nodes: number;
  processors: number;
  weight: number;
  /** The first of its nodes that the job names; -1 = none. */
  required: number;
}

export interface ConsecutiveSettings {
  /** All nodes must follow each other; weights do not matter. */
  readonly contiguous: boolean;
  /** Nodes that the job names: they are chosen already. */
  readonly required: readonly number[];
}

/** Whether enough was found. */
export function chooseConsecutive(search: Search, settings: ConsecutiveSettings): boolean {
  if (search.isDone) return true;
  if (search.maxNodes <= 0) return false;
  const runs = runsOf(search, settings);
  while (search.maxNodes > 0) {
    const best = bestRun(runs, search, settings);
    if (best === undefined) break;
    if (settings.contiguous && !suffices(best, search)) break;
    if (best.required >= 0) takeAround(search, best);
    else takeFrom(search, best);
    if (search.isDone) return true;
    best.nodes = best.processors = 0;
  }
  return search.processors <= 0 && search.hasGres && search.hasEnoughWith(0);
}

function runsOf({ room }: Search, { contiguous, required }: ConsecutiveSettings): Run[] {
  const { processors, weight } = room;
  const named = new Set(required);
  const runs: Run[] = [];
  let run: Run | undefined;
  for (let node = 0; node < processors.length; node++) {
    const isNamed = named.has(node);
    if (!isNamed && processors[node] === 0) {
      run = undefined;
      continue;
    }
    if (run !== undefined && !contiguous && run.weight >= 0 && run.weight !== weight[node]) run = undefined;
    if (run === undefined) runs.push((run = { first: node, last: node, nodes: 0, processors: 0, weight: -1, required: -1 }));
    run.last = node;
    if (isNamed) {
      if (run.required < 0) run.required = node;
      continue;
    }
    run.nodes++;
    run.processors += processors[node];
    run.weight = weight[node];
  }
  return runs;
}

function suffices(run: Run, search: Search): boolean {
  if (run.processors < search.processors || !search.hasEnoughWith(run.nodes)) return false;
  return !search.wantsGresPerJob || search.wouldHaveGres(nodesOf(run, search));
}

function nodesOf({ first, last }: Run, { room }: Search): number[] {
  const nodes: number[] = [];
  for (let node = first; node <= last; node++) if (room.processors[node] > 0) nodes.push(node);
  return nodes;
}

function bestRun(runs: readonly Run[], search: Search, { contiguous, required }: ConsecutiveSettings): Run | undefined {
  let best: Run | undefined;
  let bestSuffices = false;
  for (let index = 0; index < runs.length; index++) {
    const run = runs[index];
    if (run.nodes === 0) continue;
    const bound = contiguous && required.length > 0;
    if (bound && run.required < 0) continue;
    const enough = suffices(run, search);
    if (best === undefined || isBetter(run, enough, best, bestSuffices, contiguous)) {
      best = run;
      bestSuffices = enough;
    }
    // All nodes that are named must be in one run.
    if (bound && runs.slice(index + 1).some(({ required: named }) => named >= 0)) return undefined;
  }
  return best;
}

function isBetter(run: Run, enough: boolean, best: Run, bestSuffices: boolean, contiguous: boolean): boolean {
  if (best.required < 0 && run.required >= 0) return true;
  if (run.weight < best.weight) return true;
  if (contiguous && !bestSuffices && enough) return true;
  if (run.weight !== best.weight) return false;
  return enough ? !bestSuffices || run.processors < best.processors : run.processors > best.processors;
}

/** Up from the first node that is named, then down from it. */
function takeAround(search: Search, { first, last, required }: Run): void {
  for (let node = required; node <= last; node++) {
    if (search.maxNodes === 0 || search.isDone) return;
    if (!search.has(node) && search.room.processors[node] > 0) search.take(node);
  }
  for (let node = required - 1; node >= first; node--) {
    if (search.maxNodes === 0 || search.isDone) return;
    if (!search.has(node) && search.room.processors[node] > 0) search.take(node);
  }
}

function takeFrom(search: Search, run: Run): void {
  const { processors } = search.room;
  const single = search.nodes <= 1 ? tightest(search, run) : -1;
  if (single >= 0) {
    search.take(single);
    return;
  }
  for (let node = run.first; node <= run.last; node++) {
    if (search.maxNodes === 0 || search.isDone) return;
    if (search.has(node) || processors[node] === 0) continue;
    // The last node that it may have must hold all the rest.
    if (search.maxNodes === 1 && processors[node] < search.processors) continue;
    search.take(node);
  }
}

/** The node of the run that alone holds what remains, with the least room; -1 if there is none. */
function tightest(search: Search, { first, last }: Run): number {
  const { processors } = search.room;
  let best = -1;
  for (let node = first; node <= last; node++) {
    if (search.has(node) || processors[node] === 0 || processors[node] < search.processors) continue;
    if (!search.wouldHaveGres([node])) continue;
    if (best < 0 || processors[node] < processors[best]) best = node;
    if (processors[best] === search.processors) break;
  }
  return best;
}
