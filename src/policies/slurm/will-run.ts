/**
 * When and where a job could run on some nodes, if running jobs use up their limits: they are let go in groups that end
 * close together, and the job is planned for the end of the last one of a group.
 * Source: Slurm 22.05, src/plugins/select/cons_common/job_test.c, _will_run_test and _guess_job_end.
 */
import type { JobDemand } from './demand.ts';
import type { Books } from './books.ts';
import { Choices } from './choices.ts';
import { Forecasts, insteadOf, renew } from './forecasts.ts';
import type { Answer, Instead } from './forecasts.ts';
import { addAll, countCommon, keepOnly } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import { OpeningSearch } from './opening-search.ts';
import type { Opening } from './opening-search.ts';
import type { Allocation, Running } from './running.ts';
import type { Selection, Share } from './selection.ts';
import type { Asked, Look } from './plan.ts';
import type { PreemptRules } from './preemption/preempt-rules.ts';
import type { Overlay } from './sharing/overlay.ts';
import { openingAmongOthers } from './sharing/shared-will-run.ts';
import type { KnownPlan } from './standing-plans.ts';
import { StandingRoom } from './standing-room.ts';
import { Timeline } from './timeline.ts';

const SECOND = 1000;
const YEAR = 365 * 24 * 3600 * SECOND;

export interface Forecast {
  /** [Unix ms] */
  readonly start: number;
  /** When the limit of the last job is used up that it waits for [Unix ms]; that may be over. -Infinity = it waits for none. */
  readonly after: number;
  readonly shares: readonly Share[];
  /** The nodes of the shares. */
  readonly nodes: NodeSet;
}

export interface WillRunSettings {
  /** bf_window_linear [ms]; 0 = windows double. */
  readonly windowLinear: number;
  readonly killWait: number;
  /** Of each partition: OverTimeLimit [ms]. */
  readonly overTimeLimit: readonly number[];
  /** Whether preemption takes the resources of this job away. */
  readonly isRemovable: (allocation: Allocation) => boolean;
  /** Absent if every core has one job. */
  readonly overlay?: Overlay | undefined;
  readonly rules?: PreemptRules | undefined;
}

export interface WillRunQuestion {
  readonly demand: JobDemand;
  /** Nodes that it may use. */
  readonly nodes: NodeSet;
  readonly now: number;
  /** Whether it could run at once is all that is asked. */
  readonly nowOnly: boolean;
  /** A later start is of no use: none is looked for [Unix ms]. */
  readonly notAfter: number;
  /** Running jobs that it may preempt: with them gone, it could run "now". */
  readonly candidates?: readonly Allocation[] | undefined;
}

export class WillRun {
  /** What jobs would be given now. */
  readonly choices: Choices;
  readonly #running: Running;
  readonly #selection: Selection;
  readonly #settings: WillRunSettings;
  readonly #standing: StandingRoom;
  /** What was told to those who asked. */
  readonly #forecasts = new Forecasts();
  #timeline: Timeline | undefined;
  /** What the last one who asked was answered from. */
  lastAnswer: Answer | undefined;

  constructor(running: Running, selection: Selection, settings: WillRunSettings) {
    this.#running = running;
    this.#selection = selection;
    this.#settings = settings;
    this.choices = new Choices(running, selection);
    this.#standing = new StandingRoom(running, selection);
  }

