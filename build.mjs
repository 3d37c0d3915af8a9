// After tsc has checked everything and written the library, joins the command line into one file and keeps its bytecode
// beside it, so that a small replay does not spend its time on loading: see src/cli.ts. Packages that few commands need
// stay outside, and `replay` has a file of its own without the other commands.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

/** In the file of `replay`, the other commands of src/cli/commands.ts. It is not called for them. */
const onlyReplay = {
  name: 'only-replay',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\// }, ({ importer, kind, path }) =>
      kind === 'dynamic-import' && /src\/cli\/(commands|live)\.ts$/.test(importer) && path !== './replay.ts'
        ? { path: './main.cjs', external: true }
        : undefined,
    ),
};

/** Modules that not every run needs are loaded when something of them is used. `load` tells what they export. */
const late = (name, filter, load) => ({
  name,
  setup({ onResolve, onLoad }) {
    onResolve({ filter }, ({ kind, path, namespace }) => {
      if (kind === 'entry-point') return undefined;
      return namespace === name ? { path, external: true } : { path, namespace: name };
    });
    onLoad({ filter: /.*/, namespace: name }, async ({ path }) => {
      const { names, file = path } = await load(path);
      const getters = names.map((name) => `get ${name}() { return require('${file}').${name}; },`);
      return { contents: `module.exports = {\n${getters.join('\n')}\n};\n` };
    });
  },
});

/** Those of Node that are slow to load. */
const lateBuiltins = late(
  'late',
  /^node:(child_process|fs\/promises|http|https|os|readline|stream\/web|zlib)$/,
  async (path) => ({
    names: Object.keys(await import(path)).filter((name) => name !== 'default'),
  }),
);

/** See src/import-module.ts. */
const importModule = late('import-module', /import-module\.(ts|cjs)$/, () => ({
  names: ['importModule'],
  file: './import-module.cjs',
}));

const common = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  // What is shorter is read sooner. Names stay, since stacks of errors are shown.
  minifyWhitespace: true,
  lineLimit: 160,
  external: ['yaml', 'zod', 'csv-parse', 'piscina', '@kubernetes/client-node'],
  plugins: [importModule, lateBuiltins],
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
const { metafile } = await build({ ...common, entryPoints: ['src/cli/main.ts'], outfile: 'dist/bin/main.cjs' });
await build({
  ...common,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/bin/replay.cjs',
  plugins: [...common.plugins, onlyReplay],
});
await build({
  ...common,
  entryPoints: { 'import-module': 'src/import-module.ts' },
  outdir: 'dist/bin',
  outExtension: { '.js': '.cjs' },
});
await build({ ...common, entryPoints: ['src/cli/point-worker.ts'], outfile: 'dist/bin/point-worker.cjs' });
await build({ ...common, entryPoints: ['src/cli.ts'], outfile: 'dist/bin/cli.js', external: ['./main.cjs', './replay.cjs'] });
// The package is one of ECMAScript modules; loading those takes longer.
writeFileSync('dist/bin/package.json', '{ "type": "commonjs" }\n');
writeLicences(metafile);

for (const file of ['main', 'replay']) {
  execFileSync(process.execPath, ['build-bytecode.mjs', file], { stdio: ['ignore', 'ignore', 'inherit'] });
}
