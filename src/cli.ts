#!/usr/bin/env node
import { packageVersion } from './cli/version.ts';

const args = process.argv.slice(2);
// Asked for often by scripts and package managers: answered before anything else is loaded.
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) process.stdout.write(`${packageVersion()}\n`);
else {
  const { main } = await import('./cli/main.ts');
  await main(args);
}
