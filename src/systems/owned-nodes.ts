import { EventQueue } from '../engine/event-queue.ts';
import { Outages } from '../engine/outages.ts';
import { NODES } from './agenda.ts';
import type { Agenda } from './agenda.ts';
import type { Site } from './site.ts';
import type { Disturbance } from './system-workload.ts';

/** The nodes that one manager owns, and what takes them away for a time: failures, outages of the pool, disturbances. */
export class OwnedNodes {
  readonly #site: Site;
  readonly #agenda: Agenda;
  readonly #events = new EventQueue();
  readonly #outages: Outages;
  /** How many reasons each node has not to be there. */
  readonly #reasons: Int32Array;
  readonly #changed: () => void;
  /** Ends of disturbances that are still to come [count]. */
  #disturbances = 0;

  /** `changed` is told of each node that comes or goes. */
  constructor(site: Site, seed: number | string, agenda: Agenda, changed: () => void) {
    this.#site = site;
    this.#agenda = agenda;
    this.#changed = changed;
    this.#reasons = new Int32Array(site.nodeNames.length);
    this.#outages = new Outages(site.cluster, seed, this.#events, (node, down) =>
      down ? this.#take(node, false) : this.#giveBack(node),
    );
    this.#book();
  }

  /** Processors that are there [count]. */
  get up(): number {
    return this.#site.manager.ledger.up;
  }

  /** Something is sure to happen to them. */
  get isMoreToCome(): boolean {
    return this.#outages.planned + this.#disturbances > 0;
  }

  /** Chance has taken nothing from them that it will give back. */
  get allUp(): boolean {
    return this.#outages.allUp;
  }

  disturb({ node, at, until, how }: Disturbance): void {
    this.#disturbances++;
    this.#agenda.at(at, NODES, () => this.#take(node, how === 'drain'));
    this.#agenda.at(until, NODES, () => {
      this.#disturbances--;
      this.#giveBack(node);
    });
  }

  #book(): void {
    this.#agenda.at(this.#events.nextTime, NODES, () => {
      const events = this.#events;
      while (events.nextTime === this.#agenda.now) {
        const { nextKind, nextRow } = events;
        events.pop();
        this.#outages.apply(nextKind, nextRow, this.#agenda.now);
      }
      this.#book();
    });
  }

  #take(node: number, warned: boolean): void {
    if (this.#reasons[node]++ > 0) return;
    this.#site.manager.takeNode(node, warned);
    this.#changed();
  }

  #giveBack(node: number): void {
    if (--this.#reasons[node] > 0) return;
    this.#site.manager.nodeUp(node);
    this.#changed();
  }
}
