/**
 * Finds jobs that make way for another one: task by task of the one, more and more victims, node by node. Each time all
 * of them look for nodes anew, in the order in which they would be served, so that a victim may find another place, or
 * stay where it is.
 * Source: pkg/scheduler/actions/common/solvers (KAI-Scheduler v0.13.0).
 */
import { allocateJob } from './allocate-job.ts';
import type { Candidate } from './candidate.ts';
import { JobsByQueue } from './jobs-by-queue.ts';
import type { PodGroup } from './pod-group.ts';
import { GPU } from './quantities.ts';
import { Scenario } from './scenario.ts';
import type { Chunk, Preemptor } from './scenario.ts';
import type { Session } from './session.ts';
import { Statement } from './statement.ts';
import { chooseTasks, chooseVictims } from './task-choice.ts';
import type { Task } from './task.ts';

export interface Search {
  /** Jobs that may make way, in the order in which they are asked. */
  victims(): JobsByQueue;
  /** Whether the rules allow what was found. */
  isValid(scenario: Scenario): boolean;
}

interface Solution {
  readonly statement: Statement;
  readonly victims: readonly Chunk[];
}

/** The steps that give the job what it is to be served with next; undefined if there are none. */
export function solve(session: Session, group: PodGroup, search: Search): Statement | undefined {
  const before = group.usingTasks;
  const tasks = chooseTasks(group, false);
  const nodes = feasibleNodes(session, group);
  let recorded: readonly Chunk[] = [];
  for (let count = 1; count <= tasks.length; count++) {
    const solution = solvePart(session, { group, tasks: tasks.slice(0, count) }, { search, nodes, recorded });
    if (solution === undefined) return undefined;
    if (count === tasks.length && group.isSatisfied && group.usingTasks > before) return solution.statement;
    // What follows must not see what was only tried.
    solution.statement.discard();
    recorded = solution.victims;
  }
  return undefined;
}

/** A job with GPUs only looks at nodes that have some free, or will. */
function feasibleNodes({ table }: Session, group: PodGroup): ReadonlySet<number> {
  const gpu = table.shared(GPU);
  const needsGpus = [...group.tasks()].every(({ request }) => request[GPU] > 0);
  return new Set(needsGpus ? table.rows.filter((row) => table.left(gpu, row) > 0) : table.rows);
}

interface Part {
  readonly search: Search;
  readonly nodes: ReadonlySet<number>;
  readonly recorded: readonly Chunk[];
}

function solvePart(session: Session, preemptor: Preemptor, { search, nodes, recorded }: Part): Solution | undefined {
  const scenario = new Scenario(session, preemptor, recorded);
  const known = new Set(scenario.recordedTasks);
  const here = new Set([...nodes, ...[...known].map(({ row }) => row)]);
  const order = search.victims();
  for (let more = true; more; more = addVictims(scenario, order, known)) {
    if (!scenario.isPromising) continue;
    const solution = trySolving(session, scenario, here, search);
    if (solution !== undefined) return solution;
  }
  return undefined;
}

/** Asks the next job; false if there is none. */
function addVictims(scenario: Scenario, order: JobsByQueue, known: ReadonlySet<Task>): boolean {
  for (let next = order.pop(); next !== undefined; next = order.pop()) {
    const all = next.tasks ?? [...next.group.tasks()];
    const chosen = chooseVictims(all);
    // Jobs that are victims already may have more to give.
    const isKnown = chosen.some((task) => known.has(task));
    const left = all.filter((task) => !(isKnown ? known.has(task) : chosen.includes(task)));
    if (left.some((task) => task.isActive) || (isKnown && left.length > 0)) order.push({ group: next.group, tasks: left });
    if (isKnown) continue;
    scenario.addPotential(chosen);
    return true;
  }
  return false;
}

function trySolving(session: Session, scenario: Scenario, nodes: ReadonlySet<number>, search: Search): Solution | undefined {
  const { recordedTasks, latest } = scenario;
  const statement = new Statement(session);
  for (const task of recordedTasks) statement.evict(task);
  const attempts: readonly (number | undefined)[] =
    latest === undefined ? (recordedTasks.length > 0 ? [undefined] : []) : nodesOf(latest);
  for (const row of attempts) {
    const checkpoint = statement.checkpoint();
    const more = row === undefined ? [] : scenario.tasksOnNode(row);
    for (const task of more) statement.evict(task);
    const here = new Set([...nodes, ...more.map((task) => task.row)]);
    const victims = [...new Set([...recordedTasks, ...more])];
    if (serveAll(session, statement, scenario.preemptor, victims, here)) return judge(scenario, statement, victims, search);
    statement.rollback(checkpoint);
  }
  statement.discard();
  return undefined;
}

function nodesOf(group: PodGroup): number[] {
  return [...new Set([...group.tasks()].map(({ row }) => row))].filter((row) => row >= 0);
}

/** All look for nodes. True if the preemptor finds what it needs, whatever becomes of the victims. */
function serveAll(
  session: Session,
  statement: Statement,
  preemptor: Preemptor,
  victims: readonly Task[],
  nodes: ReadonlySet<number>,
): boolean {
  const rows = session.table.rows.filter((row) => nodes.has(row));
  const involved = new Set(victims.map(({ group }) => group));
  const waiting = session.groups.filter((group) => group !== preemptor.group && (group.pendingTasks > 0 || involved.has(group)));
  const candidates: Candidate[] = waiting.map((group) => ({ group }));
  const order = new JobsByQueue(session, [...candidates, { group: preemptor.group, wanted: preemptor.tasks }]);
  const attempt = { statement, rows, real: false };
  let served = false;
  for (let next = order.pop(); next !== undefined && !(served && involved.size === 0); next = order.pop()) {
    const { group } = next;
    if (group === preemptor.group) {
      if (allocateJob(session, group, preemptor.tasks, attempt) !== undefined) return false;
      served = true;
    } else if (involved.delete(group)) {
      allocateJob(session, group, chooseTasks(group, false), attempt);
    }
  }
  return served;
}

/** Victims are those that found no other place; and those that did, because they move. */
function judge(scenario: Scenario, statement: Statement, tasks: readonly Task[], search: Search): Solution | undefined {
  if (!search.isValid(scenario)) {
    statement.discard();
    return undefined;
  }
  const gone = tasks.filter(({ status }) => status === 'releasing');
  const moved = tasks.filter(({ status }) => status === 'pipelined');
  return { statement, victims: [...new Set([...gone, ...moved].map((task) => scenario.chunkOf(task)))] };
}
