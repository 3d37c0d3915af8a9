/** Objects of Kueue, as kinds and names; what is written in them is all read. */
import { usageError } from '../../errors.ts';
import type { JsonField } from '../../kubernetes-json.ts';

/** Kind and name of an object, and the object under a path that says them. */
export function named(field: JsonField): { kind: string; name: string; object: JsonField } {
  const kind = field.at('kind').text() ?? '';
  const name = field.at('metadata').at('name').text() ?? '';
  return { kind, name, object: field.called(`${kind} ${name}`) };
}

/** For what exists in Kueue, but not here. */
export function expectAbsent(field: JsonField, why: string): void {
  if (!field.absent) throw usageError('this is not modelled', field.path, why);
}
