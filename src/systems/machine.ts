import type { Agenda } from './agenda.ts';
import { OwnedNodes } from './owned-nodes.ts';
import type { Site } from './site.ts';
import type { Disturbance } from './system-workload.ts';

/** All nodes that the managers of a system own: which of them are there. */
export class Machine {
  readonly #agenda: Agenda;
  readonly #owned = new Map<string, OwnedNodes>();
  /** Processors that are there from each of these times on [ms, count]. */
  readonly capacity: { readonly time: number[]; readonly value: number[] } = { time: [], value: [] };

  /** With one pool, the same nodes fail at the same times as under a policy that has them for its own. */
  constructor(sites: ReadonlyMap<string, Site>, seed: number | string, agenda: Agenda) {
    this.#agenda = agenda;
    const owners = [...sites.values()].filter(({ spec }) => spec.owns !== undefined);
    for (const site of owners) {
      const ownSeed = owners.length === 1 ? seed : `${seed}/${site.name}`;
      this.#owned.set(site.name, new OwnedNodes(site, ownSeed, agenda, () => this.#note()));
    }
    this.#note();
  }

  /** Something is sure to happen to some nodes. */
  get isMoreToCome(): boolean {
    return [...this.#owned.values()].some((nodes) => nodes.isMoreToCome);
  }

  /** Chance has taken nothing that it will give back. */
  get allUp(): boolean {
    return [...this.#owned.values()].every((nodes) => nodes.allUp);
  }

  disturb(disturbance: Disturbance): void {
    const owned = this.#owned.get(disturbance.manager);
    if (owned === undefined) throw new Error(`manager ${disturbance.manager} owns no nodes that could be disturbed`);
    owned.disturb(disturbance);
  }

  #note(): void {
    const { time, value } = this.capacity;
    const { now } = this.#agenda;
    // Nodes come and go together: what an instant comes to counts.
    if (time.at(-1) === now) {
      time.pop();
      value.pop();
    }
    const up = [...this.#owned.values()].reduce((sum, nodes) => sum + nodes.up, 0);
    if (value.at(-1) === up) return;
    time.push(now);
    value.push(up);
  }
}
