/** Policies from outside: a file that exports a `PolicySpec` as default, or a program in any language. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError, usageError } from '../errors.ts';
import { jobId } from '../workload.ts';
import type { Workload } from '../workload.ts';
import type { Cycle, Order, Policy, PolicySetup, PolicySpec } from '../policy.ts';
import { importModule } from '../import-module.ts';

const SHAPE = "export default { name: 'mine', summary: '...', source: '...', create: () => ({ schedule(cycle) { ... } }) }";

const MODULE = /\.[cm]?[jt]s$/;

/** Whether a selector means a file: it has a path in it, or ends as a script does. */
export function isPolicyFile(name: string): boolean {
  return /[\\/]/.test(name) || MODULE.test(name) || name.endsWith('.py');
}

/** The SHA-256 of a policy file. */
export function policyFileHash(path: string): string {
  const hint = 'give the path of a JavaScript file, such as ./mine.js, or of a program, such as ./mine.py';
  if (!existsSync(path)) throw usageError('there is no such file', path, hint);
  if (!statSync(path).isFile()) throw usageError('it is not a regular file', path, hint);
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Loads a policy. What is wrong with the file is told as a mistake in it, with its stack where it threw. */
export async function loadPolicyFile(path: string): Promise<PolicySpec> {
  if (!MODULE.test(path)) return (await import('./policy-program/policy-program.ts')).loadPolicyProgram(path);
  let exports: { default?: unknown };
  try {
    exports = (await importModule(pathToFileURL(resolve(path)).href)) as { default?: unknown };
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
      if (GENERATOR.test(Object.prototype.toString.call(policy.schedule))) {
        throw usageError(
          'its function "schedule" is async or a generator',
          path,
          'make it a plain function: it must decide before it returns',
        );
      }
      // Each is asked of the policy itself, which may be an instance of a class with private fields.
      const { order, rhythm, killScan } = attempt(path, 'order, rhythm or killScan', () => ({
        order: policy.order,
        rhythm: policy.rhythm,
        killScan: policy.killScan,
      }));
      return {
        order: order && guardedOrder(order, path),
        rhythm,
        killScan,
        schedule: (cycle) => scheduleOnce(policy, cycle, path),
        close: () => attempt(path, 'close', () => policy.close?.()),
      };
    },
  };
}

const GENERATOR = /^\[object (Async|Generator|AsyncGenerator)/;

/** Keys are asked for in the midst of our own sorting: what they throw is still the policy's. */
function guardedOrder(order: Order, path: string): Order {
  if (typeof order.key !== 'function') {
    throw usageError(`its "order" has ${typeOf(order.key)} as "key"`, path, 'write order: { key: (job, now) => ... }');
  }
  return {
    varies: order.varies,
    key(job, now) {
      try {
        return order.key(job, now);
      } catch (error) {
        throw policyError(error, path, { where: 'order.key', now, job });
      }
    },
  };
}

function scheduleOnce(policy: Policy, cycle: Cycle, path: string): void {
  const answer: unknown = attempt(path, 'schedule', () => policy.schedule(cycle), cycle.now);
  if (answer === undefined) return;
  if (typeof (answer as PromiseLike<void> | null)?.then !== 'function') return;
  // Nobody will wait for it, and what it throws must not end the process a second time.
  (answer as PromiseLike<void>).then(undefined, () => {});
  throw usageError('its function "schedule" is async', path, 'it must decide before it returns: remove async and await');
}

function attempt<Result>(path: string, where: string, call: () => Result, now?: number): Result {
  try {
    return call();
  } catch (error) {
    throw policyError(error, path, { where, now });
  }
}

/** Where in a run a policy threw. */
interface Occasion {
  readonly where: string;
  /** [ms since the first submission] */
  readonly now?: number;
  /** [row] */
  readonly job?: number;
}

/** An `InputError` from a policy already says where. */
function policyError(error: unknown, path: string, { where, now, job }: Occasion): InputError {
  if (error instanceof InputError) return error;
  const at = `${where}${now === undefined ? '' : `, at ${now} ms`}${job === undefined ? '' : `, job ${job}`}`;
  const hint = 'the first lines of the stack say where; fix the policy';
  const told = usageError(`the policy threw in ${at}: ${stackOf(error)}`, path, hint);
  occasions.set(told, { where, now, job });
  return told;
}

const occasions = new WeakMap<InputError, Occasion>();

/** Says what the trace calls the job and the time: policies know rows, and milliseconds since the first submission. */
export function inTermsOfTrace(error: unknown, workload: Workload): unknown {
  if (!(error instanceof InputError)) return error;
  const { now, job } = occasions.get(error) ?? {};
  if (now === undefined) return error;
  const of = job === undefined ? '' : `job ${jobId(workload, job)} `;
  const problem = `${error.problem}\n  in the trace: ${of}at ${(workload.origin + now) / 1000} s`;
  return usageError(problem, error.where, error.hint);
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
