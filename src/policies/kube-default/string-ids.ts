/** Numbers for strings, in order of first appearance, so that tables can be arrays. */
export class StringIds {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];

  constructor(known: readonly string[] = []) {
    for (const text of known) this.id(text);
  }

  get size(): number {
    return this.#texts.length;
  }

  /** The number of a string; a new one if it has none yet. */
  id(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#texts.length;
      this.#ids.set(text, id);
      this.#texts.push(text);
    }
    return id;
  }

  /** The number of a string that has one. */
  find(text: string): number | undefined {
    return this.#ids.get(text);
  }

  text(id: number): string {
    return this.#texts[id];
  }
}
