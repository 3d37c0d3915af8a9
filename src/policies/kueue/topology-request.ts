/** What a pod set asks of the topology, and what it gets. */
export interface TopologyRequest {
  /**
   * `required`: all pods in one domain of the level. `preferred`: in one domain of the level or of the lowest one above
   * it that will do, else in several. `unconstrained`: anywhere.
   */
  readonly mode: 'required' | 'preferred' | 'unconstrained';
  /** The key of the label that names the domains of the level; of no meaning if unconstrained. */
  readonly level: string;
}

/** Pods of a pod set by the lowest domain that they go to. */
export interface TopologyAssignment {
  readonly flavor: string;
  readonly domains: readonly { readonly domain: number; readonly count: number }[];
}
