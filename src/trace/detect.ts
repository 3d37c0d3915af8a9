import { didYouMean, InputError, usageError } from '../errors.ts';
import type { TraceFormat } from './format.ts';

const COMPRESSED = /\.(gz|xz)$/i;

/** A format with this likelihood is taken, if no other is as likely. */
const LIKELY = 0.5;

/**
 * The format of a trace: the one that was named; else the only one that is certain to know the beginning of the file; else
 * the only one with this file name ending; else the one that the beginning looks like.
 */
export async function detectFormat(
  formats: readonly TraceFormat[],
  given: string | undefined,
  path: string,
  head: () => Promise<string>,
): Promise<TraceFormat> {
  if (given !== undefined) return formatNamed(formats, given);
  const plain = path.replace(COMPRESSED, '').toLowerCase();
  const byName = formats.filter(({ extensions }) => extensions.some((extension) => plain.endsWith(extension)));
  const text = await head();
  const certain = formats.filter((format) => format.extensions.length === 0 && format.likelihood(text) === 1);
  if (certain.length === 1) return certain[0];
  if (byName.length === 1) return byName[0];
  if (text === '') throw new InputError('the file is empty', path, 'is this the right file?');
  return mostLikely(byName.length > 0 ? byName : formats, formats, text, path);
}

export function formatNamed(formats: readonly TraceFormat[], name: string): TraceFormat {
  const format = formats.find((one) => one.name === name);
  if (format) return format;
  throw usageError(
    `there is no trace format "${name}"`,
    '--format',
    didYouMean(
      name,
      formats.map((one) => one.name),
    ),
  );
}

function mostLikely(candidates: readonly TraceFormat[], all: readonly TraceFormat[], head: string, path: string): TraceFormat {
  const ranked = candidates
    .map((format) => ({ format, likelihood: format.likelihood(head) }))
    .filter(({ likelihood }) => likelihood >= LIKELY)
    .sort((a, b) => b.likelihood - a.likelihood);
  if (ranked.length === 1 || (ranked.length > 1 && ranked[0].likelihood > ranked[1].likelihood)) return ranked[0].format;
  const found =
    ranked.length === 0
      ? 'its beginning looks like no trace format that is known'
      : `its beginning looks like ${ranked.map(({ format }) => format.name).join(' and like ')}`;
  throw usageError(found, path, `say which it is with --format: ${all.map(({ name }) => name).join(', ')}`);
}
