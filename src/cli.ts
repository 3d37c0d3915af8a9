#!/usr/bin/env node
/**
 * Starts the command line. `build.mjs` has joined all of it in one file, `main.cjs`, and what `replay` needs in
 * `replay.cjs`, which is smaller. Beside each it has kept what V8 made of it: bytecode, which saves half of the time to
 * load. V8 takes it only if it has made it itself, with the same settings; any other version finds no file under its
 * name, or compiles anew.
 */
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { constants, Script } from 'node:vm';
import { packageVersion } from './cli/version.ts';

type Main = typeof import('./cli/main.ts');
/** What Node hands to each CommonJS module. */
type Scope = [exports: object, require: NodeJS.Require, module: { exports: object }, file: string, folder: string];

const args = process.argv.slice(2);
// Asked for often by scripts and package managers: answered before anything else is loaded.
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) process.stdout.write(`${packageVersion()}\n`);
else void load().main(args);

function load(): Main {
  const file = `${__dirname}/${args[0] === 'replay' ? 'replay' : 'main'}`;
  const bytecode = readBytecode(`${file}.${process.versions.v8}-${process.arch}.bytecode`);
  if (bytecode !== undefined) return run(`${file}.cjs`, bytecode);
  // Node 22 and later can keep bytecode themselves.
  (module as { enableCompileCache?: () => void }).enableCompileCache?.();
  return module.createRequire(__filename)(`${file}.cjs`) as Main;
}

function readBytecode(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Does what `require` does, with bytecode. The file is all ASCII. */
function run(file: string, cachedData: Buffer): Main {
  const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
  const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const script = new Script(text, { filename: file, cachedData, importModuleDynamically });
  const own = { exports: {} };
  (script.runInThisContext() as (...scope: Scope) => void)(own.exports, require, own, file, __dirname);
  return own.exports as Main;
}
