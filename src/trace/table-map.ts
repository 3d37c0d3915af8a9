/** Which map a table is read with. */
import { InputError } from '../errors.ts';
import type { ParameterSpecs, Parameters } from '../parameters.ts';
import { knownTable, suggestedMap } from './column-map-known.ts';
import type { ColumnMap } from './column-map.ts';
import { listed } from './table-binding.ts';

export const TABLE_PARAMETERS = {
  map: {
    summary: 'which column is what, as field:column@notation joined by +, or the path of a map in YAML or JSON',
    type: 'text',
    default: '',
  },
  unreadable: {
    summary: 'what to do with a row whose values are not in the notation of its columns: stop, or leave it out and count it',
    type: 'choice',
    choices: ['stop', 'skip'],
    default: 'stop',
  },
} as const satisfies ParameterSpecs;

/** The map for a table: the one given, else that of a known header. `name` is the trace's, for errors. */
export async function mapFor(
  columns: readonly string[],
  parameters: Parameters,
  name: string,
): Promise<{ map: ColumnMap; assumes?: string }> {
  const given = String(parameters.map ?? '');
  if (given !== '') {
    // YAML and its checks take time to load: only where a map is given.
    const { readColumnMap } = await import('./column-map-file.ts');
    return { map: await readColumnMap(given, 'map') };
  }
  const known = knownTable(columns);
  if (known) return { map: known.map, assumes: known.assumes && `read as ${known.name}: ${known.assumes}` };
  throw new InputError(
    `the header of this table is not known; its columns are ${listed(columns)}`,
    name,
    `say which column is what with map=... (yardmaster formats csv lists all fields), for example map=${suggestedMap(columns)}`,
  );
}
