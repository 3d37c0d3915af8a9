/** Files of YAML or JSON documents, with the place of each for errors. */
import { LineCounter, parseAllDocuments } from 'yaml';
import { didYouMean, usageError } from '../../errors.ts';
import { JsonField } from '../../kubernetes-json.ts';
import type { ParameterFile } from '../../parameters.ts';

/** The documents of a file; the members of a list of objects each count as one. */
export function readDocuments({ path, text }: ParameterFile): JsonField[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines });
  if ('empty' in documents) return [];
  return documents.flatMap((document) => {
    const at = (offset: number) => `${path}:${lines.linePos(offset).line}`;
    const [error] = document.errors;
    if (error !== undefined) {
      throw usageError(error.message.split('\n')[0], at(error.pos[0]), 'the file must be YAML or JSON');
    }
    const value: unknown = document.toJS();
    const field = new JsonField(value, at(document.contents?.range?.[0] ?? 0));
    const items = field.at('items');
    return items.absent ? [field] : items.list();
  });
}

/** Kind and name of an object, and the object under a path that says them. */
export function named(field: JsonField): { kind: string; name: string; object: JsonField } {
  const kind = field.at('kind').text() ?? '';
  const name = field.at('metadata').at('name').text() ?? '';
  return { kind, name, object: new JsonField(field.value, `${field.path} ${kind} ${name}`) };
}

/** Nothing that is written is passed over: a member with another name than these is a mistake. */
export function expectOnly(field: JsonField, ...names: readonly string[]): void {
  for (const [name] of field.entries()) {
    if (!names.includes(name)) throw usageError(`there is no "${name}" here`, field.path, didYouMean(name, names));
  }
}

/** For what exists in Kueue, but not here. */
export function expectAbsent(field: JsonField, why: string): void {
  if (!field.absent) throw usageError('this is not modelled', field.path, why);
}
