import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Files that are written last, so that what belongs to them is whole. */
const TELLING = /^(manifest|point|summary)\.json$/;

/** How deep they lie: DIR/points/KEY/point.json. */
const DEPTH = 3;

/** Differs whenever results in these folders have been written, or have gone. */
export function resultsState(dirs: readonly string[]): string {
  return dirs.map((dir) => stateOf(dir, DEPTH)).join('\n');
}

function stateOf(dir: string, depth: number): string {
  let state = '';
  for (const entry of entriesOf(dir)) {
    const path = join(dir, entry.name);
    if (TELLING.test(entry.name)) state += `${path} ${fileState(path)}\n`;
    else if (entry.isDirectory() && depth > 1) state += stateOf(path, depth - 1);
  }
  return state;
}

/** None where there is no folder yet. */
function entriesOf(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

function fileState(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? 'gone' : `${found.mtimeMs} ${found.size} ${found.ino}`;
}
