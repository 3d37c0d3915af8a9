/** From the path of a scenario to all of its points: what every command that takes one begins with. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { usageError } from '../errors.ts';
import { loadInputs } from '../experiment/inputs.ts';
import type { Inputs } from '../experiment/inputs.ts';
import { manifestOf } from '../experiment/manifest.ts';
import type { Manifest } from '../experiment/manifest.ts';
import { planPoints } from '../experiment/plan.ts';
import type { Program } from '../experiment/plan.ts';
import type { Point } from '../experiment/point.ts';
import { readScenario } from '../scenario-file.ts';
import type { Scenario } from '../scenario.ts';
import { textOf } from '../utf8.ts';
import { Progress, warn } from './terminal.ts';
import { sayAccount } from './trace-input.ts';
import { packageVersion } from './version.ts';

export interface ScenarioPlan {
  readonly scenario: Scenario;
  readonly inputs: Inputs;
  readonly points: readonly Point[];
  readonly manifest: Manifest;
}

/** Reads the scenario and everything it names. Throws `InputError` before anything is run. */
export async function planScenario(path: string): Promise<ScenarioPlan> {
  const bytes = readScenarioFile(path);
  const scenario = readScenario(textOf(bytes, path), path);
  const progress = new Progress();
  const loaded = await loadInputs(scenario, {
    onProgress: (trace) => (read, total) =>
      progress.show(() => `reading ${trace}${total === undefined ? '' : ` ${Math.floor((100 * read) / total)} %`}`),
    onTrace: (trace) => {
      progress.clear();
      sayAccount({ ...trace, warnings: [] });
    },
  }).finally(() => progress.clear());
  for (const message of loaded.warnings) warn(message);
  const itself = { what: 'scenario', path, sha256: sha256(bytes), bytes: bytes.length } as const;
  const inputs: Inputs = { ...loaded, files: [itself, ...loaded.files] };
  const program = thisProgram();
  const points = planPoints(scenario, inputs, program);
  return { scenario, inputs, points, manifest: manifestOf(scenario, inputs, points, program) };
}

function readScenarioFile(path: string): Buffer {
  if (!existsSync(path))
    throw usageError('there is no such file', path, 'name a scenario file, such as scenarios/first-look.yaml');
  if (statSync(path).isDirectory()) throw usageError('it is a folder', path, 'name one of the scenario files in it');
  return readFileSync(path);
}

/** Our version and our code: two builds of one version are two programs. */
function thisProgram(): Program {
  const code = new URL('./main.cjs', import.meta.url);
  return { version: packageVersion(), code: existsSync(code) ? sha256(readFileSync(code)) : 'source' };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
