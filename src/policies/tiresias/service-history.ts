import { InputError } from '../../errors.ts';
import type { ParameterFile } from '../../parameters.ts';

/** Services of earlier jobs, one a line; the first line may be a heading [GPU-seconds]. */
export function readServices({ path, text }: ParameterFile): number[] {
  const services: number[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    const cell = line.trim();
    const service = Number(cell);
    if (cell === '' || (index === 0 && Number.isNaN(service))) return;
    if (!(service >= 0 && service < Infinity)) {
      throw new InputError(`"${cell}" is not a service`, `${path}, line ${index + 1}`, 'write one number of GPU-seconds a line');
    }
    services.push(service);
  });
  if (services.length > 0) return services;
  throw new InputError('there is no service of any job', path, 'write one number of GPU-seconds a line');
}
