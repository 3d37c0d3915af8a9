/** Policies in other languages: a program that reads what happens and writes what it decides. See clients/PROTOCOL.md. */
import { accessSync, constants, existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usageError } from '../../errors.ts';
import type { ParameterSpec } from '../../parameters.ts';
import type { PolicySpec } from '../../policy.ts';
import { readDescription } from './description.ts';
import type { Description } from './description.ts';
import { Conversation } from './lines.ts';
import { ANSWER_WITHIN, ProgramPolicy, PROTOCOL } from './program-policy.ts';
import { Program } from './program.ts';
import type { Command } from './program.ts';

/** Before its parameters are known [ms]. */
const DESCRIBED_WITHIN = 60_000;

const answerWithin: ParameterSpec = {
  summary: 'Longest real time that the program may take for one answer; then it is stopped, and the run with it.',
  type: 'duration',
  default: 60_000,
  min: 1,
};

/** Starts the program to ask what it is, and answers the policy that starts it anew for each run. */
export function loadPolicyProgram(path: string): PolicySpec {
  const command = commandFor(path);
  const { name, summary, source, needsNodes, parameters } = describe(command);
  return {
    name: name ?? basename(path, extname(path)),
    summary,
    source,
    needsNodes,
    parameters: { ...parameters, [ANSWER_WITHIN]: answerWithin },
    create: (setup) => new ProgramPolicy(command, setup),
  };
}

function describe(command: Command): Description {
  const program = new Program(command, DESCRIBED_WITHIN);
  try {
    return readDescription(new Conversation(program, command.path).ask('describe', { protocol: PROTOCOL }), command.path);
  } finally {
    program.kill();
  }
}

function commandFor(path: string): Command {
  const file = resolve(path);
  const searchPath = pythonClient();
  if (isExecutable(file)) return { path, command: file, args: [], searchPath };
  if (extname(path) === '.py') return { path, command: 'python3', args: [file], searchPath };
  throw usageError(
    'it is neither a module (.js, .mjs, .ts) nor a program',
    path,
    'make it executable (chmod +x) and let its first line say with what (#!), or end its name in .py',
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The folder of the Python client: beside the package, from wherever in it we are run. */
function pythonClient(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); dirname(folder) !== folder; folder = dirname(folder)) {
    const client = join(folder, 'clients', 'python');
    if (existsSync(join(client, 'yardmaster_policy.py'))) return client;
  }
  return '';
}
