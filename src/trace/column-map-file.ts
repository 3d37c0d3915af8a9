/**
 * A column map as a YAML or JSON file, for column names that the text form cannot hold:
 *
 *     zone: Europe/Berlin
 *     columns:
 *       submit: { column: "submitted @ frontend", as: iso }
 *       runtime: run_time@s
 *       procs: { constant: 1 }
 *     states: { Pass: completes, Killed: cancelled }
 */
import { readFile } from 'node:fs/promises';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { usageError } from '../errors.ts';
import { fieldNamed, parseColumnMap, parseSource, STATE_MEANINGS } from './column-map.ts';
import type { ColumnMap, Field, FieldSource } from './column-map.ts';

const scalar = z.union([z.string(), z.number()]).transform(String);
const source = z.union([
  scalar.transform(parseSource),
  z
    .strictObject({ column: scalar, as: z.string().optional() })
    .transform(({ column, as }): FieldSource => ({ column, notation: as })),
  z
    .strictObject({ constant: scalar, as: z.string().optional() })
    .transform(({ constant, as }): FieldSource => ({ constant, notation: as })),
]);
const mapFile = z.strictObject({
  columns: z.record(z.string(), source),
  zone: z.string().optional(),
  states: z.record(z.string(), z.enum(STATE_MEANINGS)).optional(),
});

/** The map that a parameter names: the text itself, or the file if it ends in .yaml, .yml or .json. */
export async function readColumnMap(parameter: string, where: string): Promise<ColumnMap> {
  if (!/\.(ya?ml|json)$/i.test(parameter)) return parseColumnMap(parameter, where);
  let text: string;
  try {
    text = await readFile(parameter, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usageError(`the column map cannot be read: ${reason}`, parameter, 'check the path');
  }
  return parseColumnMapFile(text, parameter);
}

/** The content of a map file. */
export function parseColumnMapFile(text: string, file: string): ColumnMap {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const line = error.linePos?.[0].line ?? 1;
    throw usageError(
      `not valid YAML: ${error.message.split('\n')[0]}`,
      `${file}:${line}`,
      'see the documentation of column maps',
    );
  }
  const checked = mapFile.safeParse(content);
  if (!checked.success) {
    const { path, message } = checked.error.issues[0];
    throw usageError(
      `${path.length === 0 ? 'the column map' : path.join('.')}: ${message}`,
      file,
      'a map has columns (field: column@notation), zone and states',
    );
  }
  const fields: Partial<Record<Field, FieldSource>> = {};
  for (const [name, value] of Object.entries(checked.data.columns)) fields[fieldNamed(name, file)] = value;
  return { fields, zone: checked.data.zone, states: checked.data.states };
}
