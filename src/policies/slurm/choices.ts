/**
 * What jobs would be given now. Most that are asked about have been asked about before, and nothing has changed since: a
 * limit keeps one back that would fit, or another one of the same kind was tried.
 */
import { ByNodes } from './by-nodes.ts';
import type { JobDemand } from './demand.ts';
import type { NodeSet } from './node-set.ts';
import type { Running } from './running.ts';
import type { Selection } from './selection.ts';
import type { Share } from './share.ts';

interface Choice {
  readonly nodes: NodeSet;
  isKnown: boolean;
  shares: readonly Share[] | undefined;
}

export class Choices {
  readonly #running: Running;
  readonly #selection: Selection;
  #known = new ByNodes<Choice>(unknown);
  /** How often the books had been written when they were last asked [count]. */
  #changes = 0;

  constructor(running: Running, selection: Selection) {
    this.#running = running;
    this.#selection = selection;
  }

  /** Undefined if the job does not fit on these nodes. */
  of(demand: JobDemand, nodes: NodeSet): readonly Share[] | undefined {
    const { books } = this.#running;
    if (this.#changes !== books.changes) this.#known = new ByNodes<Choice>(unknown);
    this.#changes = books.changes;
    const { kind } = books.tenants.keepNodes ? demand.likeness : demand.likenessOfAll;
    const choice = this.#known.of(kind, nodes);
    if (!choice.isKnown) choice.shares = this.#selection.choose(books, demand, nodes);
    choice.isKnown = true;
    return choice.shares && ownedBy(choice.shares, demand.user);
  }
}

function unknown(nodes: NodeSet): Choice {
  return { nodes, isKnown: false, shares: undefined };
}

/** What was found for a job of somebody else may be had by this user. */
function ownedBy(shares: readonly Share[], user: number): readonly Share[] {
  if (shares.every(({ held }) => held.user === user)) return shares;
  return shares.map((share) => ({ ...share, held: { ...share.held, user } }));
}
