/** What is due at later times: few kinds of things, each due once. Things of one time are due in the order of entry. */
export class Timers<Thing> {
  readonly #due = new Map<Thing, number>();

  /** Nothing happens if the thing is due already, be it later or earlier. */
  addIfAbsent(thing: Thing, at: number): void {
    if (!this.#due.has(thing)) this.#due.set(thing, at);
  }

  remove(thing: Thing): void {
    this.#due.delete(thing);
  }

  /** [ms]; Infinity: nothing is due. */
  get next(): number {
    let next = Infinity;
    for (const at of this.#due.values()) next = Math.min(next, at);
    return next;
  }

  /** Takes out what is due by now. */
  take(now: number): Thing[] {
    const due = [...this.#due].filter(([, at]) => at <= now).sort(([, one], [, other]) => one - other);
    for (const [thing] of due) this.#due.delete(thing);
    return due.map(([thing]) => thing);
  }
}
