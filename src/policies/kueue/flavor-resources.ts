/** Numbers for pairs of a flavor and a resource: usage and quotas are kept in columns by them. */
export class FlavorResources {
  readonly flavors: string[] = [];
  readonly resources: string[] = [];
  readonly #numbers = new Map<string, number>();

  get size(): number {
    return this.flavors.length;
  }

  /** The number of a pair, which gets one if it has none yet. */
  number(flavor: string, resource: string): number {
    const key = `${flavor} ${resource}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      this.#numbers.set(key, (number = this.#numbers.size));
      this.flavors.push(flavor);
      this.resources.push(resource);
    }
    return number;
  }
}

/** How much of which pair [amount by number]. */
export type Usage = ReadonlyMap<number, number>;
