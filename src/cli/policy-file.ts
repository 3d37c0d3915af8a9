/** Policies from outside: a file that exports a `PolicySpec` as default. */
import { existsSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError, usageError } from '../errors.ts';
import type { Cycle, Policy, PolicySetup, PolicySpec } from '../policy.ts';

const SHAPE = "export default { name: 'mine', summary: '...', source: '...', create: () => ({ schedule(cycle) { ... } }) }";

/** Whether a selector means a file: it has a path in it, or ends as a script does. */
export function isPolicyFile(name: string): boolean {
  return /[\\/]/.test(name) || /\.[cm]?[jt]s$/.test(name);
}

/** Loads a policy. What is wrong with the file is told as a mistake in it, with its stack where it threw. */
export async function loadPolicyFile(path: string): Promise<PolicySpec> {
  if (!existsSync(path)) throw usageError('there is no such file', path, 'give the path of a JavaScript file, such as ./mine.js');
  let exports: { default?: unknown };
  try {
    exports = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
  } catch (error) {
    throw usageError(`cannot be loaded: ${stackOf(error)}`, path, `it must be an ECMAScript module: ${SHAPE}`);
  }
  if (exports.default === undefined) throw usageError('has no default export', path, `write ${SHAPE}`);
  return guarded(checkedSpec(exports.default, path), path);
}

/** The default export as a spec. `summary` and `source` may be missing: nobody but its author reads them. */
function checkedSpec(value: unknown, path: string): PolicySpec {
  if (typeof value !== 'object' || value === null)
    throw usageError(`its default export is ${typeOf(value)}, not a policy`, path, `write ${SHAPE}`);
  const { name, summary = '', source = path, parameters, create } = value as Partial<Record<keyof PolicySpec, unknown>>;
  const wrong = (field: string, found: unknown, wanted: string) =>
    usageError(`its default export has ${typeOf(found)} as "${field}", not ${wanted}`, path, `write ${SHAPE}`);
  if (name !== undefined && (typeof name !== 'string' || name === '')) throw wrong('name', name, 'a text');
  if (typeof summary !== 'string') throw wrong('summary', summary, 'a text');
  if (typeof source !== 'string') throw wrong('source', source, 'a text');
  if (typeof create !== 'function') throw wrong('create', create, 'a function');
  if (parameters !== undefined && (typeof parameters !== 'object' || parameters === null))
    throw wrong('parameters', parameters, 'an object');
  const spec = value as PolicySpec;
  return { ...spec, name: name ?? basename(path, extname(path)), summary, source, create: (setup) => spec.create(setup) };
}

/** The same policy; what it throws, and what it answers that it must not, is told as a mistake in its file. */
function guarded(spec: PolicySpec, path: string): PolicySpec {
  return {
    ...spec,
    create(setup: PolicySetup): Policy {
      const policy = attempt(path, 'create', () => spec.create(setup));
      if (typeof policy !== 'object' || policy === null || typeof policy.schedule !== 'function') {
        throw usageError(`create() answers ${typeOf(policy)} without a function "schedule"`, path, `write ${SHAPE}`);
      }
      // The policy keeps its own `this`: it may be an instance of a class.
      return Object.assign(Object.create(policy) as Policy, { schedule: (cycle: Cycle) => scheduleOnce(policy, cycle, path) });
    },
  };
}

function scheduleOnce(policy: Policy, cycle: Cycle, path: string): void {
  const answer: unknown = attempt(path, `schedule, at ${cycle.now} ms`, () => policy.schedule(cycle));
  if (answer === undefined) return;
  if (typeof (answer as PromiseLike<void> | null)?.then !== 'function') return;
  // Nobody will wait for it, and what it throws must not end the process a second time.
  (answer as PromiseLike<void>).then(undefined, () => {});
  throw usageError('its function "schedule" is async', path, 'it must decide before it returns: remove async and await');
}

function attempt<Result>(path: string, where: string, call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    // An `InputError` from a policy already says where.
    if (error instanceof InputError) throw error;
    throw usageError(
      `the policy threw in ${where}: ${stackOf(error)}`,
      path,
      'the first lines of the stack say where; fix the policy',
    );
  }
}

/** Message and stack, without the lines of the runtime below the policy. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const lines = (error.stack ?? error.message).split('\n');
  return lines.slice(0, 8).join('\n');
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return value === undefined ? 'nothing' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
