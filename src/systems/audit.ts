/** For tests and debug runs: checks the books of all managers at every instant, by sums of its own. */
import type { Site } from './site.ts';
import type { Level } from './waterfall.ts';

interface Sums {
  offered: number;
  held: number;
}

/** Throws as soon as something is held twice, and in the end if the waterfall is not what the ledgers gave out. */
export class Audit {
  readonly #sums = new Map<string, Sums>();
  #last = 0;
  /** What each site offered and had given out after the last instant [millicores]. */
  #now: { readonly manager: string; readonly offered: number; readonly held: number }[] = [];

  /** After everything that happened at one instant. */
  instant(sites: readonly Site[], now: number): void {
    this.#pass(now);
    for (const { manager } of sites) manager.ledger.audit();
    checkNames(sites);
    this.#now = sites.map(({ manager, spec, nodeNames }) => {
      let offered = 0;
      let held = 0;
      for (let node = 0; node < nodeNames.length; node++) if (manager.ledger.isUp(node)) offered += manager.ledger.cpuOf(node);
      for (let row = 0; row < manager.rows; row++) held += manager.ledger.heldBy(row);
      if (held > offered) throw new Error(`${spec.name} has given out ${held} of ${offered} millicores at ${now} ms`);
      return { manager: spec.name, offered, held };
    });
  }

  /** At the end of a run. */
  finish(levels: readonly Level[], now: number): void {
    this.#pass(now);
    for (const { manager, offered, idle } of levels) {
      const { offered: wasOffered = 0, held = 0 } = this.#sums.get(manager) ?? {};
      if (offered === wasOffered && offered - idle === held) continue;
      throw new Error(
        `${manager} offered ${wasOffered} and gave out ${held} millicore-ms, but the waterfall has ${offered} and ${offered - idle}`,
      );
    }
  }

  #pass(now: number): void {
    for (const { manager, offered, held } of this.#now) {
      const sums = this.#sums.get(manager) ?? { offered: 0, held: 0 };
      this.#sums.set(manager, sums);
      sums.offered += offered * (now - this.#last);
      sums.held += held * (now - this.#last);
    }
    this.#last = now;
  }
}

/** A node of the machine is there for one manager of each kind at most, and only while a lease passes it on. */
function checkNames(sites: readonly Site[]): void {
  const passed = new Map<string, number>();
  const seen = new Map<string, string>();
  for (const site of sites) for (const name of site.passedNodes()) passed.set(name, (passed.get(name) ?? 0) + 1);
  for (const { spec, name: site, nodeNames, manager } of sites) {
    if (spec.owns !== undefined) continue;
    nodeNames.forEach((name, node) => {
      if (!manager.ledger.isUp(node)) return;
      const key = `${spec.name} ${name}`;
      const other = seen.get(key);
      if (other !== undefined) throw new Error(`both ${other} and ${site} have node ${name}`);
      seen.set(key, site);
      const left = (passed.get(name) ?? 0) - 1;
      if (left < 0) throw new Error(`${site} has node ${name}, which no lease passes on`);
      passed.set(name, left);
    });
  }
  for (const [name, left] of passed) if (left !== 0) throw new Error(`a lease passes on node ${name}, but nobody has it`);
}
