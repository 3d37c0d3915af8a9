/** Accounts and QoS from the files that sacctmgr writes or reads. Source: Slurm 22.05, src/sacctmgr/file_functions.c. */
import { usageError } from './errors.ts';
import { AccountsBuilder, isAccountOption } from './slurm-accounts-builder.ts';
import { readAccountsScript } from './slurm-accounts-script.ts';
import type { SlurmAccounts } from './slurm-accounts.ts';
import type { Setting } from './slurm-conf-lines.ts';
import type { ConfNotes } from './slurm-conf-notes.ts';
import { readQosTable } from './slurm-qos-file.ts';

interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** From a dump or a script, and from a table of QoS; either may be missing. */
export function readAccounts(accounts: TextFile | undefined, qos: TextFile | undefined, notes: ConfNotes): SlurmAccounts {
  const builder = new AccountsBuilder(notes);
  if (accounts !== undefined) {
    if (/^\s*(sacctmgr\b.*\s)?(add|create|modify|update|remove|delete)\s/im.test(accounts.text)) {
      readAccountsScript(accounts.text, accounts.path, builder, notes);
    } else readDump(accounts.text, accounts.path, builder, notes);
  }
  if (qos !== undefined) readQosTable(qos.text, qos.path, builder);
  return builder.finish();
}

const LINE = /^\s*(Cluster|Parent|Account|User|Machine)\s*-\s*(.*)$/i;

/** What `sacctmgr dump CLUSTER` writes: `Account - 'physics':Fairshare=100:GrpTRES=cpu=1000`, below lines `Parent - 'root'`. */
function readDump(text: string, file: string, builder: AccountsBuilder, notes: ConfNotes): void {
  let parent = 'root';
  let number = 0;
  for (const raw of text.split('\n')) {
    number++;
    const line = raw.replace(/\r$/, '');
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const match = LINE.exec(line);
    if (match === null) {
      const hint = 'it should be what "sacctmgr dump CLUSTER file=..." writes: Cluster, Parent, Account and User lines';
      throw usageError(`"${line.slice(0, 40)}" is no line of a dump`, `${file}:${number}:1`, hint);
    }
    const [, kind, rest] = match;
    const from = line.length - rest.length;
    const [name, ...options] = splitOptions(rest, (offset) => `${file}:${number}:${from + offset + 1}`);
    const at = `${file}:${number}:1`;
    const word = kind.toLowerCase();
    if (word === 'parent') parent = name.value;
    else if (word === 'account') builder.account(name.value, parent, options, at);
    else if (word === 'user') builder.user(name.value, parent, options, at);
    else if (word === 'cluster') builder.account('root', '', options, at);
    else notes.warn(`${at}: a line of kind Machine is left out`);
  }
}

/** The parts between colons that are not in quotes. A part that names no option goes on with the one before: `gres/gpu:a100=8`. */
function splitOptions(text: string, place: (offset: number) => string): [Setting, ...Setting[]] {
  const parts: { text: string; offset: number }[] = [];
  for (const match of text.matchAll(/((?:'[^']*'|"[^"]*"|[^:'"])*)(:|$)/g)) {
    const last = parts.at(-1);
    const name = /^\s*([A-Za-z_]+)\s*[-+]?=/.exec(match[1])?.[1];
    if (last === undefined || (name !== undefined && isAccountOption(name))) parts.push({ text: match[1], offset: match.index });
    else if (match[1] !== '') last.text += `:${match[1]}`;
    if (match[2] === '') break;
  }
  const [name, ...options] = parts;
  const first = { key: 'name', value: unquoted(name.text), at: place(name.offset) };
  const settings = options.map(({ text: option, offset }) => {
    const equals = option.indexOf('=');
    return { key: option.slice(0, equals).trim(), value: unquoted(option.slice(equals + 1)), at: place(offset) };
  });
  return [first, ...settings];
}

function unquoted(text: string): string {
  return text.trim().replace(/^(['"])(.*)\1$/, '$2');
}
