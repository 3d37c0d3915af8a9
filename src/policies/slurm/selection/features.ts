/**
 * --constraint: which nodes have the features that a job asks for. Source: Slurm 22.05, src/slurmctld/job_mgr.c,
 * build_feature_list; node_scheduler.c, valid_feature_counts and _valid_features.
 */
import { addAll, countNodes, emptyNodeSet, keepOnly } from '../node-set.ts';
import type { NodeSet } from '../node-set.ts';

export interface Constraint {
  /** Nodes that will do; one set after the other is tried if only one of several features is to hold: [a|b]. */
  readonly alternatives: readonly NodeSet[];
  /** Nodes of which some must be had: a*2. */
  readonly counted: readonly { readonly nodes: NodeSet; readonly count: number }[];
}

/** What cannot be read of an expression is said in the error. */
export class ConstraintError extends Error {}

interface Term {
  readonly nodes: NodeSet;
  /** 0 = none was given. */
  readonly count: number;
}

/** `having`: the nodes with a feature. */
export function readConstraint(text: string, all: NodeSet, having: (feature: string) => NodeSet): Constraint {
  const bracket = /^\[(.*)\]$/s.exec(text.trim());
  const reader = new ConstraintReader(bracket?.[1] ?? text, all, having);
  if (bracket !== null && bracket[1].includes('|')) {
    const terms = reader.split('|');
    return { alternatives: terms.map(({ nodes }) => nodes), counted: [] };
  }
  const inner = /^(.*?)([&|]?)\[([^\][]*)\]$/s.exec(text.trim());
  if (bracket === null && inner !== null) return withInner(inner, all, having);
  const terms = bracket === null && !/\*\d/.test(text) ? [] : reader.split('&');
  if (terms.some(({ count }) => count > 0)) {
    return { alternatives: [all], counted: terms.filter(({ count }) => count > 0) };
  }
  return { alternatives: [new ConstraintReader(bracket?.[1] ?? text, all, having).whole()], counted: [] };
}

/** `fast&[a|b]`: the first part holds for each of the alternatives. */
function withInner([, head, , body]: RegExpExecArray, all: NodeSet, having: (feature: string) => NodeSet): Constraint {
  const base = head === '' ? all : new ConstraintReader(head, all, having).whole();
  const { alternatives, counted } = readConstraint(`[${body}]`, all, having);
  const within = (nodes: NodeSet) => {
    const both = nodes.slice();
    keepOnly(both, base);
    return both;
  };
  return {
    alternatives: alternatives.map(within),
    counted: counted.map(({ nodes, count }) => ({ nodes: within(nodes), count })),
  };
}

/** Features with & and |, from left to right, and one level of parentheses. */
class ConstraintReader {
  readonly #tokens: readonly string[];
  readonly #text: string;
  readonly #all: NodeSet;
  readonly #having: (feature: string) => NodeSet;
  #at = 0;

  constructor(text: string, all: NodeSet, having: (feature: string) => NodeSet) {
    this.#text = text;
    this.#tokens = text.match(/[&|()]|\*\d+|[^&|()*\s]+|\S/g) ?? [];
    this.#all = all;
    this.#having = having;
  }

  whole(): NodeSet {
    const { nodes } = this.#expression();
    if (this.#at < this.#tokens.length) this.#fail();
    return nodes;
  }

  /** The terms between signs of one kind, at the top. */
  split(sign: '&' | '|'): Term[] {
    const terms = [this.#term()];
    while (this.#tokens[this.#at] === sign) {
      this.#at++;
      terms.push(this.#term());
    }
    if (this.#at < this.#tokens.length) this.#fail();
    return terms;
  }

  #expression(): Term {
    const nodes = this.#all.slice();
    let sign = '&';
    for (;;) {
      const term = this.#term();
      if (sign === '&') keepOnly(nodes, term.nodes);
      else addAll(nodes, term.nodes);
      sign = this.#tokens[this.#at] ?? '';
      if (sign !== '&' && sign !== '|') return { nodes, count: 0 };
      this.#at++;
    }
  }

  #term(): Term {
    const token = this.#tokens[this.#at++] ?? '';
    if (/^[&|)*]|^$/.test(token)) this.#fail();
    let nodes: NodeSet;
    if (token === '(') {
      ({ nodes } = this.#expression());
      if (this.#tokens[this.#at++] !== ')') this.#fail();
    } else nodes = this.#having(token);
    const count = /^\*(\d+)$/.exec(this.#tokens[this.#at] ?? '');
    if (count !== null) this.#at++;
    return { nodes, count: Number(count?.[1] ?? 0) };
  }

  #fail(): never {
    throw new ConstraintError(`--constraint=${this.#text} cannot be read`);
  }
}

/** The nodes of all alternatives together. */
export function anyOf({ alternatives }: Constraint, nodes: number): NodeSet {
  const any = emptyNodeSet(nodes);
  for (const set of alternatives) addAll(any, set);
  return any;
}

export function hasNodes(set: NodeSet): boolean {
  return countNodes(set) > 0;
}
