/** Reading of parsed JSON or YAML with the path of what is read, so that an error can name it. */
import { didYouMean, InputError, usageError } from './errors.ts';
import type { ParameterFile } from './parameters.ts';
import { readYamlDocuments } from './yaml-places.ts';
import type { WhereIs } from './yaml-places.ts';

/** Where a value stands in the text that it was read from. */
interface Place {
  readonly where: WhereIs;
  readonly steps: readonly PropertyKey[];
}

/** The documents of a file, in YAML or JSON, with the place of each entry for errors. A mistake of notation names its place. */
export function readDocuments({ text, path }: ParameterFile): JsonField[] {
  return readYamlDocuments(text, path).map(({ value, where }) => new JsonField(value, '', { where, steps: [] }));
}

/** The same for files of objects: the members of a list of objects each count as one, and empty documents as none. */
export function readObjects(file: ParameterFile): JsonField[] {
  return readDocuments(file).flatMap((document) => {
    if (document.absent) return [];
    if (Array.isArray(document.value)) return document.list();
    const items = document.at('items');
    return items.absent ? [document] : items.list();
  });
}

/** A value inside a document. Null and missing are alike: both are absent. */
export class JsonField {
  readonly value: unknown;
  readonly #trail: string;
  readonly #place: Place | undefined;

  /** `trail`: the document, then names and indices. */
  constructor(value: unknown, trail: string, place?: Place) {
    this.value = value ?? undefined;
    this.#trail = trail;
    this.#place = place;
  }

  /** Where it is: the document, then names and indices; behind file, line and column where they are known. */
  get path(): string {
    if (this.#place === undefined) return this.#trail;
    return `${this.#place.where(this.#place.steps)} ${this.#trail.replace(/^\./, '')}`.trimEnd();
  }

  /** The same value under a name that says more. */
  called(name: string): JsonField {
    return new JsonField(this.value, this.#place === undefined ? `${this.#trail} ${name}` : name, this.#place);
  }

  /** Nothing that is written is passed over: a member with another name than these is a mistake. */
  expectOnly(...names: readonly string[]): void {
    for (const name of Object.keys(this.#members() ?? {})) {
      if (!names.includes(name)) throw usageError(`there is no "${name}" here`, this.at(name).path, didYouMean(name, names));
    }
  }

  get absent(): boolean {
    return this.value === undefined;
  }

  /** The member of an object; absent if the object is. */
  at(name: string): JsonField {
    const members = this.#members();
    const value = members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
    return this.#inside(value, `.${name}`, name);
  }

  /** The members that are there, in the order in which they were written. */
  entries(): [string, JsonField][] {
    const members = this.#members() ?? {};
    return Object.entries(members)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [name, this.#inside(value, `.${name}`, name)]);
  }

  /** The elements of a list; none if it is absent. */
  list(): JsonField[] {
    if (this.value === undefined) return [];
    if (!Array.isArray(this.value)) throw this.wrong('a list');
    return this.value.map((value, index) => this.#inside(value, `[${index}]`, index));
  }

  text(): string | undefined {
    if (this.value === undefined) return undefined;
    if (typeof this.value !== 'string') throw this.wrong('a text');
    return this.value;
  }

  integer(): number | undefined {
    if (this.value === undefined) return undefined;
    if (!Number.isSafeInteger(this.value)) throw this.wrong('a whole number');
    return this.value as number;
  }

  flag(): boolean | undefined {
    if (this.value === undefined) return undefined;
    if (typeof this.value !== 'boolean') throw this.wrong('true or false');
    return this.value;
  }

  texts(): string[] {
    return this.list().map((element) => element.text() ?? '');
  }

  /** One of some words. */
  word<Word extends string>(...words: readonly Word[]): Word | undefined {
    const text = this.text();
    if (text === undefined) return undefined;
    const word = words.find((one) => one === text);
    if (word === undefined) throw this.wrong(words.map((one) => `"${one}"`).join(' or '));
    return word;
  }

  /** The error for a value of the wrong kind. */
  wrong(expected: string): InputError {
    const shown = JSON.stringify(this.value) ?? 'nothing';
    const short = shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
    return new InputError(`found ${short} where ${expected} belongs`, this.path, 'write it as `kubectl get -o json` does');
  }

  #inside(value: unknown, trail: string, step: PropertyKey): JsonField {
    const place = this.#place;
    return new JsonField(value, this.#trail + trail, place && { ...place, steps: [...place.steps, step] });
  }

  #members(): Readonly<Record<string, unknown>> | undefined {
    if (this.value === undefined) return undefined;
    if (typeof this.value !== 'object' || Array.isArray(this.value)) throw this.wrong('an object');
    return this.value as Record<string, unknown>;
  }
}
