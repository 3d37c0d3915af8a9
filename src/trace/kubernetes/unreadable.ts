import type { InputError } from '../../errors.ts';

/** What is wrong with an object of a kind, without which of them it is: like mistakes are counted together. */
export function unreadable(kind: string, { problem, where }: InputError, document: string): string {
  const inside = where.startsWith(document) ? where.slice(document.length).replace(/^\./, '') : where;
  return `${kind.slice(0, 60)} that cannot be read: ${inside.replace(/\[\d+\]/g, '[]').slice(0, 120)}: ${problem}`;
}
