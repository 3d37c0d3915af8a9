import type { Labels } from '../../kubernetes.ts';

/** What is matched: pods that are alike in namespace and labels have the same `kin` number. */
export interface Matchable {
  readonly kin: number;
  readonly namespace: string;
  readonly labels: Labels;
}

const CHUNK = 256;
const NO = 1;
const YES = 2;

/** Remembers which pods match, so that each kin is asked about once. */
export class MatchMemory {
  readonly #test: (pod: Matchable) => boolean;
  readonly #answers: Uint8Array[] = [];

  constructor(test: (pod: Matchable) => boolean) {
    this.#test = test;
  }

  matches(pod: Matchable): boolean {
    const chunk = (this.#answers[Math.floor(pod.kin / CHUNK)] ??= new Uint8Array(CHUNK));
    const slot = pod.kin % CHUNK;
    if (chunk[slot] === 0) chunk[slot] = this.#test(pod) ? YES : NO;
    return chunk[slot] === YES;
  }
}
