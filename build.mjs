// After tsc has checked everything and written the library, joins the command line into one file and keeps its bytecode
// beside it, so that a small replay does not spend its time on loading: see src/cli.ts. Packages that few commands need
// stay outside.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const common = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  // CommonJS has no import.meta.
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  metafile: true,
  logLevel: 'warning',
};

/** Some licences want to be passed on with the code. */
function writeLicences({ inputs }) {
  const packages = new Set(Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  const texts = [...packages].sort().map((folder) => `${folder.replace(/.*node_modules\//, '')}\n\n${licenceOf(folder)}`);
  writeFileSync('dist/bin/LICENSES', texts.join('\n----\n\n'));
}

function licenceOf(folder) {
  for (const name of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license']) {
    try {
      return readFileSync(`${folder}/${name}`, 'utf8');
    } catch {
      // The next name, then.
    }
  }
  const { license, author } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  return `${license}, ${author?.name ?? author ?? ''}\n`;
}

await rm('dist/bin', { recursive: true, force: true });
/** See src/experiment/import-module.ts. */
const importModule = {
  name: 'import-module',
  setup: ({ onResolve }) => onResolve({ filter: /import-module\.ts$/ }, () => ({ path: './import-module.cjs', external: true })),
};
const { metafile } = await build({
  ...common,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/bin/main.cjs',
  external: ['yaml', 'zod', 'csv-parse', 'piscina', '@kubernetes/client-node'],
  plugins: [importModule],
});
await build({
  ...common,
  entryPoints: { 'import-module': 'src/experiment/import-module.ts' },
  outdir: 'dist/bin',
  outExtension: { '.js': '.cjs' },
});
await build({
  ...common,
  entryPoints: ['src/cli/point-worker.ts'],
  outfile: 'dist/bin/point-worker.cjs',
  external: ['yaml', 'zod', 'csv-parse', 'piscina', '@kubernetes/client-node'],
  plugins: [importModule],
});
await build({ ...common, entryPoints: ['src/cli.ts'], outfile: 'dist/bin/cli.js', external: ['./main.cjs'] });
// The package is one of ECMAScript modules; loading those takes longer.
writeFileSync('dist/bin/package.json', '{ "type": "commonjs" }\n');
writeLicences(metafile);

execFileSync(process.execPath, ['build-bytecode.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
