/** Numbers for verdicts, so that columns can hold them: what a plugin objected, and which plugin it was. */
import { SUCCESS } from './status.ts';
import type { Status } from './status.ts';

/** A verdict on a node, and the plugin that objected. */
export interface Verdict {
  readonly status: Status;
  readonly plugin?: string;
}

export const PASSED: Verdict = { status: SUCCESS };

/** The number of the verdict that a node passes. */
export const PASS = 0;

export class VerdictTable {
  readonly #verdicts: Verdict[] = [PASSED];
  /** By verdict: the plugin as one bit. */
  readonly #bits: number[] = [0];
  readonly #plugins: string[] = [];
  readonly #byStatus = new Map<string, WeakMap<Status, number>>();
  readonly #byText = new Map<string, number>();
  /** What was asked for last; node after node often fails for the same reason. */
  #last: Verdict = PASSED;
  #lastNumber = PASS;
  readonly #sets = new Map<number, ReadonlySet<string>>();

  /** The number of a verdict. Equal verdicts have equal numbers. */
  numberOf({ status, plugin }: Verdict): number {
    return plugin === undefined ? PASS : this.numberOfStatus(plugin, status);
  }

  /** The number of the verdict that a plugin's objection makes. */
  numberOfStatus(plugin: string, status: Status): number {
    if (status === this.#last.status && plugin === this.#last.plugin) return this.#lastNumber;
    let known = this.#byStatus.get(plugin);
    if (known === undefined) this.#byStatus.set(plugin, (known = new WeakMap()));
    let number = known.get(status);
    if (number === undefined) known.set(status, (number = this.#numberByText(plugin, status)));
    this.#last = { status, plugin };
    return (this.#lastNumber = number);
  }

  at(number: number): Verdict {
    return this.#verdicts[number];
  }

  bitOf(number: number): number {
    return this.#bits[number];
  }

  /** The plugins whose bits are set. */
  pluginsOf(bits: number): ReadonlySet<string> {
    let set = this.#sets.get(bits);
    if (set === undefined) {
      set = new Set(this.#plugins.filter((_, place) => (bits & (1 << place)) !== 0));
      this.#sets.set(bits, set);
    }
    return set;
  }

  /** Some plugins make the same status again and again. */
  #numberByText(plugin: string, status: Status): number {
    const text = JSON.stringify([plugin, status.code, status.reasons]);
    let number = this.#byText.get(text);
    if (number === undefined) {
      number = this.#verdicts.length;
      this.#byText.set(text, number);
      this.#verdicts.push({ status, plugin });
      this.#bits.push(this.#bitFor(plugin));
    }
    return number;
  }

  #bitFor(plugin: string): number {
    let place = this.#plugins.indexOf(plugin);
    if (place < 0) place = this.#plugins.push(plugin) - 1;
    if (place > 30) throw new Error(`more than 31 plugins filter; ${plugin} has no bit left`);
    return 1 << place;
  }
}
