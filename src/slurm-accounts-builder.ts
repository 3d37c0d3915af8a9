import { didYouMean, usageError } from './errors.ts';
import type { SlurmAccounts, SlurmAssociation, SlurmQos } from './slurm-accounts.ts';
import type { Setting } from './slurm-conf-lines.ts';
import type { ConfNotes } from './slurm-conf-notes.ts';
import { parseSlurmTime, wrongValue } from './slurm-conf-table.ts';
import { isLimit, readLimits } from './slurm-limits.ts';

/** How sacctmgr writes "as its parent". */
const USE_PARENT = '2147483647';
/** Options without influence on decisions. */
const SILENT =
  /^(admin(level)?|class(ification)?|coord(inators?)?|default_?wckey|desc(ription)?|org(anization)?|wckeys?|cluster|comment|id|parent|name|account|user|defaultaccount|partition|raw_?usage)$/;

interface Entry {
  account: string;
  user?: string;
  partition?: string;
  parent: string;
  settings: Setting[];
  readonly at: string;
}

/** Gathers accounts, users and QoS from whatever describes them, and puts them together to a tree. */
export class AccountsBuilder {
  readonly #notes: ConfNotes;
  /** By account; users by account and name. */
  readonly #entries = new Map<string, Entry>();
  readonly #qos = new Map<string, { settings: Setting[]; at: string }>();
  readonly #defaults = new Map<string, string>();

  constructor(notes: ConfNotes) {
    this.#notes = notes;
    this.#entries.set('root', { account: 'root', parent: '', settings: [], at: '' });
  }

  account(name: string, parent: string, settings: readonly Setting[], at: string): void {
    const account = name.toLowerCase();
    const before = this.#entries.get(account);
    if (before !== undefined) before.settings.push(...settings);
    else this.#entries.set(account, { account, parent: parent.toLowerCase(), settings: [...settings], at });
  }

