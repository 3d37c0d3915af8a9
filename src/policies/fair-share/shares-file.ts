/**
 * Shares of accounts and users, from a small file or from what `sacctmgr dump` of Slurm writes. A line of the small one has an
 * account, or an account and a user with a colon between them, its shares, and the account above it if there is one:
 *
 *     physics 40
 *     theory 3 physics
 *     theory:ann 2
 */
import { usageError } from '../../errors.ts';
import type { ParameterFile } from '../../parameters.ts';
import { ConfNotes } from '../../slurm-conf-notes.ts';
import { readAccounts } from '../../slurm-accounts-file.ts';
import type { SlurmAssociation } from '../../slurm-accounts.ts';

/** Of an account, or of a user in an account. */
export interface GivenShares {
  /** In lower case, as all accounts. */
  readonly account: string;
  readonly user?: string;
  readonly shares: SlurmAssociation['shares'];
  /** The account above; absent = none. Of a user it is the account itself. */
  readonly above?: string;
}

export function readShares(file: ParameterFile): GivenShares[] {
  return /^\s*Cluster\s*-/im.test(file.text) ? fromDump(file) : fromLines(file);
}

function fromDump(file: ParameterFile): GivenShares[] {
  const { associations } = readAccounts(file, undefined, new ConfNotes());
  return associations.slice(1).map(({ account, user, shares, parent }) => ({
    account,
    shares,
    ...(user === undefined ? {} : { user }),
    ...(parent > 0 && user === undefined ? { above: associations[parent].account } : {}),
  }));
}

function fromLines({ path, text }: ParameterFile): GivenShares[] {
  const given: GivenShares[] = [];
  text.split('\n').forEach((line, index) => {
    const words = line.replace(/#.*/, '').trim().split(/\s+/);
    if (words[0] !== '') given.push(readLine(words, `${path}:${index + 1}`));
  });
  checkTree(given, path);
  return given;
}

function readLine([name, text = '', above, more]: readonly string[], where: string): GivenShares {
  const [account, user] = name.split(':', 2);
  if (!/^(\d+(\.\d+)?|parent)$/.test(text) || account === '' || more !== undefined) {
    const found = [name, text, above, more].filter((word) => word !== undefined && word !== '').join(' ');
    throw usageError(
      `"${found}" is not an account and its shares`,
      where,
      'write "physics 40", "theory 3 physics" or "theory:ann 2"',
    );
  }
  const shares = text === 'parent' ? text : Number(text);
  if (user !== undefined) {
    if (above !== undefined) throw usageError(`${name} stands below ${account} already`, where, `leave "${above}" out`);
    return { account: account.toLowerCase(), user, shares };
  }
  return { account: account.toLowerCase(), shares, ...(above === undefined ? {} : { above: above.toLowerCase() }) };
}

function checkTree(given: readonly GivenShares[], path: string): void {
  const above = new Map(given.filter(({ user }) => user === undefined).map((one) => [one.account, one.above]));
  for (const account of above.keys()) {
    let at: string | undefined = account;
    for (let steps = 0; at !== undefined; steps++) {
      if (steps > above.size) throw usageError(`the account ${account} stands below itself`, path, 'make the accounts a tree');
      at = above.get(at);
    }
  }
}
