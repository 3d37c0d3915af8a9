/** What a reader of Slurm's files has to say of them beyond what it has read. */
import { nearMisses } from './errors.ts';
import type { Setting } from './slurm-conf-lines.ts';

/** How the options of the files were taken. */
export interface SlurmConfOptions {
  /** Slurm's own, without influence on which job starts when and where. */
  readonly withoutInfluence: readonly string[];
  /** They change decisions, and are not modelled: what is lost stands in the warnings. */
  readonly notModelled: readonly string[];
  /** Not Slurm's, as far as is known. */
  readonly unknown: readonly string[];
}

/** Options that change decisions but are not modelled, by name in lower case: what is lost without them. */
export type Losses = Readonly<Record<string, string>>;

/** Collects warnings, each of them once, and options that are not heeded. */
export class ConfNotes {
  readonly #warnings = new Set<string>();
  readonly #withoutInfluence = new Set<string>();
  readonly #notModelled = new Set<string>();
  readonly #unknown = new Set<string>();

  warn(what: string): void {
    this.#warnings.add(what);
  }

  /** Files settings that nobody has asked for under what they are. `of`: the kind of line, for their names. */
  file(settings: readonly Setting[], of: string, known: readonly string[], losses: Losses): void {
    const names = new Map(known.map((name) => [name.toLowerCase(), name]));
    for (const { key, value, at } of settings) {
      const lower = key.toLowerCase();
      const name = `${of}${names.get(lower) ?? key}`;
      const loss = Object.hasOwn(losses, lower) ? losses[lower] : undefined;
      if (loss !== undefined && isOff(value)) this.#withoutInfluence.add(name);
      else if (loss !== undefined) this.lost(name, loss, at);
      else if (names.has(lower)) this.#withoutInfluence.add(name);
      else this.#unheardOf(name, at, nearMisses(key, known));
    }
  }

  lost(name: string, loss: string, at: string): void {
    if (!this.#notModelled.has(name)) this.warn(`${at}: ${name} is not modelled: ${loss}`);
    this.#notModelled.add(name);
  }

  #unheardOf(name: string, at: string, near: readonly string[]): void {
    const hint = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
    if (!this.#unknown.has(name)) this.warn(`${at}: ${name} is no option that is known, and is left out${hint}`);
    this.#unknown.add(name);
  }

  get warnings(): string[] {
    return [...this.#warnings];
  }

  get options(): SlurmConfOptions {
    const sorted = (names: ReadonlySet<string>) => [...names].sort();
    return {
      withoutInfluence: sorted(this.#withoutInfluence),
      notModelled: sorted(this.#notModelled),
      unknown: sorted(this.#unknown),
    };
  }
}

/** What is written to say that there is none of something. */
function isOff(value: string): boolean {
  return /^(no|none|off|false|0|-1|infinite|unlimited|\(null\)|[a-z_]+\/none)?$/i.test(value);
}
