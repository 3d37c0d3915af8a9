import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { writeAtomically } from '../results/write.ts';
import type { PageAssets } from './assets.ts';
import type { Report } from './build.ts';
import { packTables } from './pack.ts';
import { pageHtml } from './page.ts';

/** Writes the page as one file that needs no other. */
export function writeReport(path: string, { facts, tables }: Report, assets: PageAssets): void {
  const packed = gzipSync(packTables(tables), { level: 7 }).toString('base64');
  writeAtomically(path, pageHtml(facts, packed, assets));
}

/** Reads what `build-page.mjs` has made. `folder` ends with a slash. */
export function readAssets(folder: URL): PageAssets {
  const text = (name: string) => readFileSync(new URL(name, folder), 'utf8');
  return {
    script: text('page.js'),
    style: text('page.css'),
    darkStyle: text('dark.css'),
    plotly: text('plotly.txt'),
    licence: text('licence.txt'),
  };
}