  test(asked: WillRunQuestion): Forecast | undefined {
    // Of those that run, only jobs on nodes that would do are waited for.
    const question = asked.demand.suitable === undefined ? asked : { ...asked, nodes: suitableOf(asked) };
    if (this.#settings.overlay !== undefined) return this.#shared(question, this.#settings.overlay);
    const { demand, nodes, now, nowOnly, candidates = [] } = question;
    const timeline = this.#timeOf();
    const answer = this.#forecasts.of(timeline, timeline.likenessOf(demand).kind, nodes);
    this.lastAnswer = answer;
    if (!answer.isFull) {
      const mayFit = timeline.mayFitNow(demand, nodes, answer.attempts);
      const shares = mayFit ? this.choices.of(demand, nodes) : undefined;
      if (shares !== undefined) return this.#forecast(now, shares);
      answer.isFull = true;
    }
    if (candidates.length > 0) return this.#insteadOfOthers({ ...question, candidates }, answer, timeline);
    if (nowOnly) return undefined;
    return this.#startAt(this.#openingOf(answer, timeline, demand, latestOf(question)), question);
  }

  /** Where cores may have several jobs. */
  #shared(question: WillRunQuestion, overlay: Overlay): Forecast | undefined {
    const shared = { ...this.#settings, overlay, running: this.#running };
    const found = openingAmongOthers(shared, question, latestOf(question));
    if (found === undefined) return undefined;
    return 'last' in found ? this.#startAt(found, question) : this.#forecast(question.now, found);
  }

  /** If it may preempt some of those that run: with them gone, now or when others have come to their ends. */
  #insteadOfOthers(question: Required<WillRunQuestion>, answer: Answer, timeline: Timeline): Forecast | undefined {
    const { demand, nodes, now, nowOnly, candidates } = question;
    const instead = insteadOf(answer, candidates);
    // It would start a little later, but only a job that could start now is let to preempt.
    const shares = this.#chooseInstead(instead, demand, nodes);
    if (shares !== undefined) return this.#forecast(now, shares);
    if (nowOnly) return undefined;
    return this.#startAt(this.#openingInstead(instead, timeline, demand, nodes, latestOf(question)), question);
  }

  /** What it would get if those were gone that it may preempt. */
  #chooseInstead({ attempts, candidates }: Instead, demand: JobDemand, nodes: NodeSet): readonly Share[] | undefined {
    return attempts.among(nodes, undefined, this.#running.books, () => {
      return this.#without(candidates, demand).choose(this.#selection, nodes);
    });
  }

  #openingInstead(instead: Instead, timeline: Timeline, demand: JobDemand, nodes: NodeSet, latest: number): Opening | number {
    const { attempts, candidates } = instead;
    const order = timeline.without(candidates);
    const { search = new OpeningSearch(order, nodes, this.#settings.windowLinear) } =
      instead.search?.order === order ? instead : {};
    instead.search = search;
    let future: Future | undefined;
    let given = 0;
    return search.upTo(latest, (until) => {
      return attempts.among(nodes, order.jobs[until - 1], this.#running.books, () => {
        future ??= this.#without(candidates, demand);
        for (; given < until; given++) if (order.overlaps(given, nodes)) future.give(order.jobs[given]);
        return future.choose(this.#selection, nodes);
      });
    });
  }

  #without(candidates: readonly Allocation[], demand: JobDemand): Future {
    const future = new Future(this.#running, demand);
    for (const candidate of candidates) if (this.#settings.isRemovable(candidate)) future.give(candidate);
    return future;
  }

  /** Whom the job is like now. */
  kindOf(demand: JobDemand): number {
    return this.#timeOf().likenessOf(demand).kind;
  }

  /** Whether a job is told the same as before in all of its looks; false is not sure. */
  stand({ looks, asked }: KnownPlan, now: number): boolean {
    for (const look of looks) if (!this.#stands(look, asked, now)) return false;
    return true;
  }

  #stands({ answer, kind, notAfter, after, shares }: Look, { demand, candidates }: Asked, now: number): boolean {
    const timeline = this.#timeOf();
    if (timeline.likenessOf(demand).kind !== kind) return false;
    renew(answer, timeline);
    answer.isFull ||= !timeline.mayFitNow(demand, answer.nodes, answer.attempts);
    if (!answer.isFull) return false;
    const latest = Math.max(now, notAfter);
    const opening = this.#openingFor(answer, timeline, demand, candidates, latest);
    if (opening === undefined) return false;
    if (typeof opening === 'number' || opening.last.end > latest) return shares === undefined;
    return opening.shares === shares && opening.last.end === after;
  }

  /** Undefined if it can start at once in place of others. */
  #openingFor(
    answer: Answer,
    timeline: Timeline,
    demand: JobDemand,
    candidates: readonly Allocation[],
    latest: number,
  ): Opening | number | undefined {
    if (candidates.length === 0) return this.#openingOf(answer, timeline, demand, latest);
    const instead = insteadOf(answer, candidates);
    if (this.#chooseInstead(instead, demand, answer.nodes) !== undefined) return undefined;
    return this.#openingInstead(instead, timeline, demand, answer.nodes, latest);
  }

  /** When others have come to their ends: looked for only where nobody has looked for a job of its kind. */
  #openingOf(answer: Answer, timeline: Timeline, demand: JobDemand, latest: number): Opening | number {
    answer.mayEverFit ??= timeline.mayEverFit(demand, answer.nodes);
    if (!answer.mayEverFit) return Infinity;
    answer.search ??= new OpeningSearch(timeline.order, answer.nodes, this.#settings.windowLinear);
    return answer.search.upTo(latest, (gone) => timeline.choose(demand, answer.nodes, gone, answer.attempts));
  }

  /** Undefined if that is too late. */
  #startAt(opening: Opening | number, question: WillRunQuestion): Forecast | undefined {
    if (typeof opening === 'number' || opening.last.end > latestOf(question)) return undefined;
    const { last, shares } = opening;
    const start = last.end > question.now ? last.end : this.#guessEnd(last, question.now);
    return this.#forecast(start, shares, last.end);
  }

  #forecast(start: number, shares: readonly Share[], after = -Infinity): Forecast {
    return { start, after, shares, nodes: this.#running.nodesOf(shares) };
  }

  /** Kept as long as the same jobs hold the same. */
  #timeOf(): Timeline {
    if (this.#timeline?.isRight !== true) this.#timeline = new Timeline(this.#running, this.#selection, this.#standing);
    return this.#timeline;
  }

  /** When a job that has outlived its limit is thought to end [Unix ms]. */
  #guessEnd({ end, partition }: Allocation, now: number): number {
    const over = this.#settings.overTimeLimit[partition];
    if (over === Infinity) return now + YEAR;
    const guess = end + this.#settings.killWait + over;
    return guess <= now ? now + SECOND : guess;
  }
}

