// The second half of build.mjs: runs a command as src/cli.ts does it, and keeps the bytecode of all that was compiled for
// it. V8 compiles functions when they are first called, so that what the command does not need is not in it.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';

/** For each file a command that goes through most of what is in it. */
const COMMANDS = {
  main: ['trace', 'inspect', 'traces/lublin-256.swf'],
  replay: ['replay', 'traces/lublin-256.swf', '--policy', 'easy'],
};

const name = process.argv[2];
const file = `dist/bin/${name}.${process.versions.v8}-${process.arch}.bytecode`;
// One that V8 cannot take, so that it compiles anew.
writeFileSync(file, '');

const scripts = [];
vm.Script = class extends vm.Script {
  constructor(...options) {
    super(...options);
    scripts.push(this);
  }
};

process.argv = [process.argv[0], 'dist/bin/cli.js', ...COMMANDS[name]];
process.stderr.write = () => true;
process.on('exit', () => writeFileSync(file, scripts[0].createCachedData()));
createRequire(import.meta.url)('./dist/bin/cli.js');
