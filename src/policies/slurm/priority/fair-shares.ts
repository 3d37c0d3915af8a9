/** The fair-share factor of associations, by Fair Tree or as it was before (PriorityFlags=NO_FAIR_TREE). */
import type { SlurmPriority } from '../../../slurm.ts';
import type { AssociationTree } from './association-tree.ts';
import { ClassicFairShare } from './classic-fair-share.ts';
import { FairTree } from './fair-tree.ts';
import type { Usage } from './usage.ts';

export class FairShares {
  /** One of the two is there. */
  readonly tree?: FairTree;
  readonly classic?: ClassicFairShare;
  readonly #usage: Usage;
  readonly #raw: (association: number) => number;

  constructor(tree: AssociationTree, usage: Usage, { flags, dampeningFactor }: Pick<SlurmPriority, 'flags' | 'dampeningFactor'>) {
    this.#usage = usage;
    this.#raw = (association) => usage.associations[association].raw;
    if (flags.has('NO_FAIR_TREE')) {
      this.classic = new ClassicFairShare(tree, dampeningFactor, flags.has('DEPTH_OBLIVIOUS'));
    } else this.tree = new FairTree(tree);
    this.beforeCharging();
    this.afterCharging();
  }

  /** A period has ended: the classic way weighs accounts by what was used until it began. */
  beforeCharging(): void {
    this.classic?.begin(this.#raw);
  }

  /** Fair Tree ranks users by what was used until now. */
  afterCharging(): void {
    this.tree?.rank((association) => this.#usage.associations[association].billed);
  }

  /** [0..1]; -1, no association, has 0. */
  factorOf(association: number): number {
    if (association < 0) return 0;
    return this.tree?.factor[association] ?? this.classic?.factorOf(association, this.#raw) ?? 0;
  }
}
