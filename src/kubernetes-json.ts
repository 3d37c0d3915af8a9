/** Reading of parsed JSON or YAML with the path of what is read, so that an error can name it. */
import { InputError } from './errors.ts';

/** A value inside a document. Null and missing are alike: both are absent. */
export class JsonField {
  readonly value: unknown;
  /** Where it is: the document, then names and indices. */
  readonly path: string;

  constructor(value: unknown, path: string) {
    this.value = value ?? undefined;
    this.path = path;
  }

  get absent(): boolean {
    return this.value === undefined;
  }

  /** The member of an object; absent if the object is. */
  at(name: string): JsonField {
    const members = this.#members();
    const value = members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
    return new JsonField(value, `${this.path}.${name}`);
  }

  /** The members that are there, in the order in which they were written. */
  entries(): [string, JsonField][] {
    const members = this.#members() ?? {};
    return Object.entries(members)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [name, new JsonField(value, `${this.path}.${name}`)]);
  }

  /** The elements of a list; none if it is absent. */
  list(): JsonField[] {
    if (this.value === undefined) return [];
    if (!Array.isArray(this.value)) throw this.wrong('a list');
    return this.value.map((value, index) => new JsonField(value, `${this.path}[${index}]`));
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

  #members(): Readonly<Record<string, unknown>> | undefined {
    if (this.value === undefined) return undefined;
    if (typeof this.value !== 'object' || Array.isArray(this.value)) throw this.wrong('an object');
    return this.value as Record<string, unknown>;
  }
}
