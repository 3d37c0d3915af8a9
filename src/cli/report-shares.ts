import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { usageError } from '../errors.ts';
import { readShares } from '../policies/fair-share/shares-file.ts';
import type { GivenShares } from '../policies/fair-share/shares-file.ts';
import { AssociationTree } from '../policies/slurm/priority/association-tree.ts';
import type { Entitlements } from '../report/model.ts';
import type { Results } from '../results/read.ts';
import type { SlurmAssociation } from '../slurm-accounts.ts';

/** What accounts and users may claim: from the file that is named, else from the one that fair-share was run with. */
export function entitlementsFor(file: string | undefined, sources: readonly Results[]): Entitlements | undefined {
  const path = file ?? sharesOfRuns(sources);
  if (path === undefined) return undefined;
  if (!existsSync(path))
    throw usageError('there is no such file', path, 'name a file of shares, or what sacctmgr dump has written');
  return entitlementsOf(readShares({ path, text: readFileSync(path, 'utf8') }));
}

/** If it is still what the runs had. */
function sharesOfRuns(sources: readonly Results[]): string | undefined {
  for (const { manifest, runs } of sources) {
    const named = runs.flatMap(({ policy, parameters }) => (policy === 'fair-share' ? [parameters.shares] : []));
    const input = manifest.inputs.find(({ path }) => named.includes(path));
    if (input === undefined || !existsSync(input.path)) continue;
    if (createHash('sha256').update(readFileSync(input.path)).digest('hex') === input.sha256) return input.path;
  }
  return undefined;
}

/** Shares of all levels, multiplied; a user in several accounts may claim their sum. */
export function entitlementsOf(given: readonly GivenShares[]): Entitlements {
  const associations = associationsOf(given);
  const tree = new AssociationTree(associations);
  const account: Record<string, number> = {};
  const user: Record<string, number> = {};
  associations.forEach((one, index) => {
    if (index === 0) return;
    if (one.user === undefined) account[one.account] = tree.clusterShare(index);
    else user[one.user] = (user[one.user] ?? 0) + tree.clusterShare(index);
  });
  return { account, ...(Object.keys(user).length > 0 && { user }) };
}

/** As a tree, parents before children; an account that is only spoken of has one share. */
function associationsOf(given: readonly GivenShares[]): SlurmAssociation[] {
  const all: SlurmAssociation[] = [];
  const indexOf = new Map<string, number>();
  const add = (one: Pick<SlurmAssociation, 'account' | 'user' | 'parent' | 'shares'>) =>
    all.push({ ...one, usage: 0, limits: {}, priority: 0 }) - 1;
  add({ account: 'root', parent: -1, shares: 1 });
  const accountOf = (name: string): number => {
    const known = indexOf.get(name);
    if (known !== undefined) return known;
    const own = given.find(({ account, user }) => account === name && user === undefined);
    const parent = own?.above === undefined ? 0 : accountOf(own.above);
    const index = add({ account: name, parent, shares: own?.shares ?? 1 });
    indexOf.set(name, index);
    return index;
  };
  for (const { account, user, shares } of given) {
    const index = accountOf(account);
    if (user !== undefined) add({ account, user, parent: index, shares });
  }
  return all;
}
