import type { PageTable } from './page-table.ts';

/** What is made of a table once, when it is first asked for: tables are long. */
export function madeOnce<Made>(make: (table: PageTable) => Made): (table: PageTable) => Made {
  const known = new WeakMap<PageTable, { readonly made: Made }>();
  return (table) => {
    let found = known.get(table);
    if (found === undefined) known.set(table, (found = { made: make(table) }));
    return found.made;
  };
}

/** The same for what is made of a table in several ways, each with its key. */
export function madeOncePerKey<Key, Made>(make: (table: PageTable, key: Key) => Made): (table: PageTable, key: Key) => Made {
  const waysOf = madeOnce(() => new Map<Key, { readonly made: Made }>());
  return (table, key) => {
    const ways = waysOf(table);
    let found = ways.get(key);
    if (found === undefined) ways.set(key, (found = { made: make(table, key) }));
    return found.made;
  };
}
