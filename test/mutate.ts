/** Damages text the way files get damaged, and the way people damage tables, to see that readers keep their heads. */
import { randomStream } from '../src/random.ts';
import type { Random } from '../src/random.ts';

/** How many damaged inputs a fuzz test makes of each format: YARDMASTER_FUZZ, a few thousand if it is not set. */
export const FUZZ_RUNS = Number(process.env.YARDMASTER_FUZZ ?? 3000);

/** Values that no field should have, but some day one will. */
const VALUES = [
  ...[
    '',
    '-1',
    '-2',
    '0',
    '-0',
    '1',
    '1.5',
    '-1.5',
    '.5',
    '5.',
    '1e3',
    '1e308',
    '1e999',
    '-1e999',
    'NaN',
    'Infinity',
    'null',
    'None',
  ],
  ...[
    'Unknown',
    'true',
    '2147483647',
    '2147483648',
    '9007199254740993',
    '99999999999999999999',
    '0x10',
    '1_000',
    '1,5',
    '½',
    '٣',
    '１２',
  ],
  ...[
    '\u{1F680}',
    '\uFEFF',
    '\u2028',
    '"',
    '""',
    "'",
    '\\',
    '%s',
    '../..',
    '__proto__',
    'constructor',
    'toString',
    '[0-999999999]',
  ],
  ...[
    '1_[0-999999999]',
    '1_[0-9:0]',
    '1+0',
    '1+1',
    '1.batch',
    '999999-99:99:99',
    '00:00:00',
    '2024-02-30T25:61:61',
    '1969-12-31T23:59:59',
  ],
  ...[
    '275761-01-01T00:00:00',
    '2016-03-13T02:30:00',
    'UNLIMITED',
    'CANCELLED by 1',
    'gres/gpu=1',
    'cpu=,mem=',
    'billing=12,cpu=1e9',
  ],
];

type Mutation = (text: string, random: Random) => string;

const pick = <Value>(values: readonly Value[], random: Random): Value => values[random.integer(values.length)];

/** Changes characters, knowing nothing of lines. */
const CHARACTERS: readonly Mutation[] = [
  (text, random) => replaceAt(text, random, 1, String.fromCharCode(random.integer(128))),
  (text, random) => replaceAt(text, random, 1, String.fromCharCode(random.integer(0x3000))),
  (text, random) => replaceAt(text, random, 0, String.fromCharCode(32 + random.integer(95))),
  (text, random) => replaceAt(text, random, 1 + random.integer(20), ''),
  (text, random) => replaceAt(text, random, 0, pick(VALUES, random)),
  (text, random) => text.slice(0, random.integer(text.length + 1)),
  (text, random) => text.slice(random.integer(text.length + 1)),
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.trimEnd(),
  (text) => `\uFEFF${text}`,
  () => '',
];

/** Changes lines as wholes. */
const LINES: readonly ((lines: string[], random: Random) => void)[] = [
  (lines, random) => void lines.splice(random.integer(lines.length), 0, pick(lines, random)),
  (lines, random) => void lines.splice(random.integer(lines.length), 1),
  (lines, random) => void lines.splice(random.integer(lines.length), 0, ''),
  (lines, random) => void lines.splice(random.integer(lines.length), 0, pick(VALUES, random)),
  (lines, random) => {
    const at = random.integer(lines.length);
    lines[at] = lines[at].slice(0, random.integer(lines[at].length + 1));
  },
  (lines, random) => {
    const [one, other] = [random.integer(lines.length), random.integer(lines.length)];
    [lines[one], lines[other]] = [lines[other], lines[one]];
  },
  (lines, random) => {
    const at = random.integer(lines.length);
    lines.splice(at, 2, lines.slice(at, at + 2).join(''));
  },
];

/** Changes the fields of one line. */
const FIELDS: readonly ((fields: string[], random: Random) => void)[] = [
  (fields, random) => void (fields[random.integer(fields.length)] = pick(VALUES, random)),
  (fields, random) => void (fields[random.integer(fields.length)] = pick(VALUES, random)),
  (fields, random) => void (fields[random.integer(fields.length)] += pick(VALUES, random)),
  (fields, random) => void (fields[random.integer(fields.length)] = String(Math.floor(10 ** (20 * random.uniform())))),
  (fields, random) => void fields.splice(random.integer(fields.length), 1),
  (fields, random) => void fields.splice(random.integer(fields.length), 0, pick(VALUES, random)),
  (fields, random) => void fields.push(...Array.from({ length: 1 + random.integer(5) }, () => pick(VALUES, random))),
  (fields, random) => {
    const [one, other] = [random.integer(fields.length), random.integer(fields.length)];
    [fields[one], fields[other]] = [fields[other], fields[one]];
  },
];

/** The text with a few things changed. `separator`: what stands between the fields of a line. */
export function mutate(text: string, separator: string, random: Random): string {
  let mutated = text;
  for (let change = 1 + random.integer(4); change > 0; change--) {
    const kind = random.integer(10);
    if (kind < 2) mutated = pick(CHARACTERS, random)(mutated, random);
    else if (kind < 4) mutated = changeLines(mutated, (lines) => pick(LINES, random)(lines, random));
    else mutated = changeLines(mutated, (lines) => changeFields(lines, separator, random));
  }
  return mutated;
}

/** Calls `check` with as many damaged copies of the samples as were asked for. The same ones every time. */
export async function fuzz(
  samples: readonly string[],
  separator: string,
  check: (text: string) => Promise<void>,
  runs = FUZZ_RUNS,
): Promise<void> {
  for (let run = 0; run < runs; run++) {
    const random = randomStream(run, 'mutate');
    const text = mutate(pick(samples, random), separator, random);
    try {
      await check(text);
    } catch (error) {
      throw new Error(`run ${run}: ${error instanceof Error ? error.stack : String(error)}\n--- input ---\n${text}`, {
        cause: error,
      });
    }
  }
}

/** Lines of a text as readers count them: the last one need not have an end. */
export function countLines(text: string): number {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  return lines.at(-1) === '' ? lines.length - 1 : lines.length;
}

function changeLines(text: string, change: (lines: string[]) => void): string {
  const lines = text.split('\n');
  change(lines);
  return lines.join('\n');
}

function changeFields(lines: string[], separator: string, random: Random): void {
  const at = random.integer(lines.length);
  const fields = lines[at].split(separator);
  pick(FIELDS, random)(fields, random);
  lines[at] = fields.join(separator);
}

function replaceAt(text: string, random: Random, length: number, by: string): string {
  const at = random.integer(text.length + 1);
  return text.slice(0, at) + by + text.slice(at + length);
}