  user(name: string, account: string, settings: readonly Setting[], at: string): void {
    const lower = account.toLowerCase();
    const partition = valueOf(settings, 'partition');
    const entry = { account: lower, user: name, parent: lower, settings: [...settings], at };
    this.#entries.set(`${lower} ${name} ${partition ?? ''}`, partition === undefined ? entry : { ...entry, partition });
    const first = valueOf(settings, 'defaultaccount') ?? (this.#defaults.has(name) ? undefined : account);
    if (first !== undefined) this.#defaults.set(name, first.toLowerCase());
  }

  /** More settings of all users or accounts that are there, or of the one with this name. */
  modify(what: 'user' | 'account', name: string | undefined, settings: readonly Setting[]): void {
    for (const entry of this.#entries.values()) {
      const own = what === 'user' ? entry.user : entry.user === undefined ? entry.account : undefined;
      if (own !== undefined && (name === undefined || own === name)) entry.settings.push(...settings);
    }
  }

  qos(name: string, settings: readonly Setting[], at: string): void {
    const before = this.#qos.get(name.toLowerCase());
    if (before === undefined) this.#qos.set(name.toLowerCase(), { settings: [...settings], at });
    else before.settings.push(...settings);
  }

  removeQos(name: string): void {
    this.#qos.delete(name.toLowerCase());
  }

  finish(): SlurmAccounts {
    const associations = this.#associations();
    const named = new Set(associations.flatMap(({ qos = [], defaultQos = [] }) => [...qos, defaultQos].flat()));
    const unknown = [...named].filter((name) => !this.#qos.has(name));
    if (unknown.length > 0) {
      this.#notes.warn(`what the QoS ${unknown.join(', ')} allow is not said: priority 0, no limits (give sacctmgr -P show qos)`);
      for (const name of unknown) this.qos(name, [], '');
    }
    const qos = [...this.#qos].map(([name, { settings }]) => this.#readQos(name, settings));
    return { associations, qos, defaultAccounts: this.#defaults };
  }

  /** Parents before children, otherwise in the order of the file. */
  #associations(): SlurmAssociation[] {
    const done: SlurmAssociation[] = [];
    const indexOf = new Map<string, number>();
    const visiting = new Set<string>();
    const add = (key: string, entry: Entry): void => {
      if (indexOf.has(key)) return;
      if (visiting.has(key))
        throw usageError(`the account ${entry.account} stands below itself`, entry.at, 'make the accounts a tree');
      visiting.add(key);
      const above = entry.parent === '' ? undefined : this.#entries.get(entry.parent);
      if (entry.parent !== '' && above === undefined) {
        const accounts = [...this.#entries.values()].filter(({ user }) => user === undefined).map(({ account }) => account);
        throw usageError(`there is no account ${entry.parent}`, entry.at, didYouMean(entry.parent, accounts));
      }
      if (above !== undefined) add(entry.parent, above);
      const parent = above === undefined ? -1 : (indexOf.get(entry.parent) ?? -1);
      indexOf.set(key, done.push(this.#readAssociation(entry, parent, done[parent])) - 1);
    };
    for (const [key, entry] of this.#entries) add(key, entry);
    return done;
  }

  #readAssociation(entry: Entry, parent: number, above: SlurmAssociation | undefined): SlurmAssociation {
    const { limits, rest } = readLimits(entry.settings);
    const { account, user, partition } = entry;
    const shares = settingOf(rest, 'fairshare', 'shares', 'share', 'fairshares');
    const priority = settingOf(rest, 'priority');
    const defaultQos = valueOf(rest, 'defaultqos') ?? above?.defaultQos;
    const qos = qosList(valueOf(rest, 'qoslevel', 'qos'), above?.qos);
    this.#leaveOut(rest, /^(fairshares?|shares?|priority|defaultqos|qos(level)?)$/);
    return {
      account,
      ...(user === undefined ? {} : { user }),
      ...(partition === undefined ? {} : { partition }),
      parent,
      shares: shares === undefined ? 1 : readShares(shares),
      usage: 0,
      limits,
      ...(defaultQos === undefined || defaultQos === '' ? {} : { defaultQos: defaultQos.toLowerCase() }),
      ...(qos === undefined ? {} : { qos }),
      priority: priority === undefined ? 0 : number(priority),
    };
  }

  #readQos(name: string, settings: readonly Setting[]): SlurmQos {
    const { limits, ofQos, rest } = readLimits(settings);
    const priority = settingOf(rest, 'priority', 'prio');
    const factor = settingOf(rest, 'usagefactor');
    const threshold = settingOf(rest, 'usagethreshold', 'usagethres');
    const limitFactor = settingOf(rest, 'limitfactor');
    const exempt = settingOf(rest, 'preemptexempttime');
    const grace = settingOf(rest, 'gracetime');
    const modes = (valueOf(rest, 'preemptmode') ?? 'cluster').toLowerCase().split(',');
    const how = modes.find((mode) => mode === 'cancel' || mode === 'requeue' || mode === 'suspend');
    this.#leaveOut(rest, /^(prio(rity)?|usagefactor|usagethres(hold)?|limitfactor|preempt(exempttime|mode)?|gracetime|flags)$/);
    return {
      name,
      priority: priority === undefined ? 0 : number(priority),
      preempt: list(valueOf(rest, 'preempt')),
      preemptMode: how ?? 'cluster',
      within: modes.includes('within'),
      graceTime: grace === undefined ? 0 : secondsOf(grace),
      ...(exempt === undefined ? {} : { preemptExemptTime: secondsOf(exempt) }),
      flags: new Set(list(valueOf(rest, 'flags'))),
      usageFactor: factor === undefined ? 1 : number(factor),
      ...(threshold === undefined ? {} : { usageThreshold: number(threshold) }),
      limitFactor: limitFactor === undefined ? 0 : number(limitFactor),
      limits,
      ...ofQos,
    };
  }

  #leaveOut(rest: readonly Setting[], read: RegExp): void {
    for (const { key, at } of rest) {
      const name = key.toLowerCase();
      if (!read.test(name) && !SILENT.test(name)) this.#notes.warn(`${at}: ${key} is not known of accounts, and is left out`);
    }
  }
}

/** Whether it may stand before an equals sign in what describes accounts. */
export function isAccountOption(name: string): boolean {
  const lower = name.toLowerCase();
  return isLimit(lower) || SILENT.test(lower) || /^(fairshares?|shares?|priority|defaultqos|qos(level)?)$/.test(lower);
}

/** The last one with such a name that has a value. */
function settingOf(settings: readonly Setting[], ...names: readonly string[]): Setting | undefined {
  return settings.findLast(({ key, value }) => names.includes(key.toLowerCase()) && value !== '');
}

export function valueOf(settings: readonly Setting[], ...names: readonly string[]): string | undefined {
  return settingOf(settings, ...names)?.value;
}

function readShares(setting: Setting): number | 'parent' {
  const { value } = setting;
  if (/^parent$/i.test(value) || value === USE_PARENT) return 'parent';
  return number(setting);
}

function number(setting: Setting): number {
  if (!/^\d+(\.\d+)?$/.test(setting.value)) throw wrongValue(setting, 'write a number');
  return Number(setting.value);
}

/** Seconds if it is a plain number, else with colons [ms]. */
function secondsOf(setting: Setting): number {
  const time = /^\d+$/.test(setting.value) ? Number(setting.value) * 1000 : parseSlurmTime(setting.value);
  if (time === undefined) throw wrongValue(setting, 'write HH:MM:SS');
  return time;
}

function list(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '');
}

/** Names replace the parent's list; `+name` and `-name` change it. */
function qosList(text: string | undefined, above: readonly string[] | undefined): readonly string[] | undefined {
  const words = list(text);
  if (words.length === 0) return above;
  const names = new Set(words.some((word) => /^[+-]/.test(word)) ? above : []);
  for (const word of words) {
    if (word.startsWith('-')) names.delete(word.slice(1));
    else names.add(word.replace(/^\+/, ''));
  }
  return [...names];
}
