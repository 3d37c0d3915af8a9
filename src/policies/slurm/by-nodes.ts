/**
 * What has been found out about jobs of one kind on one set of nodes. A deep queue is made of many jobs of few kinds, and the
 * same is asked of each of them.
 */
import { ONE_OF_A_KIND } from './demand.ts';
import { isSameSet } from './node-set.ts';
import type { NodeSet } from './node-set.ts';

/** Sets of nodes that are remembered at most. */
const MOST_KEPT = 20_000;
/** FNV-1a, a word at a time. */
const SEED = 0x811c9dc5;
const PRIME = 0x01000193;

export class ByNodes<Answer extends { readonly nodes: NodeSet }> {
  readonly #unknown: (nodes: NodeSet) => Answer;
  /** Of each kind of jobs and hash of nodes. */
  readonly #answers = new Map<number, Map<number, Answer[]>>();
  #kept = 0;

  /** `unknown`: what is known before anything was found out. */
  constructor(unknown: (nodes: NodeSet) => Answer) {
    this.#unknown = unknown;
  }

  /** What is known of jobs of this kind on these nodes: to be filled in. */
  of(kind: number, nodes: NodeSet): Answer {
    if (kind === ONE_OF_A_KIND) return this.#unknown(nodes);
    let ofKind = this.#answers.get(kind);
    if (ofKind === undefined) this.#answers.set(kind, (ofKind = new Map<number, Answer[]>()));
    const hash = hashOf(nodes);
    const alike = ofKind.get(hash);
    if (alike !== undefined) for (const answer of alike) if (isSameSet(answer.nodes, nodes)) return answer;
    const answer = this.#unknown(nodes.slice());
    if (++this.#kept > MOST_KEPT) {
      this.#answers.clear();
      this.#kept = 0;
    } else if (alike === undefined) ofKind.set(hash, [answer]);
    else alike.push(answer);
    return answer;
  }
}

function hashOf(nodes: NodeSet): number {
  let hash = SEED;
  for (let word = 0; word < nodes.length; word++) hash = Math.imul(hash ^ nodes[word], PRIME);
  return hash;
}