function suitableOf({ nodes, demand }: WillRunQuestion): NodeSet {
  const suitable = nodes.slice();
  if (demand.suitable !== undefined) keepOnly(suitable, demand.suitable);
  return suitable;
}

/** The last time at which a start is of any use [Unix ms]. */
function latestOf({ now, notAfter }: WillRunQuestion): number {
  return Math.max(now, notAfter);
}

/** The books when some running jobs are gone. They are copied only when there may be nodes enough. */
class Future {
  readonly #now: Books;
  readonly #demand: JobDemand;
  /** Nodes that are empty, or may be. */
  readonly #empty: NodeSet;
  readonly #gone: Allocation[] = [];
  readonly #idle: Books;
  #onlyWhole = true;
  #books: Books | undefined;

  constructor({ books: now, idle }: Running, demand: JobDemand) {
    this.#idle = idle;
    this.#now = now;
    this.#demand = demand;
    this.#empty = now.empty.slice();
  }

  give(allocation: Allocation): void {
    this.#gone.push(allocation);
    this.#onlyWhole &&= allocation.whole;
    addAll(this.#empty, allocation.nodes);
  }

  choose(selection: Selection, candidates: NodeSet): Share[] | undefined {
    const { whole, leastNodes, groups } = this.#demand;
    if (whole && countCommon(candidates, this.#empty) < leastNodes) return undefined;
    // Where jobs have whole nodes, all that counts is which of them are empty.
    if (whole && groups.length === 1 && this.#onlyWhole) {
      const among = candidates.slice();
      keepOnly(among, this.#empty);
      return selection.choose(this.#idle, this.#demand, among, 'later');
    }
    this.#books ??= this.#now.copy();
    for (const { shares, whole: wasWhole } of this.#gone) this.#books.give(shares, wasWhole);
    this.#gone.length = 0;
    return selection.choose(this.#books, this.#demand, candidates, 'later');
  }
}
