/**
 * Which pods came and went, in order, for those who keep counts of pods: they catch up with what happened since they
 * last looked instead of counting all anew.
 */
import type { Node } from '../../kubernetes.ts';
import type { PodInfo } from './pod-info.ts';

/** Counts of pods that are kept between cycles. */
export interface Tally {
  /** Counts all pods that are there. */
  recount(): void;
  /** A pod more (1) or less (-1) on a node. */
  follow(pod: PodInfo, row: number, by: 1 | -1): void;
}

/** How far a tally has read. */
export interface Bookmark {
  era: number;
  read: number;
}

/** Who is further behind counts anew. A power of two. */
const LENGTH = 2 ** 14;

export class Journal {
  readonly #pods: PodInfo[] = [];
  readonly #rows = new Int32Array(LENGTH);
  readonly #signs = new Int8Array(LENGTH);
  #written = 0;
  /** Grows when nodes change so that counts no longer hold. */
  #era = 1;

  record(pod: PodInfo, row: number, by: 1 | -1): void {
    const place = this.#written++ & (LENGTH - 1);
    this.#pods[place] = pod;
    this.#rows[place] = row;
    this.#signs[place] = by;
  }

  /** The nodes have changed: who reads this must count anew. */
  turnPage(): void {
    this.#era++;
  }

  /** The mark of a tally that has counted nothing yet. */
  static unread(): Bookmark {
    return { era: 0, read: 0 };
  }

  catchUp(tally: Tally, mark: Bookmark): void {
    if (mark.era !== this.#era || this.#written - mark.read > LENGTH) tally.recount();
    else {
      for (let entry = mark.read; entry < this.#written; entry++) {
        const place = entry & (LENGTH - 1);
        tally.follow(this.#pods[place], this.#rows[place], this.#signs[place] > 0 ? 1 : -1);
      }
    }
    mark.era = this.#era;
    mark.read = this.#written;
  }
}

/** Nodes that differ in nothing that counts of pods go by: labels, and taints that keep pods off. */
export function countsAlike({ labels: one, taints }: Node, { labels: other, taints: others }: Node): boolean {
  if (one.size !== other.size || taints.length !== others.length) return false;
  for (const [key, value] of one) if (other.get(key) !== value) return false;
  return taints.every(({ key, value, effect }, i) => {
    return key === others[i].key && value === others[i].value && effect === others[i].effect;
  });
}
