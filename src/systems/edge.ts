import { usageError } from '../errors.ts';

/** Both ends of an edge that is written `from->to`. */
export function edgeOf(key: string, where: string): [from: string, to: string] {
  const [from, to, ...more] = key.split('->').map((part) => part.trim());
  if (from === '' || to === undefined || to === '' || more.length > 0) {
    throw usageError(`"${key}" does not say from where to where`, where, 'write "from->to"');
  }
  return [from, to];
}
