import { COMPLETED } from '../schedule.ts';
import type { Agenda } from './agenda.ts';
import { ENDS, STAGES } from './agenda.ts';
import { GRACE, ORPHAN, START_UP, TAIL, USEFUL } from './meter.ts';
import type { Attendance, Body, Hold } from './order.ts';
import type { Stages } from './stages.ts';
import type { Mix, Step } from './step.ts';
import type { ExecProfile } from './system.ts';

/** How much longer work of this mix runs than natively [ratio]. */
export function slowdownOf(exec: ExecProfile, { network, io }: Mix): number {
  return (1 - network - io) / exec.cpu + network / exec.network + io / exec.io;
}

/** One profile inside another. */
function together(outer: ExecProfile, inner: ExecProfile | undefined): ExecProfile {
  if (inner === undefined) return outer;
  return { cpu: outer.cpu * inner.cpu, network: outer.network * inner.network, io: outer.io * inner.io };
}

/** What bodies of a run share. */
export interface Workshop {
  readonly agenda: Agenda;
  readonly stages: Stages;
  /** Counts time that work went on on nodes which were somebody else's already [millicore-ms]. */
  hazard(millicores: number, time: number): void;
}

/** A step of a job at work: start-up, run, tail, release. */
export class Computation implements Body {
  readonly #step: Step;
  readonly #copy: number;
  readonly #shop: Workshop;
  #attendance: Attendance | undefined;
  #hold: Hold | undefined;
  #run = 0;
  #began = NaN;
  #slowdown = 1;
  /** Work that counts from earlier runs [ms of native run time]. */
  #done = 0;
  #isOrphan = false;

  constructor(step: Step, copy: number, shop: Workshop) {
    this.#step = step;
    this.#copy = copy;
    this.#shop = shop;
  }

  abandon(): void {
    if (!this.#isOrphan) this.#step.orphaned();
    this.#isOrphan = true;
  }

  attend(by: Attendance): void {
    this.#attendance = by;
  }

  begin(hold: Hold): void {
    const { agenda, stages } = this.#shop;
    const { name, start } = hold.spec;
    const run = ++this.#run;
    this.#hold = hold;
    hold.turn(START_UP);
    const called = this.#attendance?.startsIn(hold.nodes) ?? 0;
    const delay = called + stages.total(start, `${name}/start`, hold.nodes, agenda.now + called);
    agenda.at(agenda.now + delay, STAGES, () => {
      if (this.#run === run) this.#work(hold, run);
    });
  }

  #work(hold: Hold, run: number): void {
    const { agenda } = this.#shop;
    hold.turn(USEFUL);
    this.#began = agenda.now;
    this.#step.began(this.#copy, agenda.now);
    this.#slowdown = slowdownOf(together(hold.spec.exec, this.#attendance?.exec), this.#step.mix);
    const { runtime, outcome } = this.#step;
    const work = outcome.outlasts && hold.limit < Infinity ? Infinity : runtime - this.#done;
    const runs = Math.round(work * this.#slowdown);
    agenda.at(agenda.now + runs, ENDS, () => {
      if (this.#run === run) this.#complete(hold);
    });
  }

  #complete(hold: Hold): void {
    const { agenda, stages } = this.#shop;
    const { name, end } = hold.spec;
    const began = this.#began;
    if (!hold.isAlive) return;
    this.#credit(hold);
    const looks = end.filter(({ quantum }) => quantum > 0);
    const others = end.filter(({ quantum }) => quantum === 0);
    const seen = this.#attendance?.seenIn() ?? 0;
    const tail = seen + stages.total(looks, `${name}/end`, hold.nodes, agenda.now + seen, began);
    const release = stages.total(others, `${name}/end`, hold.nodes, agenda.now + tail);
    this.#run++;
    hold.finish(this.#step.outcome.state, tail + release);
    if (tail === 0) return;
    hold.turn(TAIL);
    agenda.at(agenda.now + tail, STAGES, () => hold.turn(GRACE));
  }

  /** What this run was good for. */
  #credit(hold: Hold): void {
    if (this.#isOrphan) hold.spoil(ORPHAN);
    else if (this.#slowdown > 1) hold.slowed(1 - 1 / this.#slowdown);
    this.#began = NaN;
  }

  stopping(): void {
    // Work goes on until it is stopped: it may end in time.
  }

  interrupted(warned: boolean, keeps: boolean): void {
    this.#run++;
    const { now } = this.#shop.agenda;
    const kept = keeps && !Number.isNaN(this.#began) ? now - this.#began : 0;
    this.#done += kept / this.#slowdown;
    this.#outlive();
    this.#step.interrupted(this.#copy, { now, warned, kept });
  }

  ended(state: number): void {
    this.#run++;
    if (this.#isOrphan) this.#hold?.spoil(ORPHAN);
    if (state !== COMPLETED) this.#outlive();
    this.#step.ended(this.#copy, this.#shop.agenda.now);
  }

  /** Who started it does not know yet that its nodes are another's. */
  #outlive(): void {
    if (!Number.isNaN(this.#began)) this.#shop.hazard(this.#step.millicores, this.#attendance?.goesOn() ?? 0);
    this.#began = NaN;
  }
}
