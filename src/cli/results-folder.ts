import { join } from 'node:path';

/** Where an experiment is written that nobody has named a folder for: below `reports`, whatever it is called. */
export function resultsFolder(experiment: string): string {
  const name = experiment.replace(/[^\w.-]+/g, '-').replace(/^\.+/, '');
  return join('reports', name === '' ? 'experiment' : name);
}
