import { didYouMean, usageError } from '../../errors.ts';
import type { GeneratorSpec } from './generator.ts';
import { lublin } from './lublin.ts';
import { mix } from './mix.ts';
import { mixBursts, mixGpuMl, mixSerial } from './presets.ts';
import { services } from './services.ts';
import { sharing } from './sharing.ts';

export type { GeneratorSpec } from './generator.ts';
export { addEstimates, ESTIMATE_PARAMETERS } from './estimates.ts';

export const generators: readonly GeneratorSpec[] = [lublin, mix, mixSerial, mixBursts, mixGpuMl, sharing, services];

/** The generator with this name; `where` names the flag or file for the error. */
export function generatorNamed(name: string, where: string): GeneratorSpec {
  const found = generators.find((generator) => generator.name === name);
  if (found) return found;
  throw usageError(
    `there is no generator "${name}"`,
    where,
    didYouMean(
      name,
      generators.map((generator) => generator.name),
    ),
  );
}
