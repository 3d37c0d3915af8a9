// Joins what the report page is made of into dist/page: its own code, its style sheet, and the chart library as it
// stands in each page, gzip and base64. The pages load nothing from elsewhere.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const OUT = 'dist/page';
const PLOTLY = 'node_modules/plotly.js-cartesian-dist-min';

mkdirSync(OUT, { recursive: true });
await build({
  entryPoints: { page: 'src/report/page/main.ts' },
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  charset: 'ascii',
  outdir: OUT,
  logLevel: 'warning',
});
await build({
  entryPoints: ['src/report/page/page.css', 'src/report/page/dark.css'],
  minify: true,
  outdir: OUT,
  logLevel: 'warning',
});

const { version } = JSON.parse(readFileSync(`${PLOTLY}/package.json`, 'utf8'));
const plotly = readFileSync(`${PLOTLY}/plotly-cartesian.min.js`);
writeFileSync(`${OUT}/plotly.txt`, gzipSync(plotly, { level: 9 }).toString('base64'));
writeFileSync(`${OUT}/licence.txt`, `plotly.js ${version}. ${readFileSync(`${PLOTLY}/LICENSE`, 'utf8')}`);
