import type { Category } from '../workload.ts';
import { withTables } from './chart.ts';
import type { ChartData } from './chart.ts';
import type { PageTable } from './page-table.ts';

/** Whose jobs are taken together. */
const OWNERS = [
  { value: 'user', label: 'user' },
  { value: 'account', label: 'account' },
  { value: 'queue', label: 'queue' },
] as const;

export type Owner = (typeof OWNERS)[number]['value'];

/** Those of which every shown run has more than one. */
export function ownersIn(data: ChartData, number: 'one' | 'many' = 'one'): { value: Owner; label: string }[] {
  const tables = withTables(data).map(({ table }) => table);
  const there = OWNERS.filter(
    ({ value }) => tables.length > 0 && tables.every((table) => (categoryOf(table, value)?.names.length ?? 0) > 1),
  );
  return there.map(({ value, label }) => ({ value, label: number === 'one' ? label : `${label}s` }));
}

export function ownerChosen(data: ChartData, chosen: string | undefined): Owner {
  const there = ownersIn(data);
  return (there.find(({ value }) => value === chosen) ?? there[0]).value;
}

export function categoryOf(table: PageTable, owner: Owner): Category | undefined {
  return owner === 'user' ? table.user : owner === 'account' ? table.account : table.queue;
}
