import type { ParameterSpec, ParameterSpecs } from '../parameters.ts';
import { formatDuration } from '../units.ts';
import { wrap } from './table.ts';

/** What policies, placements, generators and formats have in common. */
export interface NamedSpec {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly fidelity?: string;
  readonly parameters?: ParameterSpecs;
}

/** A spec in full, for people: what it is, what it follows, and its parameters. */
export function specText({ name, summary, source, fidelity, parameters = {} }: NamedSpec): string {
  const trust = fidelity === undefined ? '' : `  fidelity: ${wrap(fidelity, 90, '  ')}\n`;
  const head = `${name}\n  ${wrap(summary, 100, '  ')}\n  source: ${wrap(source, 92, '  ')}\n${trust}`;
  const entries = Object.entries(parameters);
  if (entries.length === 0) return `${head}  It takes no parameters.\n`;
  const lines = entries.map(
    ([key, parameter]) =>
      `    ${key} = ${defaultText(parameter)}  (${typeText(parameter)})\n      ${wrap(parameter.summary, 94, '      ')}\n`,
  );
  return `${head}\n  parameters (${name}:key=value,key=value) and their defaults:\n${lines.join('')}`;
}

function defaultText({ type, default: value }: ParameterSpec): string {
  return type === 'duration' ? formatDuration(Number(value)) : String(value);
}

/** What may be given: the type with its bounds or choices. */
function typeText({ type, choices, min, max }: ParameterSpec): string {
  if (type === 'choice') return choices!.join(' | ');
  if (type === 'flag') return 'true | false';
  const show = (bound: number) => (type === 'duration' ? formatDuration(bound) : String(bound));
  const least = min === undefined ? '' : ` from ${show(min)}`;
  const most = max === undefined || max === Infinity ? '' : ` to ${show(max)}`;
  return `${type}${least}${most}`;
}
