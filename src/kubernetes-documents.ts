/** Files of Kubernetes objects, JSON or YAML, as single objects. */
import { InputError } from './errors.ts';
import { KubernetesJsonScanner } from './kubernetes-json-text.ts';
import type { ObjectText, TakesObjects } from './kubernetes-json-text.ts';

/** One object of a file. */
export interface KubernetesDocument {
  /** As parsed. What a list says of the kind of its items has been filled in. */
  readonly json: unknown;
  /** `v1`, `batch/v1`; empty if it does not say. */
  readonly apiVersion: string;
  readonly kind: string;
  /** For messages, and as the beginning of paths inside it. */
  readonly where: string;
}

type Take = (document: KubernetesDocument) => void;
type JsonObject = Readonly<Record<string, unknown>>;

/** Text that is kept until it is parsed: about the longest that one string can hold. [characters] */
const LONGEST_YAML = 400 * 1024 * 1024;

/** Hands on the objects of a text that comes in pieces. */
export class KubernetesDocuments {
  readonly #name: string;
  readonly #lists: Lists;
  /** Undefined until the first character that is no white space tells which notation it is. */
  #scanner: KubernetesJsonScanner | undefined;
  #yaml: string[] = [];
  #yamlLength = 0;

  /** `name` is that of the file. */
  constructor(name: string, take: Take) {
    this.#name = name;
    this.#lists = new Lists(name, take);
  }

  add(piece: string): void {
    if (this.#scanner === undefined && this.#isJson(piece)) this.#scanner = new KubernetesJsonScanner(this.#name, this.#lists);
    if (this.#scanner !== undefined) {
      this.#scanner.take(piece);
      return;
    }
    this.#yaml.push(piece);
    this.#yamlLength += piece.length;
    if (this.#yamlLength > LONGEST_YAML) {
      const hint = 'take it as JSON, which is read piece by piece: kubectl get -o json';
      throw new InputError('it is YAML of more than 400 MB', this.#name, hint);
    }
  }

  async finish(): Promise<void> {
    if (this.#scanner !== undefined) {
      this.#scanner.finish();
      return;
    }
    const { yamlValues } = await import('./kubernetes-yaml-text.ts');
    const text = this.#yaml.join('');
    this.#yaml = [];
    for (const { value, line, item } of yamlValues(text, this.#name)) this.#lists.value(value, line, item);
  }

  #isJson(piece: string): boolean {
    return this.#yaml.every((earlier) => earlier.trim() === '') && /^\s*[{[]/.test(piece);
  }
}

/** Takes lists apart. Items of a typed list (PodList) do not name their kind: they wait until the list has. */
class Lists implements TakesObjects {
  readonly #name: string;
  readonly #take: Take;
  #waiting: { json: JsonObject; where: string }[] = [];

  constructor(name: string, take: Take) {
    this.#name = name;
    this.#take = take;
  }

  object({ text, line, item }: ObjectText): void {
    this.value(this.#parse(text, line), line, item);
  }

  listEnd({ text, line }: ObjectText): void {
    this.value(this.#parse(text, line), line);
  }

  value(value: unknown, line: number, item?: number): void {
    const where = item === undefined ? `${this.#name}:${line}` : `${this.#name}:${line}, items[${item}]`;
    if (isObject(value) && Array.isArray(value.items) && item === undefined) this.#list(value, where);
    // An empty document holds nothing: YAML files often begin or end with one.
    else if (value === null || value === undefined) return;
    else if (isObject(value) && item !== undefined && value.kind === undefined) this.#waiting.push({ json: value, where });
    else this.#tell(value, where);
  }

  #list(list: JsonObject, where: string): void {
    const kind = textOf(list.kind).replace(/List$/, '');
    const { apiVersion } = list;
    const typed = (json: JsonObject) => (kind === '' || json.kind !== undefined ? json : { kind, apiVersion, ...json });
    for (const { json, where: place } of this.#waiting) this.#tell(typed(json), place);
    this.#waiting = [];
    for (const [index, json] of (list.items as unknown[]).entries()) {
      this.#tell(isObject(json) ? typed(json) : json, `${where}, items[${index}]`);
    }
  }

  #tell(json: unknown, where: string): void {
    const { apiVersion, kind } = isObject(json) ? json : {};
    this.#take({ json, apiVersion: textOf(apiVersion), kind: textOf(kind), where });
  }

  #parse(text: string, line: number): unknown {
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const hint = 'correct it there; `jq . FILE` finds the place';
      throw new InputError(`not valid JSON: ${error.message}`, `${this.#name}:${line}`, hint);
    }
  }
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
