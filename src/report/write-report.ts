import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { writeAtomically } from '../results/write.ts';
import type { PageAssets } from './assets.ts';
import type { Report } from './build.ts';
import { packTables } from './pack.ts';
import { pageHtml } from './page.ts';

/** The page as one file that needs no other, piece by piece. */
export function renderReport({ facts, tables }: Report, assets: PageAssets): Generator<string> {
  return pageHtml(facts, gzipSync(packTables(tables), { level: 7 }).toString('base64'), assets);
}

/** Writes it. */
export function writeReport(path: string, report: Report, assets: PageAssets): void {
  writeAtomically(path, renderReport(report, assets));
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
