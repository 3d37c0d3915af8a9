/** What an action remembers of nodes that did not do. */
import type { FitErrorsByRole } from '../node-search.ts';

/** The argument of actions that says whether objections to one task of a role hold for all of them. */
export const ERROR_CACHE = 'predicateErrorCacheEnable';

/** Of one job; undefined: every task is looked at by itself. */
export type KnownErrors = FitErrorsByRole | undefined;
