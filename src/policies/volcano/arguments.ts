/** The arguments of a plugin or action. Volcano passes over what it cannot read; here that is a mistake. */
import { didYouMean, InputError } from '../../errors.ts';
import { JsonField } from '../../kubernetes-json.ts';
import { parseDuration } from '../../units.ts';

export class Arguments {
  readonly #field: JsonField;
  readonly #asked = new Set<string>();

  constructor(field: JsonField) {
    this.#field = field;
  }

  /** The value, with the hint that its place is known. */
  at(name: string): JsonField {
    this.#asked.add(name);
    return this.#field.at(name);
  }

  integer(name: string, usual: number): number {
    return this.at(name).integer() ?? usual;
  }

  number(name: string, usual: number): number {
    const field = this.at(name);
    if (field.absent) return usual;
    if (typeof field.value !== 'number' || !Number.isFinite(field.value)) throw field.wrong('a number');
    return field.value;
  }

  /** Also as a text: "true". */
  flag(name: string, usual: boolean): boolean {
    const field = this.at(name);
    if (field.value === 'true' || field.value === 'false') return field.value === 'true';
    return field.flag() ?? usual;
  }

  text(name: string): string {
    return this.at(name).text() ?? '';
  }

  /** [ms]; undefined if it does not say. */
  duration(name: string): number | undefined {
    const field = this.at(name);
    const text = field.text();
    return text === undefined ? undefined : parseDuration(text, field.path);
  }

  /** Nothing may be left that nobody has asked for. */
  finish(): void {
    for (const [name, { path }] of this.#field.entries()) {
      if (this.#asked.has(name)) continue;
      const hint = this.#asked.size === 0 ? 'it takes none' : didYouMean(name, this.#asked);
      throw new InputError(`there is no argument "${name}"`, path, hint, 'usage');
    }
  }
}
