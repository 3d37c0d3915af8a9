/** Figures of a system by their path in its file: which there are, how they are known, and others in their place. */
import { didYouMean, usageError } from '../errors.ts';
import type { Evidence, Figure } from './system.ts';

export type Tree = Readonly<Record<string, unknown>>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is said in one of several ways: the upper one takes the place of the lower one whole. */
const WHOLE = new Set(['status', 'cancel', 'on-carrier-loss']);

/** One tree laid over another: what both say is said by the upper one. */
export function merged(lower: unknown, upper: unknown): unknown {
  if (!isTree(lower) || !isTree(upper) || isFigure(upper)) return upper;
  const both: Record<string, unknown> = { ...lower };
  for (const [key, value] of Object.entries(upper))
    both[key] = key in lower && !WHOLE.has(key) ? merged(lower[key], value) : value;
  return both;
}

/** Something that says how it is known, or is drawn. */
function isFigure(tree: Tree): boolean {
  return ['evidence', 'value', 'normal', 'lognormal', 'uniform'].some((key) => key in tree);
}

/** The tree with other values in some places. A path names what is there. */
export function withValues(tree: unknown, values: ReadonlyMap<string, string>, file: string): unknown {
  let changed = tree;
  for (const [path, value] of values) {
    const keys = path.split('.');
    checkPool(changed, keys, file);
    changed = withValue(changed, keys, value, `${file}, ${path}`);
  }
  return changed;
}

/** One that is not in the file is nobody's. */
function checkPool(tree: unknown, [part, pool]: readonly string[], file: string): void {
  if (part !== 'pools' || pool === undefined || !isTree(tree)) return;
  const known = isTree(tree.pools) ? Object.keys(tree.pools) : [];
  if (!known.includes(pool)) throw usageError(`there is no pool "${pool}"`, `${file}, pools`, didYouMean(pool, known));
}

function withValue(tree: unknown, [key, ...rest]: readonly string[], value: string, where: string): unknown {
  if (Array.isArray(tree)) {
    // A stage is found by its name.
    const at = tree.findIndex((one: unknown, index) => String(index) === key || (isTree(one) && one.name === key));
    if (at < 0) throw usageError(`there is no "${key}"`, where, 'name a stage, or say its number from 0');
    return tree.map((one: unknown, index) =>
      index !== at ? one : rest.length === 0 ? value : withValue(one, rest, value, where),
    );
  }
  if (!isTree(tree)) throw usageError(`nothing lies under "${key}"`, where, 'a path ends at a figure');
  // A policy whose parameters are all as usual has none in the file.
  if (!(key in tree) && rest.length > 0 && key !== 'parameters')
    throw usageError(`there is no "${key}"`, where, didYouMean(key, Object.keys(tree)));
  return { ...tree, [key]: rest.length === 0 ? given(tree[key], value) : withValue(tree[key] ?? {}, rest, value, where) };
}

/** What was text stays text; numbers and flags are read as such. */
function given(old: unknown, value: string): unknown {
  if (typeof old === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  if (value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value);
  return value;
}

/** All figures of a tree that say how they are known, and those that were set. */
export function figuresOf(tree: unknown, values: ReadonlyMap<string, string>, path: readonly string[] = []): Figure[] {
  const set = values.get(path.join('.'));
  if (set !== undefined) return [{ path: path.join('.'), evidence: 'given', value: set, note: '' }];
  if (Array.isArray(tree)) {
    return tree.flatMap((one: unknown, index) =>
      figuresOf(one, values, [...path, isTree(one) && typeof one.name === 'string' ? one.name : String(index)]),
    );
  }
  if (!isTree(tree)) return [];
  if (typeof tree.evidence !== 'string') {
    return Object.entries(tree).flatMap(([key, value]) => figuresOf(value, values, [...path, key]));
  }
  const { evidence, note, ...value } = tree;
  return [
    { path: path.join('.'), evidence: evidence as Evidence, value: textOf(value), note: typeof note === 'string' ? note : '' },
  ];
}

/** `20s`, or `normal 52s, 5s`. */
function textOf(value: Tree): string {
  return Object.entries(value)
    .map(([key, one]) => (key === 'value' ? String(one) : `${key} ${Array.isArray(one) ? one.join(', ') : String(one)}`))
    .join('; ');
}
