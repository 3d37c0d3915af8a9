/** Commands for sacctmgr, one a line: `add account name=a Fairshare=100`, `modify user set qoslevel="a,b"`. */
import { usageError } from './errors.ts';
import { valueOf } from './slurm-accounts-builder.ts';
import type { AccountsBuilder } from './slurm-accounts-builder.ts';
import type { Setting } from './slurm-conf-lines.ts';
import type { ConfNotes } from './slurm-conf-notes.ts';

const COMMAND = /^\s*(?:sacctmgr\s+(?:-\S+\s+)*)?(\w+)\s+(\w+)\s*(.*)$/;
const ENTITIES: Readonly<Record<string, 'qos' | 'account' | 'user' | 'cluster'>> = {
  qos: 'qos',
  account: 'account',
  accounts: 'account',
  acct: 'account',
  user: 'user',
  users: 'user',
  cluster: 'cluster',
};

export function readAccountsScript(text: string, file: string, builder: AccountsBuilder, notes: ConfNotes): void {
  let number = 0;
  for (const raw of text.split('\n')) {
    number++;
    const line = raw.replace(/#.*$/, '').trimEnd();
    if (line.trim() === '') continue;
    const match = COMMAND.exec(line);
    if (match === null)
      throw usageError(
        `"${line.slice(0, 40)}" is no command of sacctmgr`,
        `${file}:${number}:1`,
        'write for example: add account name=a',
      );
    const [, verb, entity, rest] = match;
    const what = ENTITIES[entity.toLowerCase()];
    const at = `${file}:${number}:1`;
    if (/^(list|show)$/i.test(verb)) continue;
    const words = readWords(rest, `${file}:${number}`, line.length - rest.length);
    if (what === undefined || !apply(verb.toLowerCase(), what, words, at, builder))
      notes.warn(`${at}: "${verb} ${entity}" is left out`);
  }
}

/** Settings, and words that stand alone as settings without a value. */
function readWords(text: string, where: string, from: number): Setting[] {
  return [...text.matchAll(/([A-Za-z_]+)\s*[+-]?=\s*("[^"]*"|'[^']*'|\S+)|(\S+)/g)].map(
    ({ 1: key, 2: value, 3: word, index }) => {
      const at = `${where}:${from + index + 1}`;
      return word === undefined ? { key, value: value.replace(/^(['"])(.*)\1$/, '$2'), at } : { key: word, value: '', at };
    },
  );
}

/** False for what is not understood. */
function apply(
  verb: string,
  what: 'qos' | 'account' | 'user' | 'cluster',
  words: readonly Setting[],
  at: string,
  builder: AccountsBuilder,
): boolean {
  const bare = words.filter(({ key, value }) => value === '' && !/^(set|where)$/i.test(key)).map(({ key }) => key);
  const settings = words.filter(({ value }) => value !== '');
  const names = (valueOf(settings, 'name', 'names') ?? bare.join(',')).split(',').filter((name) => name !== '');
  if (verb === 'add' || verb === 'create') {
    const account = valueOf(settings, 'account', 'accounts', 'defaultaccount');
    if (what === 'cluster') builder.account('root', '', settings, at);
    else if (what === 'qos') for (const name of names) builder.qos(name, settings, at);
    else if (what === 'account')
      for (const name of names) builder.account(name, valueOf(settings, 'parent') ?? 'root', settings, at);
    else for (const name of names) for (const one of (account ?? 'root').split(',')) builder.user(name, one, settings, at);
    return names.length > 0;
  }
  if (verb === 'modify' || verb === 'update') {
    const all = names.length === 0 ? [undefined] : names;
    for (const name of all) {
      if (what === 'qos' && name !== undefined) builder.qos(name, settings, at);
      else if (what === 'user' || what === 'account') builder.modify(what, name, settings);
      else if (what === 'cluster') builder.account('root', '', settings, at);
      else return false;
    }
    return true;
  }
  if ((verb !== 'remove' && verb !== 'delete') || what !== 'qos') return false;
  for (const name of names) builder.removeQos(name);
  return true;
}
