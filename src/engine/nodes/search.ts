import type { Placement } from '../../placement.ts';
import type { NodeBooks } from './books.ts';
import type { NodeDemand } from './demand.ts';
import { NONE, STRIDE } from './parts.ts';
import type { NodeParts, PartList } from './parts.ts';
import { NodePlan } from './plan.ts';

/** Asks the placement for nodes, and remembers its last answer. Shared by the ledger, its what-ifs and its plans. */
export class NodeSearch {
  readonly plan: NodePlan;
  readonly #demand: NodeDemand;
  readonly #placement: Placement;

  constructor(demand: NodeDemand, placement: Placement) {
    this.#demand = demand;
    this.#placement = placement;
    this.plan = new NodePlan(demand);
  }

  /** Whether all tasks of the job fit; `plan` says where. */
  find(job: number, books: NodeBooks): boolean {
    const { plan } = this;
    if (plan.isFor(job, books)) return plan.found;
    plan.begin(job, books);
    if (!this.#demand.admits(job) || !books.totalsAllow(job)) return false;
    plan.found = this.#placement.place(job, books, plan);
    if (plan.found) this.#checkComplete(job);
    return plan.found;
  }

  /** Whether these parts of the job fit together; they are the plan then. */
  adopt(job: number, books: NodeBooks, parts: PartList): boolean {
    const { plan } = this;
    plan.begin(job, books);
    for (let index = 0; index < parts.length; index += STRIDE) {
      const [group, node, tasks, seat] = [parts[index], parts[index + 1], parts[index + 2], parts[index + 3]];
      const request = this.#demand.requestOf(job, group);
      if (plan.roomLeft(node, request, job) < tasks || !plan.isSeatFree(node, request, seat, tasks)) {
        // What is left in the plan is no answer to a search: nobody may find it.
        plan.begin(NONE, books);
        return false;
      }
      plan.append(group, node, tasks, seat);
    }
    plan.found = true;
    return true;
  }

  #checkComplete(job: number): void {
    const { firstGroup, groupTasks } = this.#demand.jobs;
    for (let group = 0; group < this.#demand.groupsOf(job); group++) {
      const tasks = groupTasks[firstGroup[job] + group];
      if (this.plan.tasksOf(group) !== tasks) {
        throw new Error(`the placement put ${this.plan.tasksOf(group)} of ${tasks} tasks of group ${group} of job ${job}`);
      }
    }
  }
}

/** Lets a suspended job have back on its old nodes what it gave up. Answers false, with the books as they were, if it cannot. */
export function resume(job: number, books: NodeBooks, parts: NodeParts): boolean {
  const { version, growths } = books;
  for (let part = parts.first(job); part !== NONE; part = parts.next(part)) {
    const request = books.demand.requestOf(job, parts.group(part));
    const tasks = parts.tasks(part);
    if (books.roomToResume(parts.node(part), request, tasks, parts.seat(part)) < tasks) {
      for (let taken = parts.first(job); taken !== part; taken = parts.next(taken)) {
        giveAllButMemory(job, books, parts, taken);
      }
      books.version = version;
      books.growths = growths;
      return false;
    }
    books.takeAllButMemory(parts.node(part), request, tasks, parts.seat(part));
  }
  return true;
}

/** Whether `resume` would succeed. */
export function canResume(job: number, books: NodeBooks, parts: NodeParts): boolean {
  const { version, growths } = books;
  if (!resume(job, books, parts)) return false;
  suspend(job, books, parts);
  books.version = version;
  books.growths = growths;
  return true;
}

/** Gives back all that a job holds but its memory. */
export function suspend(job: number, books: NodeBooks, parts: NodeParts): void {
  for (let part = parts.first(job); part !== NONE; part = parts.next(part)) {
    giveAllButMemory(job, books, parts, part);
  }
}

function giveAllButMemory(job: number, books: NodeBooks, parts: NodeParts, part: number): void {
  const request = books.demand.requestOf(job, parts.group(part));
  books.giveAllButMemory(parts.node(part), request, parts.tasks(part), parts.seat(part));
}
