/** The first thing that a schema finds wrong, in words: the place, the value that was found, what would be right. */
import type { z } from 'zod';
import { didYouMean, usageError } from './errors.ts';
import type { InputError } from './errors.ts';
import type { Path, WhereIs } from './yaml-places.ts';

/** `what` is the file as a whole, `hint` what to do where nothing nearer can be said. */
export function schemaMistake(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  where: WhereIs,
  { what, hint }: { readonly what: string; readonly hint: string },
): InputError {
  const all = issues.map(descend);
  // A name that is mistyped is missing too: what was written says more than what was not.
  const { path, ...innermost } = all.find(({ code }) => code === 'unrecognized_keys') ?? all[0];
  if (innermost.code === 'unrecognized_keys') {
    const [key] = innermost.keys;
    return usageError(`there is no "${key}"`, where([...path, key]), didYouMean(key, keysAt(schema, path)));
  }
  const name = path.length === 0 ? what : path.join('.').replace(/\.(\d+)/g, '[$1]');
  const described = path.length === 0 ? [] : schemasAt(schema, path).flatMap(({ description = [] }) => description);
  return usageError(
    problemOf(innermost, name),
    where(path),
    described.length === 0 ? hint : `${String(path.at(-1))}: ${described[0]}`,
  );
}

/** What was found, and what would be right. */
function problemOf({ input, message }: Omit<z.core.$ZodIssue, 'path'>, name: string): string {
  if (input === undefined) return `${name} is missing`;
  const found = typeof input === 'object' ? '' : ` (found: ${JSON.stringify(input)})`;
  return `${name}: ${message.replace(/^Invalid input: /, '').replaceAll('array', 'a list')}${found}`;
}

/** Of a union: what is wrong with the alternative that was meant, which is the one of the right type. */
function descend(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const meant = issue.errors.find((issues) => issues.length > 0 && issues[0].path.length > 0);
  if (meant !== undefined) return descend({ ...meant[0], path: [...issue.path, ...meant[0].path] });
  const wanted = issue.errors.flatMap(([first]) => (first?.code === 'invalid_type' ? [first.expected] : []));
  if (wanted.length === 0) return issue;
  return { ...issue, message: `Invalid input: expected ${[...new Set(wanted)].join(' or ')}` };
}

/** The keys that are known at a place, for near misses. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  return schemasAt(schema, path).flatMap((one) => {
    const shape = (one.def as { shape?: object }).shape;
    return shape === undefined ? [] : Object.keys(shape);
  });
}

/** The parts of a definition that lead further inside. */
interface Inside {
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
}

/** Whether a document may have something at this place, whatever it is. */
export function hasPlace(schema: z.ZodType, path: Path): boolean {
  return schemasAt(schema, path).length > 0;
}

/** What the schema says of a place: several for alternatives, the outermost first. */
function schemasAt(schema: z.ZodType, path: Path): z.ZodType[] {
  const { innerType, options, shape, element, valueType } = schema.def as Inside;
  if (innerType !== undefined) return [...(path.length === 0 ? [schema] : []), ...schemasAt(innerType, path)];
  if (options !== undefined) {
    return [...(path.length === 0 ? [schema] : []), ...options.flatMap((option) => schemasAt(option, path))];
  }
  if (path.length === 0) return [schema];
  const [key, ...rest] = path;
  const next = shape === undefined ? (element ?? valueType) : shape[String(key)];
  return next === undefined ? [] : schemasAt(next, rest);
}
